import { expect, it } from 'vitest';
import { Promotions } from '../../../src/changes/promotions.ts';
import { ENGINEER, NORA } from '../../approvals/people.ts';
import { clientFor } from '../../fastly/start.ts';
import { startEnds } from './start.ts';

const HOUR = 3_600_000;

/** A role that was given for four hours, 3.6 hours ago, so that the reminder of its end is due. */
async function startReminding() {
  const started = await startEnds(clientFor('http://127.0.0.1:1'));
  const id = await started.promoted(ENGINEER, 'billing', { ago: 3.6 * HOUR, lasts: 4 * HOUR });
  return { ...started, id };
}

it('people are reminded of an end that is near, once', async () => {
  const { ends, id, promotion } = await startReminding();
  await ends.work(id);
  await ends.work(id);
  expect((await promotion(id)).untold.map(({ what }) => what)).toEqual(['reminder', 'reminder', 'reminder']);
});

it('nobody is reminded of an end that is moved between the look and the reminder', async () => {
  const { store, ends, id, promotion, before } = await startReminding();
  const promotions = new Promotions(store, () => {});
  let transactions = 0;
  // The first claims the promotion, the second looks what is due, and the third would remind.
  before(
    () => {
      transactions += 1;
      return transactions === 3;
    },
    () => promotions.extend(id, NORA, 24 * HOUR),
  );
  await ends.work(id);
  const { untold, remindAt } = await promotion(id);
  expect(untold).toEqual([{ what: 'given', to: 'member' }]);
  expect(remindAt).not.toBeNull();
});
