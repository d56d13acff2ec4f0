import { Approvals } from '../../../src/approvals/approvals.ts';
import { openRequestAbout } from '../../../src/approvals/rows.ts';
import { Intents } from '../../../src/changes/intents.ts';
import { Promotions } from '../../../src/changes/promotions.ts';
import { Secret } from '../../../src/config/secret.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { User } from '../../../src/fastly/user.ts';
import { Network } from '../../../src/http/network.ts';
import type { MemberId } from '../../../src/ids.ts';
import type { Store } from '../../../src/store/store.ts';
import { Execution } from '../../../src/worker/execution.ts';
import { POLICY, TOMAS } from '../../approvals/people.ts';
import { startFastly } from '../../sandbox/fastly/server.ts';
import { deletionOf } from '../deletion.ts';
import { median, type Row, type Started } from '../row.ts';
import type { DatabaseKind, Shared } from '../shared.ts';

const APPROVALS = 15;
const TIMEOUT_MILLISECONDS = 10_000;

/** Whether deciding and carrying out takes longer when there are years of history. */
export const APPROVAL_ROWS: readonly Row[] = [
  {
    name: 'approval/empty',
    about: 'approving and carrying out a deletion, among 1,000,000 entries / in an empty database; SQLite',
    unit: 'ms',
    wanted: { atMost: 1.3 },
    rounds: 7,
    start: (shared) => besideEmpty(shared, 'SQLite'),
  },
  {
    name: 'approval/empty-postgres',
    about: 'the same; PostgreSQL',
    unit: 'ms',
    wanted: { atMost: 1.3 },
    rounds: 7,
    start: (shared) => besideEmpty(shared, 'PostgreSQL'),
  },
];

async function besideEmpty(shared: Shared, kind: DatabaseKind): Promise<Started> {
  const [big, empty] = [await shared.bigStore(kind), await shared.emptyStore(kind)];
  const fastly = await startFastly();
  const { dispatcher } = new Network({});
  const client = new FastlyClient({
    token: new Secret(fastly.token),
    baseUrl: fastly.url,
    timeout: TIMEOUT_MILLISECONDS,
    dispatcher,
  });
  let users = 0;
  const newUser = () => {
    users += 1;
    const login = `leaver${users}@example.com`;
    return User.parse(fastly.putUsers([{ id: `leaver${users}`, name: `Leaver ${users}`, login }])[0]);
  };
  const [ours, theirs] = [big, empty].map((store) => desk(store, client));
  if (!ours || !theirs) throw new Error('there is no database');
  return {
    round: async () => {
      const took: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
      for (let index = 0; index < APPROVALS; index += 1) {
        took.ours.push(await ours(newUser()));
        took.theirs.push(await theirs(newUser()));
      }
      fastly.forgetCalls();
      return { ours: median(took.ours), theirs: median(took.theirs) };
    },
    stop: async () => {
      await dispatcher.close();
      await fastly.close();
    },
  };
}

/** Slack confirms whoever decides. */
const EVERYBODY = {
  confirm: async (confirmed: readonly MemberId[]) => ({ confirmed, unknown: [] }),
};

/** Has a user's deletion asked for; how long it takes from the approval until it is recorded as done. */
function desk(store: Store, client: FastlyClient): (user: User) => Promise<number> {
  const approvals = new Approvals(store, POLICY, false, () => {});
  const intents = new Intents(store, POLICY.lease, openRequestAbout, () => {});
  const execution = new Execution(
    approvals.claims,
    intents,
    new Promotions(store, () => {}),
    client,
    EVERYBODY,
    TIMEOUT_MILLISECONDS,
    0,
  );
  return async (user) => {
    const { request } = await approvals.file(deletionOf(user));
    const begun = performance.now();
    await approvals.approve(request.id, TOMAS);
    const [due] = await approvals.claims.due(1);
    const claim = due === request.id ? await approvals.claims.advance(due) : null;
    if (claim === null) throw new Error('an approved request was not due');
    const outcome = await execution.carryOut(claim);
    await approvals.claims.record(claim, outcome);
    const took = performance.now() - begun;
    if (outcome.kind !== 'completed') throw new Error(`a deletion was ${outcome.kind}`);
    return took;
  };
}
