import { expect, it } from 'vitest';
import { beginPromotion } from '../../../src/changes/promotion-steps.ts';
import { Promotions } from '../../../src/changes/promotions.ts';
import { readPromotion } from '../../../src/changes/running-promotions.ts';
import { TIMES } from '../../../src/config/times.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { PromotionEnds } from '../../../src/worker/promotions/ends.ts';
import { ENGINEER, NORA } from '../../approvals/people.ts';
import { startService } from '../../approvals/service.ts';
import { clientFor } from '../../fastly/start.ts';
import { SQLITE } from '../../store/both-databases.ts';

const HOUR = 3_600_000;

/** A role that was given for four hours, 3.6 hours ago, so that the reminder of its end is due. */
async function startReminding() {
  const { store, approvals } = await startService(SQLITE);
  const { id } = await store.transaction(async (transaction) =>
    beginPromotion(
      transaction,
      { user: ENGINEER, before: 'engineer', role: 'billing', requester: NORA, request: null },
      (await transaction.now()) - 3.6 * HOUR,
      4 * HOUR,
    ),
  );
  const ends = new PromotionEnds({
    store,
    fastly: clientFor('http://127.0.0.1:1'),
    approvals,
    lease: HOUR,
    onUsersChanged: () => {},
    notices: { tell: async () => null, waiting: () => [] },
    times: TIMES,
    log: createLogger('silent', { write: () => {} }),
  });
  const promotion = async () => await store.read((database) => readPromotion(database, id));
  return { store, ends, id, promotion };
}

it('people are reminded of an end that is near, once', async () => {
  const { ends, id, promotion } = await startReminding();
  await ends.work(id);
  await ends.work(id);
  expect((await promotion())?.untold.map(({ what }) => what)).toEqual(['reminder', 'reminder', 'reminder']);
});

it('nobody is reminded of an end that is moved between the look and the reminder', async () => {
  const { store, ends, id, promotion } = await startReminding();
  const promotions = new Promotions(store, () => {});
  const real = store.transaction.bind(store);
  let done = 0;
  // The first claims the promotion, the second looks what is due, and the third would remind.
  store.transaction = async (work) => {
    done += 1;
    if (done === 3) {
      store.transaction = real;
      await promotions.extend(id, NORA, 24 * HOUR);
    }
    return await real(work);
  };
  await ends.work(id);
  const { untold, remindAt } = (await promotion()) ?? {};
  expect(untold).toEqual([]);
  expect(remindAt).not.toBeNull();
});
