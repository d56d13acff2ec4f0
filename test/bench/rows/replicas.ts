import { setTimeout as pause } from 'node:timers/promises';
import { Approvals } from '../../../src/approvals/approvals.ts';
import { putOff } from '../../../src/approvals/rows.ts';
import { User } from '../../../src/fastly/user.ts';
import type { Store } from '../../../src/store/store.ts';
import { POLICY, TOMAS } from '../../approvals/people.ts';
import type { Fastly } from '../../sandbox/fastly/server.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess } from '../app-process.ts';
import { deletionOf } from '../deletion.ts';
import type { Row, Started } from '../row.ts';
import type { Shared } from '../shared.ts';

const REQUESTS = 200;
const FASTLY_MILLISECONDS = 100;
const LONG = 60 * 60 * 1_000;
const LOOK_MILLISECONDS = 20;
const PATIENCE_MILLISECONDS = 120_000;

/** Whether a second replica helps, or gets in the way. */
export const REPLICA_ROWS: readonly Row[] = [
  {
    name: 'replicas-2/1',
    about:
      '200 approved requests on PostgreSQL, Fastly answering after 100 ms: two replicas / one, none carried out twice',
    unit: 'requests/s',
    wanted: { atLeast: 0.9 },
    rounds: 3,
    start: async (shared): Promise<Started> => ({
      round: async () => ({ ours: await carriedOut(shared, 2), theirs: await carriedOut(shared, 1) }),
      stop: async () => {},
    }),
  },
];

/** How many requests so many replicas carry out in a second, from when all are due until each is recorded as done. */
async function carriedOut(shared: Shared, replicas: number): Promise<number> {
  const place = await startSandbox();
  const { url, store } = await shared.postgresPlace();
  place.fastly.setFaults({ delay: { match: '', milliseconds: FASTLY_MILLISECONDS } });
  await fileRequests(store, place.fastly);
  const apps: AppProcess[] = [];
  try {
    for (let replica = 0; replica < replicas; replica += 1) {
      apps.push(await AppProcess.start('ours', 'socket', { DATABASE_URL: url }, { place }));
    }
    const begun = performance.now();
    await store.transaction(async ({ database, now }) => {
      await database
        .updateTable('approval_requests')
        .set({ due_at: await now() })
        .execute();
    });
    await untilDone(store);
    const seconds = (performance.now() - begun) / 1_000;
    const deletions = place.fastly.calls().filter(({ method }) => method === 'DELETE');
    if (deletions.length !== REQUESTS) throw new Error(`Fastly was called ${deletions.length} times`);
    return REQUESTS / seconds;
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    await place.close();
  }
}

/** Files and approves them, but nothing is due yet. */
async function fileRequests(store: Store, fastly: Fastly): Promise<void> {
  const approvals = new Approvals(store, POLICY, false, () => {});
  const users = fastly.putUsers(
    Array.from({ length: REQUESTS }, (_, index) => ({
      id: `leaver${index}`,
      name: `Leaver ${index}`,
      login: `leaver${index}@example.com`,
    })),
  );
  for (const user of users.map((each) => User.parse(each))) {
    const { request } = await approvals.file(deletionOf(user));
    await approvals.approve(request.id, TOMAS);
    await store.transaction(async (transaction) => {
      await putOff(transaction, request.id, (await transaction.now()) + LONG);
    });
  }
}

async function untilDone(store: Store): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const { done } = await store.read((database) =>
      database
        .selectFrom('audit_log')
        .where('event', '=', 'completed')
        .select(({ fn }) => fn.countAll().as('done'))
        .executeTakeFirstOrThrow(),
    );
    if (Number(done) >= REQUESTS) return;
    if (performance.now() > end) throw new Error(`only ${done} of ${REQUESTS} requests were carried out`);
    await pause(LOOK_MILLISECONDS);
  }
}
