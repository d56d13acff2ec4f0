import { expect, it } from 'vitest';
import { NeedsNewerVersion } from '../../src/approvals/newer.ts';
import type { ApprovalRequest, RequestId } from '../../src/approvals/request.ts';
import { openRequestAbout, releaseClaims } from '../../src/approvals/rows.ts';
import {
  claimDisplay,
  dueDisplays,
  overdueDisplays,
  releaseDisplay,
  want,
} from '../../src/approvals/surfaces.ts';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import { letTimePass, onBothDatabases, run } from '../store/both-databases.ts';
import { ENGINEER, NORA, POLICY, TOMAS } from './people.ts';
import {
  allOpen,
  fileApproved,
  fileClaimed,
  fileOne,
  filing,
  type Service,
  startService,
  stateOf,
} from './service.ts';

const person = (id: string) => ({ ...ENGINEER, id, login: `${id}@example.com`, name: id });
const quoted = (value: unknown) => `'${JSON.stringify(value)}'`;

/** What a newer version may have stored of a request, as statements about the row of this id. */
const FORMS: Readonly<Record<string, (request: ApprovalRequest) => string>> = {
  kind: ({ id, action }) => set(id, 'action', { ...action, kind: 'delete-and-archive', tokens: ['a'] }),
  'version of a kind': ({ id, action }) => set(id, 'action', { ...action, version: 2 }),
  'field of a kind': ({ id, action }) => set(id, 'action', { ...action, for: 14_400_000 }),
  'field of a user': ({ id, action }) =>
    set(id, 'action', { ...action, target: { ...action.target, tokens: 3 } }),
  'several users': ({ id }) => set(id, 'action', { kind: 'lock-several', version: 1, targets: [] }),
  state: ({ id }) => set(id, 'state', { kind: 'paused', until: 1 }),
  'field of a state': ({ id, state }) => set(id, 'state', { ...state, escalated: true }),
  term: ({ id, terms }) => set(id, 'terms', { ...terms, quorum: 3 }),
  event: ({ id }) =>
    `insert into audit_log select max(seq) + 1, 0, null, 'delete', 'escalated', null, '${id}', 99, '{}', '', '' from audit_log`,
};

function set(id: RequestId, column: string, value: unknown): string {
  return `update approval_requests set ${column} = ${quoted(value)} where id = '${id}'`;
}

/** A request of each form that this version doesn't know, all of them due, and its own ones between them. */
async function start(database: Parameters<typeof startService>[0]) {
  const service = await startService(database);
  const first = await fileOne(service, person('first'));
  const filed: [string, ApprovalRequest][] = [];
  for (const form of Object.keys(FORMS)) {
    filed.push([form, await fileOne(service, person(form.replaceAll(' ', '')))]);
  }
  const last = await fileOne(service, person('last'));
  await letTimePass(service.store, POLICY.ttl + 1);
  await run(service.store, ...filed.map(([form, request]) => String(FORMS[form]?.(request))));
  return { ...service, first, last, filed };
}

async function rowsIn({ store }: Pick<Service, 'store'>, ids: readonly string[]) {
  return await store.read((tables) =>
    tables.selectFrom('approval_requests').selectAll().where('id', 'in', ids).orderBy('id').execute(),
  );
}

onBothDatabases('requests that a newer version has stored', (database) => {
  it('are listed in their places, and refuse whatever is asked about one of them', async () => {
    const service = await start(database);
    const { approvals, store, filed, first, last } = service;
    const ids = filed.map(([, { id }]) => id);
    const before = await rowsIn(service, ids);
    expect(await approvals.newer()).toBe(ids.length);
    // Those that were filed within a millisecond are in no order.
    const open = (await allOpen({ approvals })).map((each) => [each.id, 'needsNewerVersion' in each]);
    expect(Object.fromEntries(open)).toEqual(
      Object.fromEntries([[first.id, false], ...ids.map((id) => [id, true]), [last.id, false]]),
    );
    expect(await allOpen({ approvals })).toContainEqual(
      expect.objectContaining({ requester: NORA, channel: first.channel }),
    );
    for (const [form, { id, action }] of filed) {
      const asked: (() => Promise<unknown>)[] = [
        () => approvals.get(id),
        () => approvals.foresee(id, TOMAS, 'approve'),
        () => approvals.approve(id, TOMAS),
        () => approvals.deny(id, TOMAS, null),
        () => approvals.cancel(id, NORA),
        () => approvals.cancelUnseen(id, 'nobody sees it'),
        () => approvals.retry(id, TOMAS),
        () => approvals.claims.advance(id),
        () => approvals.file(filing({ action })),
        () => approvals.seenAt(id, { channel: first.channel, ts: '1.2' }),
        () => store.transaction((each) => approvals.targetLocked(each, id, TOMAS)),
      ];
      for (const ask of asked) await expect(ask(), form).rejects.toThrow(NeedsNewerVersion);
    }
    expect(await rowsIn(service, ids)).toEqual(before);
  });

  it('are neither expired nor shown, and keep no other one waiting', async () => {
    const service = await start(database);
    const { approvals, store, filed, first, last } = service;
    const ids = filed.map(([, { id }]) => id);
    const before = await rowsIn(service, ids);
    const displays = await store.read((tables) => dueDisplays(tables, store.engine, 2));
    expect(displays.toSorted()).toEqual([first.id, last.id].toSorted());
    expect(await store.read((tables) => overdueDisplays(tables, store.engine, 0))).toBe(2);
    expect(await approvals.claims.due(1)).toHaveLength(1);
    const due = await approvals.claims.due(2);
    expect(due.toSorted()).toEqual([first.id, last.id].toSorted());
    for (const id of due) await approvals.claims.advance(id);
    expect(await stateOf(service, last.id)).toEqual({ kind: 'expired' });
    expect(await approvals.claims.due(8)).toEqual([]);
    expect(await rowsIn(service, ids)).toEqual(before);
  });

  it('keep their claims and locks when a new process ends those of the process before it', async () => {
    const service = await startService(database);
    const { store } = service;
    const [known, newer] = [await fileClaimed(service, person('known')), await fileClaimed(service)];
    const { id, action } = newer.request;
    await run(
      store,
      set(id, 'action', { ...action, version: 2 }),
      "insert into account_lock values ('a newer lock', 'X', 1)",
    );
    const before = await rowsIn(service, [id]);
    await store.transaction(releaseClaims);
    expect(await rowsIn(service, [id])).toEqual(before);
    expect(await service.approvals.claims.due(8)).toEqual([known.request.id]);
    const locks = await store.read((tables) => tables.selectFrom('account_lock').selectAll().execute());
    expect(locks).toContainEqual({ name: 'a newer lock', holder: 'X', held_until: 1 });
  });

  it('are approved ones, too, and nothing of them is carried out', async () => {
    const service = await startService(database);
    const { id, action } = await fileApproved(service);
    await run(service.store, set(id, 'action', { ...action, kind: 'delete-with-tokens' }));
    expect(await service.approvals.claims.due(8)).toEqual([]);
    await expect(service.approvals.claims.advance(id)).rejects.toThrow(NeedsNewerVersion);
  });
});

onBothDatabases('a surface of a newer version', (database) => {
  it('is left to it, and is no reason to look again at once', async () => {
    const service = await startService(database);
    const { store } = service;
    const { id } = await fileOne(service);
    await run(store, `insert into surfaces values ('${id}', 'ticket', null, null, 1, 0)`);
    const release = async () => {
      await store.transaction(async (transaction) => {
        const claim = String(await claimDisplay(transaction, id, 60_000));
        await releaseDisplay(transaction, id, claim, null);
      });
      return await store.read((tables) => dueDisplays(tables, store.engine, 8));
    };
    expect(await release()).toEqual([id]);
    await run(store, `update surfaces set shown = 1 where name = 'message'`);
    expect(await release()).toEqual([]);
    await letTimePass(store, 60_000);
    expect(await store.read((tables) => dueDisplays(tables, store.engine, 8))).toEqual([id]);
    await store.transaction((transaction) => want(transaction, id, ['message'], 2));
    const left = await store.read((tables) =>
      tables.selectFrom('surfaces').selectAll().where('name', '=', 'ticket').execute(),
    );
    expect(left).toMatchObject([{ wanted: 1, shown: 0 }]);
  });
});

onBothDatabases('changes that a newer version has recorded', (database) => {
  const change = (deliveryKey: string): Change => ({
    deliveryKey,
    kind: 'reset',
    caller: NORA,
    target: { id: deliveryKey, login: `${deliveryKey}@example.com`, name: deliveryKey },
    reference: 'AAAA-AAAA',
  });

  it('are not taken over, and keep no other one waiting', async () => {
    const { store } = await startService(database);
    const intents = new Intents(store, 60_000, openRequestAbout, () => {});
    const keys = ['kind', 'state', 'field', 'known'];
    for (const key of keys) await intents.begin(change(key));
    await run(
      store,
      "update intents set change = 'lock-several' where delivery_key = 'kind'",
      "update intents set state = 'half-done' where delivery_key = 'state'",
      `update intents set details = replace(details, '"reference"', '"later":1,"reference"') where delivery_key = 'field'`,
    );
    const rows = () =>
      store.read((tables) =>
        tables
          .selectFrom('intents')
          .selectAll()
          .where('delivery_key', '!=', 'known')
          .orderBy('delivery_key')
          .execute(),
      );
    const unfinished = await rows();
    await store.transaction((transaction) => intents.releaseAll(transaction));
    const ofKind = (all: typeof unfinished) => all.filter(({ delivery_key }) => delivery_key === 'kind');
    expect(ofKind(await rows())).toEqual(ofKind(unfinished));
    await run(store, 'update intents set due_at = 1');
    const before = await rows();
    const taken = await intents.takeOver(1);
    expect(taken.map((each) => each.change.deliveryKey)).toEqual(['known']);
    expect(await intents.takeOver(8)).toEqual([]);
    expect(await rows()).toEqual(before);
    expect(await intents.begin(change('state'))).toEqual({ kind: 'repeat', state: 'unknown' });
  });

  it('have no update made beside an open request that only it can read', async () => {
    const service = await startService(database);
    const { id, action } = await fileOne(service);
    await run(service.store, set(id, 'action', { ...action, kind: 'delete-with-tokens' }));
    const intents = new Intents(service.store, 60_000, openRequestAbout, () => {});
    const target = { id: ENGINEER.id, login: ENGINEER.login, name: ENGINEER.name };
    const update = { ...change('update'), kind: 'update', target } as const;
    await expect(intents.begin(update)).rejects.toThrow(NeedsNewerVersion);
  });
});
