import { expect, it } from 'vitest';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import { stepKey } from '../../src/changes/lock-step.ts';
import { CURRENT, NORA } from '../approvals/people.ts';
import { type Kind, letTimePass, onBothDatabases } from '../store/both-databases.ts';

const LEASE = 60_000;
const REQUEST = 'an open request';

const LOCK: Change = {
  deliveryKey: 'delivery-1',
  kind: 'lock',
  caller: NORA,
  target: { id: 'grace1', login: 'grace@example.com', name: 'Grace Example' },
  settings: { locked: true },
  before: CURRENT,
  steps: ['end-sessions', 'reset'],
  reference: 'ABCD-EFGH',
};

const stepOf = (step: 'end-sessions' | 'reset', more: Partial<Change> = {}): Change => ({
  deliveryKey: stepKey(step, LOCK.deliveryKey),
  kind: step,
  caller: NORA,
  target: LOCK.target,
  lock: LOCK.deliveryKey,
  reference: 'ABCD-EFGH',
  ...more,
});

async function start(database: Kind, inTheWay: string | null = null) {
  const open = await database.open();
  const intents = new Intents(
    open.store,
    LEASE,
    async () => inTheWay,
    () => {},
  );
  return { ...open, intents };
}

onBothDatabases('a lock with what follows', (database) => {
  it('is none before it was made', async () => {
    const { intents } = await start(database);
    expect(await intents.lockMade(LOCK.deliveryKey)).toBeNull();
    await intents.begin(LOCK);
    expect(await intents.lockMade(LOCK.deliveryKey)).toBeNull();
    await intents.settle(LOCK, { kind: 'failed' });
    expect(await intents.lockMade(LOCK.deliveryKey)).toBeNull();
  });

  it('knows how far each step is', async () => {
    const { intents } = await start(database);
    await intents.begin(LOCK);
    await intents.settle(LOCK, { kind: 'done' });
    const waiting = { state: 'waiting', tokens: 0 };
    const steps = async () => (await intents.lockMade(LOCK.deliveryKey))?.steps;
    expect(await intents.lockMade(LOCK.deliveryKey)).toEqual({
      change: LOCK,
      madeAt: expect.any(Number),
      steps: [
        { step: 'end-sessions', ...waiting },
        { step: 'reset', ...waiting },
      ],
    });
    const ending = stepOf('end-sessions', { tokens: ['session1', 'session2'] });
    await intents.begin(ending);
    expect((await steps())?.[0]).toEqual({ step: 'end-sessions', state: 'open', tokens: 2 });
    await intents.settle(ending, { kind: 'failed' });
    expect((await steps())?.[0]?.state).toBe('failed');
    expect(await intents.begin(ending)).toEqual({ kind: 'begun' });
    await intents.settle(ending, { kind: 'done' });
    expect(await intents.begin(ending)).toEqual({ kind: 'repeat', state: 'done' });
    const reset = stepOf('reset');
    await intents.begin(reset);
    await intents.settle(reset, { kind: 'unknown' });
    expect(await steps()).toEqual([
      { step: 'end-sessions', state: 'done', tokens: 2 },
      { step: 'reset', state: 'unknown', tokens: 0 },
    ]);
  });

  it('is told by the worker unless the process that made it says that it was told', async () => {
    const { intents, store } = await start(database);
    await intents.begin(LOCK);
    await intents.settle(LOCK, { kind: 'done' }, { tell: true });
    await letTimePass(store, LEASE - 1_000);
    await intents.untold(LOCK.deliveryKey, 0);
    await letTimePass(store, LEASE - 1_000);
    expect(await intents.takeOver(8)).toEqual([]);
    await letTimePass(store, 2_000);
    expect(await intents.takeOver(8)).toEqual([{ change: LOCK, state: 'done', begunAt: expect.any(Number) }]);
    await intents.told(LOCK);
    await letTimePass(store, 2 * LEASE);
    expect(await intents.takeOver(8)).toEqual([]);
  });

  it('is not begun beside an open request, unless it is for that one', async () => {
    const { intents } = await start(database, REQUEST);
    expect(await intents.begin(LOCK)).toEqual({ kind: 'in-the-way', request: REQUEST });
    expect(await intents.begin({ ...LOCK, request: 'K7Q2-9FMX' })).toEqual({ kind: 'begun' });
    expect(await intents.begin(stepOf('reset'))).toEqual({ kind: 'begun' });
  });
});
