import { describe, expect, it } from 'vitest';
import { openRequestAbout } from '../../src/approvals/rows.ts';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import { type CurrentSettings, type Settings, settingsBack } from '../../src/changes/settings.ts';
import { undoKey } from '../../src/changes/undo.ts';
import { MemberId } from '../../src/ids.ts';
import { CURRENT, NOTHING_SET } from '../approvals/people.ts';
import { type Kind, letTimePass, onBothDatabases } from '../store/both-databases.ts';

describe('what sets a change back', () => {
  it.each<{ what: string; set: Settings; before: CurrentSettings; back: Settings | null }>([
    { what: 'a name', set: { name: 'G' }, before: CURRENT, back: { name: 'Grace Example' } },
    { what: 'a role', set: { role: 'user' }, before: CURRENT, back: { role: CURRENT.role ?? '' } },
    {
      what: 'a yes',
      set: { locked: true },
      before: { ...NOTHING_SET, locked: false },
      back: { locked: false },
    },
    {
      what: 'a no',
      set: { locked: false },
      before: { ...NOTHING_SET, locked: true },
      back: { locked: true },
    },
    { what: 'a lock that was not set', set: { locked: true }, before: NOTHING_SET, back: { locked: false } },
    {
      what: 'other switches that were not set',
      set: { limit_services: true, require_new_password: true },
      before: NOTHING_SET,
      back: { limit_services: false, require_new_password: false },
    },
    { what: 'a name that was not set', set: { name: 'G' }, before: NOTHING_SET, back: null },
    { what: 'an empty name', set: { name: 'G' }, before: { ...NOTHING_SET, name: '' }, back: null },
    {
      what: 'a name too long',
      set: { name: 'G' },
      before: { ...NOTHING_SET, name: 'x'.repeat(256) },
      back: null,
    },
    { what: 'a role that was not set', set: { role: 'user' }, before: NOTHING_SET, back: null },
    {
      what: 'another role',
      set: { role: 'user' },
      before: { ...NOTHING_SET, role: 'tls_admin' },
      back: null,
    },
    { what: 'one of two', set: { role: 'user', locked: true }, before: NOTHING_SET, back: null },
    { what: 'nothing', set: {}, before: CURRENT, back: null },
  ])('for $what: $back', ({ set, before, back }) => {
    expect(settingsBack({ settings: set, before })).toEqual(back);
  });

  it('is nothing where nobody wrote down what was there before', () => {
    expect(settingsBack({ settings: { locked: true } })).toBeNull();
  });
});

const NORA = MemberId.parse('U0NORA001');
const DAY = 24 * 60 * 60 * 1_000;
let deliveries = 0;

function change(more: Partial<Change> = {}): Change {
  deliveries += 1;
  return {
    deliveryKey: `undo-test-${deliveries}`,
    kind: 'update',
    caller: NORA,
    target: { id: 'grace1', login: 'grace@example.com', name: 'Grace Example' },
    settings: { locked: true },
    before: NOTHING_SET,
    reference: 'ABCD-EFGH',
    ...more,
  };
}

async function start(database: Kind) {
  const { store } = await database.open();
  const intents = new Intents(store, 60_000, openRequestAbout, () => {});
  const make = async (made: Change, kind: 'done' | 'failed' | 'unknown' = 'done') => {
    await intents.begin(made);
    await intents.settle(made, { kind });
    return made.deliveryKey;
  };
  const end = (event: string, details: object, step = 4) =>
    store.transaction(({ audit }) =>
      audit({
        actor: null,
        change: 'promote',
        event,
        target: 'grace1',
        request: { id: 'K7Q2-9FMX', step },
        details,
      }),
    );
  return { store, intents, make, end };
}

onBothDatabases('a change that may be undone', (database) => {
  it('is one that was made, with its values', async () => {
    const { intents, make } = await start(database);
    const locked = change({ kind: 'lock' });
    expect(await intents.undoable(await make(locked))).toEqual({
      change: locked,
      back: { locked: false },
      madeAt: expect.any(Number),
      undo: null,
      over: null,
    });
  });

  it('is none that is under way, failed or unclear, of another kind, or not there', async () => {
    const { intents, make } = await start(database);
    const open = change();
    await intents.begin(open);
    expect(await intents.undoable(open.deliveryKey)).toBeNull();
    expect(await intents.undoable(await make(change(), 'failed'))).toBeNull();
    expect(await intents.undoable(await make(change(), 'unknown'))).toBeNull();
    expect(await intents.undoable(await make(change({ kind: 'create' })))).toBeNull();
    expect(await intents.undoable('123.456.abc')).toBeNull();
  });

  it('is the last one of its user, whatever became of the others', async () => {
    const { store, intents, make } = await start(database);
    const first = await make(change());
    await letTimePass(store, 10);
    await make(change(), 'failed');
    await make(change({ target: { id: 'ada1', login: 'ada@example.com', name: 'Ada' } }));
    expect(await intents.undoable(first)).toMatchObject({ over: null });
    const unclear = await make(change(), 'unknown');
    expect(await intents.undoable(first)).toMatchObject({ over: 'changed-again' });
    expect(await intents.undoable(unclear)).toBeNull();
    await letTimePass(store, 10);
    const last = await make(change());
    await letTimePass(store, 10);
    expect(await intents.undoable(last)).toMatchObject({ over: null });
    await intents.begin(change());
    expect(await intents.undoable(last)).toMatchObject({ over: 'changed-again' });
  });

  it.each([
    { event: 'completed', details: { found: false }, over: 'changed-again' },
    { event: 'failed', details: { why: '', unclear: true }, over: 'changed-again' },
    { event: 'failed', details: { why: '', unclear: false }, over: null },
    { event: 'denied', details: {}, over: null },
  ])('is over ($over) when a request about its user $event ($details)', async ({ event, details, over }) => {
    const { store, intents, make, end } = await start(database);
    const made = await make(change());
    await letTimePass(store, 10);
    await end(event, details);
    expect(await intents.undoable(made)).toMatchObject({ over });
  });

  it.each([
    { by: 'extension', over: null },
    { by: 'update', over: 'changed-again' },
  ])(
    'is over ($over) when a request about its user gave a role for a time by an $by',
    async ({ by, over }) => {
      const { store, intents, make, end } = await start(database);
      const made = await make(change());
      await letTimePass(store, 10);
      await end('filed', { action: { kind: 'promote-for', by } }, 1);
      await end('completed', { found: false });
      expect(await intents.undoable(made)).toMatchObject({ over });
    },
  );

  it('is over after 24 hours by the clock of the database', async () => {
    const { store, intents, make } = await start(database);
    const made = await make(change());
    await letTimePass(store, DAY - 60_000);
    expect(await intents.undoable(made)).toMatchObject({ over: null });
    await letTimePass(store, 60_000);
    expect(await intents.undoable(made)).toMatchObject({ over: 'too-late' });
  });

  it.each(['done', 'unknown', 'failed'] as const)('knows its Undo that is %s', async (state) => {
    const { store, intents, make } = await start(database);
    const made = await make(change());
    await letTimePass(store, 10);
    const undo = change({ deliveryKey: undoKey(made), settings: { locked: false }, undoes: made });
    await intents.begin(undo);
    expect(await intents.undoable(made)).toMatchObject({ undo: { by: NORA, state: 'open' }, over: null });
    await intents.settle(undo, { kind: state });
    const known = state === 'failed' ? null : { by: NORA, state };
    const found = await intents.undoable(made);
    expect(found?.undo ?? null).toEqual(known && { ...known, at: expect.any(Number) });
    expect(found?.over).toBeNull();
  });
});
