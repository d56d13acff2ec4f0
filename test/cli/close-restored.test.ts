import { expect, it } from 'vitest';
import type { ApprovalRequest } from '../../src/approvals/request.ts';
import { dueDisplays, surfacesOf } from '../../src/approvals/surfaces.ts';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import type { Target } from '../../src/changes/target.ts';
import { CrossChecker } from '../../src/checks/cross-check.ts';
import { closeRestored } from '../../src/cli/close-restored.ts';
import { headText } from '../../src/ids.ts';
import { headOf, rowsOf, verify } from '../../src/store/audit-log.ts';
import { Belonging, recordedIn } from '../../src/store/belonging.ts';
import { recordBotAdmins } from '../../src/store/bot-admins.ts';
import { homeOpened } from '../../src/store/homes.ts';
import { openLeavers, recordLeaving } from '../../src/store/leavers/leavers.ts';
import { knownPairs, storePair } from '../../src/store/leavers/pairs.ts';
import { planReport, ReportBook } from '../../src/store/reports.ts';
import type { Store } from '../../src/store/store.ts';
import { claimTokenLook } from '../../src/store/token-reminders.ts';
import { ENGINEER, NORA, TOMAS } from '../approvals/people.ts';
import {
  allOpen,
  eventsOf,
  fileApproved,
  fileClaimed,
  fileFailed,
  fileOne,
  type Service,
  startService,
  stateOf,
} from '../approvals/service.ts';
import { letTimePass, onBothDatabases } from '../store/both-databases.ts';

const user = (number: number): Target => ({
  ...ENGINEER,
  id: `user${number}`,
  login: `user${number}@example.com`,
});
const RESET: Change = {
  deliveryKey: 'one',
  kind: 'reset',
  caller: NORA,
  target: { id: 'linus1', login: 'linus@example.com', name: 'Linus Example' },
  reference: 'ABCD-EFGH',
};

function intentsOn(store: Store): Intents {
  return new Intents(
    store,
    60_000,
    async () => null,
    () => {},
  );
}

/** A request in each state that something may still come of, and one that was denied. */
async function inEachState(service: Service): Promise<Record<string, ApprovalRequest>> {
  const failed = await fileFailed(service);
  await service.approvals.cancel(failed.id, NORA);
  const pending = await fileOne(service, user(1));
  const approved = await fileApproved(service, user(2));
  const { request: executing } = await fileClaimed(service, user(3));
  const unclear = await fileFailed(service, true);
  const denied = await fileOne(service, user(5));
  await service.approvals.deny(denied.id, TOMAS, null);
  return { pending, approved, executing, unclear, denied };
}

/** The audit log is whole, and agrees with the tables beside it. */
async function expectIntact(store: Store): Promise<void> {
  const problems = await store.read(async (database) => {
    expect(await verify(rowsOf(database))).toMatchObject({ whole: true });
    const checker = new CrossChecker();
    for await (const row of rowsOf(database)) checker.add(row);
    return (await checker.against(database)).problems;
  });
  expect(problems).toEqual([]);
}

onBothDatabases('a database that was restored', (database) => {
  it('has nothing left that could be carried out, whatever time passes', async () => {
    const service = await startService(database);
    const { store, approvals } = service;
    const { pending, approved, executing, unclear, denied } = await inEachState(service);
    const head = await store.read(headOf);
    const restore = await closeRestored(store, false);
    const waiting = { kind: 'cancelled', why: 'The database was restored.', restored: 'waiting' };
    const may = {
      kind: 'cancelled',
      why: 'The database was restored. The change may have been made.',
      restored: 'done?',
    };
    for (const [request, state] of [
      [pending, waiting],
      [approved, waiting],
      [executing, may],
      [unclear, may],
      [denied, { kind: 'denied' }],
    ] as const) {
      if (!request) throw new Error('a request is missing');
      expect(await stateOf(service, request.id)).toMatchObject(state);
    }
    expect(await allOpen({ approvals })).toEqual([]);
    await letTimePass(store, 365 * 24 * 3_600_000);
    expect(await approvals.claims.due(100)).toEqual([]);
    expect(restore.before).toEqual(head);
    expect(restore.closed.map(({ id, mayBeDone }) => [id, mayBeDone])).toEqual([
      [pending?.id, false],
      [approved?.id, false],
      [executing?.id, true],
      [unclear?.id, true],
    ]);
    await expectIntact(store);
  });

  it('has an entry that names the head before and after, and what may have been done', async () => {
    const service = await startService(database);
    const { store } = service;
    const { pending, approved, executing, unclear } = await inEachState(service);
    await intentsOn(store).begin(RESET);
    const before = await store.read(headOf);
    const { after } = await closeRestored(store, false);
    expect(after).toEqual(await store.read(headOf));
    const rows = await store.read((tables) =>
      tables.selectFrom('audit_log').selectAll().orderBy('seq', 'desc').limit(2).execute(),
    );
    const [entry, last] = rows;
    expect(entry).toMatchObject({ change: 'database', event: 'restored', actor: null, target: null });
    expect(JSON.parse(entry?.details ?? '')).toEqual({
      before: before && headText(before),
      after: last && headText(last),
      cancelled: [pending?.id, approved?.id],
      mayHaveBeenDone: [executing?.id, unclear?.id],
      underWay: ['ABCD-EFGH'],
      toCheck: [],
      adopted: false,
    });
  });

  it('has Slack brought up to date, and leaves changes under way to be looked up', async () => {
    const service = await startService(database);
    const { store } = service;
    const { id } = await fileOne(service);
    const intents = intentsOn(store);
    await intents.begin(RESET);
    await closeRestored(store, false);
    expect(await store.read((tables) => dueDisplays(tables, store.engine, 9))).toEqual([id]);
    expect(await eventsOf(service, id)).toEqual(['filed', 'cancelled']);
    const wanted = (await store.read((tables) => surfacesOf(tables, id))).map((surface) => surface.name);
    expect(wanted).toEqual(['message', 'thread', 'requester']);
    await letTimePass(store, 60_001);
    expect(await intents.takeOver(9)).toMatchObject([{ state: 'open', change: { reference: 'ABCD-EFGH' } }]);
  });

  it('frees the lock and the target for new requests', async () => {
    const service = await startService(database);
    const superuser: Target = { ...ENGINEER, role: 'superuser' };
    await fileClaimed(service, superuser);
    await closeRestored(service.store, false);
    await fileClaimed(service, superuser);
  });

  it('can be closed twice, which closes nothing more', async () => {
    const service = await startService(database);
    await fileOne(service);
    expect((await closeRestored(service.store, false)).closed).toHaveLength(1);
    expect((await closeRestored(service.store, false)).closed).toEqual([]);
  });
});

onBothDatabases('a database that is adopted', (database) => {
  it('belongs to nobody, and nothing of it is shown or told', async () => {
    const service = await startService(database);
    const { store, approvals } = service;
    const { id } = await fileOne(service);
    const intents = intentsOn(store);
    await intents.begin(RESET);
    await store.transaction((transaction) => homeOpened(transaction, NORA));
    const found = [{ member: NORA, able: true, through: [], why: null }];
    await store.transaction(async (transaction) =>
      recordBotAdmins(transaction, found, { readFrom: await transaction.now(), complete: true }),
    );
    const look = await claimTokenLook(store, 60_000);
    await look?.plan([{ token: 'token1', step: 3 }], [{ member: NORA, owns: true }]);
    await look?.end(3_600_000);
    await store.transaction(async (transaction) => {
      const pair = {
        member: TOMAS,
        userId: RESET.target.id ?? '',
        address: RESET.target.login,
        guest: false,
      };
      await storePair(transaction.database, pair);
      const left = { how: 'deactivated', found: 'seen', name: 'Linus', login: pair.address } as const;
      await recordLeaving(transaction, { ...pair, ...left });
    });
    const belonging = new Belonging(store);
    belonging.found('workspace', { id: 'T0EXAMPLE', name: 'Example' });
    await belonging.confirm();
    await closeRestored(store, true);
    expect(await claimTokenLook(store, 60_000)).not.toBeNull();
    await letTimePass(store, 3_600_000);
    expect(await stateOf(service, id)).toMatchObject({ kind: 'cancelled', restored: 'waiting' });
    expect(await store.read((tables) => dueDisplays(tables, store.engine, 9))).toEqual([]);
    expect(await approvals.messageOf(id)).toBeNull();
    expect(await intents.takeOver(9)).toEqual([]);
    const left = await store.read(async (tables) => ({
      belonging: await recordedIn(tables),
      homes: await tables.selectFrom('homes').selectAll().execute(),
      botAdmins: await tables.selectFrom('bot_admins').selectAll().execute(),
      reminders: await tables.selectFrom('token_reminders').selectAll().execute(),
      leavers: await openLeavers(tables),
      pairs: await knownPairs(tables),
      intents: await tables.selectFrom('intents').select(['state', 'due_at']).execute(),
    }));
    const intent = { state: 'unknown', due_at: null };
    const empty = { homes: [], botAdmins: [], reminders: [], leavers: [], pairs: [] };
    expect(left).toEqual({ belonging: new Map(), ...empty, intents: [intent] });
    await expectIntact(store);
    const first = await store.transaction(async (transaction) =>
      recordBotAdmins(transaction, found, { readFrom: await transaction.now(), complete: true }),
    );
    expect(first).toEqual([]);
  });
});

onBothDatabases('a report that was due at a restored database', (database) => {
  it('is not posted: it may have been, after the backup', async () => {
    const { store } = await database.open();
    await planReport(store, 'daily', (now) => now - 1_000);
    await closeRestored(store, false);
    expect(await new ReportBook(store, 'daily').next()).toBeNull();
  });
});
