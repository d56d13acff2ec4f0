import { expect, it } from 'vitest';
import { TIMES } from '../../../src/config/times.ts';
import { startAccount } from '../../fastly/start.ts';
import { BOT_ACCOUNT, ENGINEER, LIMITED_ENGINEER, PEOPLE } from '../../sandbox/fastly/people.ts';
import { run } from '../../store/both-databases.ts';
import { startEnds } from './start.ts';

/** An account in which nobody but these, and the bot's own user, is a Fastly superuser. */
async function startWith(...superusers: { id: string }[]) {
  const { account, client } = await startAccount();
  const others = PEOPLE.filter(({ role, id }) => role === 'superuser' && id !== BOT_ACCOUNT.id);
  account.putUsers([
    ...others.map((user) => ({ ...user, role: 'billing' })),
    ...superusers.map((user) => ({ ...user, role: 'superuser' })),
  ]);
  return { account, ...(await startEnds(client)) };
}

it('two ends at once never take away both of the last two Fastly superusers', async () => {
  const { account, ends, promoted, promotion, before } = await startWith(ENGINEER, LIMITED_ENGINEER);
  const [first, second] = [
    await promoted(ENGINEER, 'superuser', { ago: 2, lasts: 1 }),
    await promoted(LIMITED_ENGINEER, 'superuser', { ago: 2, lasts: 1 }),
  ];
  // The first has found the second, who can stay a Fastly superuser. Then the second loses the role.
  before(
    () => account.calls().some(({ path }) => /\/customer\/\w+\/users/.test(path)),
    () => ends.work(second),
  );
  await ends.work(first);
  expect((await promotion(second)).state.kind).toBe('ended');
  expect((await promotion(first)).state).toMatchObject({ kind: 'running', waits: 'last-superuser' });
  const sent = account.calls().filter(({ method }) => method === 'PUT');
  expect(sent.map(({ path }) => path)).toEqual([`/user/${LIMITED_ENGINEER.id}`]);
});

it('an end that becomes overdue while it is put off is tried again at once, and told', async () => {
  const { store, ends, promoted, promotion, before, hasLogged } = await startWith(ENGINEER);
  const id = await promoted(ENGINEER, 'superuser', { ago: 2, lasts: 1 });
  const later = `update running_promotions set ends_at = ends_at - ${TIMES.promotions.loud}`;
  before(
    () => hasLogged('the end of a promotion could not be carried out yet'),
    () => run(store, later),
  );
  await ends.work(id);
  expect((await promotion(id)).untold).toEqual([]);
  await ends.work(id);
  expect((await promotion(id)).untold).toEqual([{ what: 'overdue', to: 'approvals' }]);
});

it('an end that has to wait is put off, although nobody was reminded of it', async () => {
  const { ends, promoted, promotion } = await startWith(ENGINEER);
  const id = await promoted(ENGINEER, 'superuser', { ago: 2, lasts: 1 });
  await ends.work(id);
  expect((await promotion(id)).state).toMatchObject({ waits: 'last-superuser' });
  expect(await ends.due(1)).toEqual([]);
});
