import { expect, it } from 'vitest';
import { TIMES } from '../../../src/config/times.ts';
import { startAccount } from '../../fastly/start.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { startEnds } from './start.ts';

const { unsure } = TIMES.promotions;

/** A role was to be given so many milliseconds ago, and Fastly's answer was lost. `has`: the role of the user now. */
async function startUnsure(has: string, ago: number) {
  const { account, client } = await startAccount();
  account.putUsers([{ ...ENGINEER, role: has }]);
  const started = await startEnds(client);
  const id = await started.promoted(ENGINEER, 'billing', { ago, lasts: 30 * unsure, isSure: false });
  await started.ends.work(id);
  const sent = account.calls().filter(({ method }) => method === 'PUT');
  return { sent, ...(await started.promotion(id)), due: await started.ends.due(1) };
}

it('a role is known to be given once a look has seen it', async () => {
  const { state } = await startUnsure('billing', 0);
  expect(state).toMatchObject({ kind: 'running' });
  expect(state).not.toHaveProperty('unsure');
});

it('a role that may still be given is looked for again', async () => {
  const { state, untold } = await startUnsure('engineer', unsure / 2);
  expect(state).toMatchObject({ kind: 'running', unsure: { earlier: null } });
  expect(untold).toEqual([]);
});

it('a role that was not given is taken from nobody, and the requester is told', async () => {
  const { state, untold, sent } = await startUnsure('engineer', unsure);
  expect(state).toEqual({ kind: 'not-given' });
  expect(untold).toEqual([{ what: 'not-given', to: 'requester' }]);
  expect(sent).toEqual([]);
});

it('a Fastly superuser again outside the bot is told, although something else could not be told yet', async () => {
  const { account, client } = await startAccount();
  const { ends, promoted, promotion } = await startEnds(client);
  account.putUsers([{ ...ENGINEER, role: 'superuser' }]);
  const id = await promoted(ENGINEER, 'superuser', { ago: 2, lasts: 1 });
  await ends.work(id);
  const before = await promotion(id);
  expect(before.state.kind).toBe('ended');
  expect(before.untold).not.toEqual([]);
  account.putUsers([{ ...ENGINEER, role: 'superuser' }]);
  await ends.work(id);
  expect((await promotion(id)).untold).toEqual([...before.untold, { what: 'set-again', to: 'approvals' }]);
});
