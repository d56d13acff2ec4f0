import { expect, it } from 'vitest';
import { openRequestAbout } from '../../src/approvals/rows.ts';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import { MemberId } from '../../src/ids.ts';
import { type Kind, letTimePass, onBothDatabases } from '../store/both-databases.ts';

const LEASE = 60_000;

let deliveries = 0;

/** A change that a delivery of its own asks for. */
function change(changes: Partial<Change> = {}): Change {
  deliveries += 1;
  return {
    deliveryKey: `delivery-${deliveries}`,
    kind: 'reset',
    caller: MemberId.parse('U0NORA001'),
    target: { id: 'grace1', login: 'grace@example.com', name: 'Grace Example' },
    reference: 'ABCD-EFGH',
    ...changes,
  };
}

/** The intents of two processes, which on SQLite are one. */
async function start(database: Kind) {
  const open = await database.open();
  let settled = 0;
  const intentsOn = (store: typeof open.store) =>
    new Intents(store, LEASE, openRequestAbout, () => {
      settled += 1;
    });
  const eventsOf = async ({ target }: Change) => {
    const rows = open.store.read((tables) =>
      tables.selectFrom('audit_log').select('event').where('target', '=', target.id).orderBy('seq').execute(),
    );
    return (await rows).map(({ event }) => event);
  };
  return {
    ...open,
    intents: intentsOn(open.store),
    others: intentsOn(open.other),
    eventsOf,
    timesSettled: () => settled,
  };
}

onBothDatabases('a change that is made at once', (database) => {
  it('is recorded before it is made, and when it is settled', async () => {
    const { intents, store } = await start(database);
    const reset = change({ request: 'K7Q2-9FMX' });
    expect(await intents.begin(reset)).toEqual({ kind: 'begun' });
    await intents.settle(reset, { kind: 'failed', why: 'Fastly answered 503.' });
    const rows = await store.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    const { login, name } = reset.target;
    const common = { login, name, request: 'K7Q2-9FMX', reference: 'ABCD-EFGH' };
    const told = rows.map(({ actor, change, event, target, details }) => ({
      what: [actor, change, event, target],
      details: JSON.parse(details),
    }));
    expect(told).toEqual([
      { what: ['U0NORA001', 'reset', 'begun', 'grace1'], details: common },
      {
        what: ['U0NORA001', 'reset', 'failed', 'grace1'],
        details: { ...common, why: 'Fastly answered 503.' },
      },
    ]);
  });

  it('begins once, of twenty deliveries of the same at the same moment', async () => {
    const { intents, others, eventsOf } = await start(database);
    const reset = change();
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, place) => (place % 2 ? intents : others).begin(reset)),
    );
    expect(begun.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
    expect(begun.filter(({ kind }) => kind === 'repeat')).toHaveLength(19);
    expect(await eventsOf(reset)).toEqual(['begun']);
  });

  it.each(['done', 'unknown'] as const)('is not begun again once it is %s', async (kind) => {
    const { intents, others } = await start(database);
    const reset = change();
    await intents.begin(reset);
    expect(await others.begin(reset)).toEqual({ kind: 'repeat', state: 'open' });
    await intents.settle(reset, { kind });
    expect(await others.begin(reset)).toEqual({ kind: 'repeat', state: kind });
  });

  it('may begin again after it failed, with what is asked for now, by one of two that try', async () => {
    const { intents, others, store, eventsOf } = await start(database);
    const first = change();
    await intents.begin(first);
    await intents.settle(first, { kind: 'failed' });
    const again = { ...first, target: { ...first.target, id: 'ada1' } };
    const begun = await Promise.all([intents.begin(again), others.begin(again)]);
    expect(begun).toContainEqual({ kind: 'begun' });
    expect(begun).toContainEqual({ kind: 'repeat', state: 'open' });
    expect(await eventsOf(again)).toEqual(['begun']);
    await letTimePass(store, LEASE);
    expect(await others.takeOver(8)).toEqual([{ change: again, state: 'open', begunAt: expect.any(Number) }]);
  });

  it('is settled once, with what is written together with it', async () => {
    const { intents, others, eventsOf } = await start(database);
    const reset = change();
    await intents.begin(reset);
    let written = 0;
    const also = async () => {
      written += 1;
    };
    await Promise.all([
      intents.settle(reset, { kind: 'done' }, { also }),
      others.settle(reset, { kind: 'done' }, { also }),
    ]);
    await others.settle(reset, { kind: 'failed' }, { also });
    expect(written).toBe(1);
    expect(await eventsOf(reset)).toEqual(['begun', 'done']);
  });

  it('is not settled by whoever still looks at an attempt before it', async () => {
    const { intents, others, eventsOf } = await start(database);
    const first = change();
    const again = { ...first, reference: 'JKMN-PQRS' };
    await intents.begin(first);
    await intents.settle(first, { kind: 'failed', why: 'interrupted' });
    expect(await intents.begin(again)).toEqual({ kind: 'begun' });
    await others.settle(first, { kind: 'failed', why: 'interrupted' });
    expect(await intents.withKey(first.deliveryKey)).toEqual({
      change: again,
      state: 'open',
      begunAt: expect.any(Number),
    });
    await intents.settle(again, { kind: 'done' });
    expect(await eventsOf(first)).toEqual(['begun', 'failed', 'begun', 'done']);
  });

  it('is not settled when what is to be written together with it fails', async () => {
    const { intents, eventsOf, timesSettled } = await start(database);
    const reset = change();
    await intents.begin(reset);
    const also = () => Promise.reject(new Error('no'));
    await expect(intents.settle(reset, { kind: 'done' }, { also })).rejects.toThrow('no');
    expect(await intents.begin(reset)).toEqual({ kind: 'repeat', state: 'open' });
    expect(await eventsOf(reset)).toEqual(['begun']);
    expect(timesSettled()).toBe(0);
    await intents.settle(reset, { kind: 'done' });
    expect(timesSettled()).toBe(1);
  });

  it('keeps names of any characters', async () => {
    const { intents, others, store } = await start(database);
    const name = 'NUL \0, lone \ud83e and \udd8a, \u{1F98A} \'"\\ \u202e';
    const reset = change({ target: { id: 'grace1', login: `${name}@example.com`, name } });
    await intents.begin(reset);
    await letTimePass(store, LEASE);
    expect(await others.takeOver(8)).toEqual([{ change: reset, state: 'open', begunAt: expect.any(Number) }]);
  });
});

onBothDatabases('a change that was left behind', (database) => {
  it('is taken over when its lease is over, and not before', async () => {
    const { intents, others, store } = await start(database);
    const lock = change({ kind: 'lock', request: 'K7Q2-9FMX' });
    await intents.begin(lock);
    expect(await others.takeOver(8)).toEqual([]);
    await letTimePass(store, LEASE);
    expect(await others.takeOver(8)).toEqual([{ change: lock, state: 'open', begunAt: expect.any(Number) }]);
  });

  it('is taken over by one of two processes, which has it for a lease', async () => {
    const { intents, others, store } = await start(database);
    const all = Array.from({ length: 6 }, () => change());
    for (const each of all) await intents.begin(each);
    await letTimePass(store, LEASE);
    const taken = (await Promise.all([intents.takeOver(8), others.takeOver(8)])).flat();
    const keys = taken.map((each) => each.change.deliveryKey).toSorted();
    expect(keys).toEqual(all.map(({ deliveryKey }) => deliveryKey).toSorted());
    expect(await intents.takeOver(8)).toEqual([]);
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(4)).toHaveLength(4);
  });

  it('stays due until its caller has been told', async () => {
    const { intents, store } = await start(database);
    const reset = change();
    await intents.begin(reset);
    await letTimePass(store, LEASE);
    await intents.takeOver(8);
    await intents.settle(reset, { kind: 'unknown' }, { tell: true });
    expect(await intents.takeOver(8)).toEqual([]);
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(8)).toEqual([
      { change: reset, state: 'unknown', begunAt: expect.any(Number) },
    ]);
    await intents.told(reset);
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(8)).toEqual([]);
  });

  it('is told by the worker where its own process did not get to it', async () => {
    const { intents, store } = await start(database);
    const [untold, told] = [change(), change()];
    for (const each of [untold, told]) {
      await intents.begin(each);
      await intents.settle(each, { kind: 'done' });
      await intents.untold(each.deliveryKey, 5_000);
    }
    await intents.told(told);
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(8)).toEqual([]);
    await letTimePass(store, 5_000);
    expect(await intents.takeOver(8)).toEqual([
      { change: untold, state: 'done', begunAt: expect.any(Number) },
    ]);
  });

  it('is not put off by an answer that waits while it is open', async () => {
    const { intents, store } = await start(database);
    const reset = change();
    await intents.begin(reset);
    await intents.untold(reset.deliveryKey, 5_000);
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(8)).toMatchObject([{ state: 'open' }]);
  });

  it('is none when it was settled in time', async () => {
    const { intents, store } = await start(database);
    const [done, failed] = [change(), change()];
    for (const each of [done, failed]) await intents.begin(each);
    await intents.settle(done, { kind: 'done' });
    await intents.settle(failed, { kind: 'failed' });
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(8)).toEqual([]);
  });

  it('is still watched when it is begun again while the caller is told of the failure', async () => {
    const { intents, store } = await start(database);
    const lock = change({ kind: 'lock' });
    await intents.begin(lock);
    await letTimePass(store, LEASE);
    await intents.takeOver(8);
    await intents.settle(lock, { kind: 'failed' }, { tell: true });
    await intents.takeOver(8);
    expect(await intents.begin(lock)).toEqual({ kind: 'begun' });
    await intents.told(lock);
    await letTimePass(store, LEASE);
    expect(await intents.takeOver(8)).toEqual([{ change: lock, state: 'open', begunAt: expect.any(Number) }]);
  });

  it('is overdue while its caller waits to be told for longer than a time since it began', async () => {
    const { intents, others, store } = await start(database);
    const [untold, told, open] = [change(), change(), change()];
    for (const each of [untold, told, open]) await intents.begin(each);
    await intents.settle(untold, { kind: 'unknown', why: 'interrupted' }, { tell: true });
    await intents.settle(told, { kind: 'done' });
    expect(await others.overdue(60_000)).toBe(0);
    await letTimePass(store, 60_000);
    expect(await others.overdue(60_000)).toBe(1);
    await intents.told(untold);
    expect(await others.overdue(60_000)).toBe(0);
  });
});
