import { describe, expect, it } from 'vitest';
import { claimPromotion, duePromotions } from '../../src/changes/held-promotion.ts';
import { beginPromotion, notGiven, retryEnds } from '../../src/changes/promotion-steps.ts';
import { Promotions } from '../../src/changes/promotions.ts';
import { allRunning, lockRunning, readPromotion } from '../../src/changes/running-promotions.ts';
import type { Store } from '../../src/store/store.ts';
import { ENGINEER, NORA } from '../approvals/people.ts';
import { onBothDatabases, SQLITE } from '../store/both-databases.ts';

const HOUR = 3_600_000;
const { id, login, name } = ENGINEER;

/** The user gets a role in place of another, for an hour that began so many hours ago. */
async function begun(store: Store, before: string, role: string, { ago = 0, isSure = true } = {}) {
  const about = { user: { id, login, name }, before, role, requester: NORA, request: null };
  return await store.transaction(async (transaction) =>
    beginPromotion(transaction, about, (await transaction.now()) - ago * HOUR, HOUR, isSure),
  );
}

onBothDatabases('a role that was given for a time', (database) => {
  it('is tried to end at once where that was asked for while it was tried in vain', async () => {
    const { store } = await database.open();
    const promotion = await begun(store, 'engineer', 'superuser', { ago: 2 });
    const held = await claimPromotion(store, promotion.id, 60_000);
    await store.transaction((transaction) => retryEnds(transaction));
    await held?.release({ telling: HOUR, ending: HOUR, watching: HOUR });
    expect(await store.read((each) => duePromotions(each, store.engine, 1))).toEqual([promotion.id]);
    const again = await claimPromotion(store, promotion.id, 60_000);
    await again?.release({ telling: HOUR, ending: HOUR, watching: HOUR });
    expect(await store.read((each) => duePromotions(each, store.engine, 1))).toEqual([]);
  });
});

describe('a second role for a time', () => {
  it('gives back the role that was there before a role for a time', async () => {
    const { store } = await SQLITE.open();
    await begun(store, 'user', 'engineer');
    expect(await begun(store, 'engineer', 'billing')).toMatchObject({ role: 'billing', before: 'user' });
  });

  it('goes on where another one was not given after it, and is shown only once it is known which it is', async () => {
    const { store } = await SQLITE.open();
    const first = await begun(store, 'user', 'engineer');
    const second = await begun(store, 'engineer', 'billing', { isSure: false });
    expect(await new Promotions(store, () => {}).running()).toEqual([]);
    await store.transaction(async (transaction) => {
      const running = await lockRunning(transaction, id);
      if (running) await notGiven(transaction, running);
    });
    const [running] = await store.read((each) => allRunning(each, store.engine));
    expect(running).toMatchObject({ id: first.id, role: 'engineer', before: 'user', overdue: false });
    const over = await store.read((each) => readPromotion(each, second.id));
    expect(over).toMatchObject({
      state: { kind: 'not-given' },
      untold: [{ what: 'not-given', to: 'requester' }],
    });
  });

  it('gives back the first role, where one in between was not given', async () => {
    const { store } = await SQLITE.open();
    await begun(store, 'user', 'engineer');
    await begun(store, 'engineer', 'billing', { isSure: false });
    expect(await begun(store, 'engineer', 'superuser')).toMatchObject({ before: 'user' });
  });
});
