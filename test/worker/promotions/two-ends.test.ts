import { expect, it } from 'vitest';
import { startAccount } from '../../fastly/start.ts';
import { BOT_ACCOUNT, ENGINEER, LIMITED_ENGINEER, PEOPLE } from '../../sandbox/fastly/people.ts';
import { startEnds } from './start.ts';

it('two ends at once never take away both of the last two Fastly superusers', async () => {
  const { account, client } = await startAccount();
  const others = PEOPLE.filter(({ role, id }) => role === 'superuser' && id !== BOT_ACCOUNT.id);
  account.putUsers([
    ...others.map((user) => ({ ...user, role: 'billing' })),
    ...[ENGINEER, LIMITED_ENGINEER].map((user) => ({ ...user, role: 'superuser' })),
  ]);
  const { ends, promoted, promotion, before } = await startEnds(client);
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
