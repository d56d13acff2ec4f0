import { expect, it } from 'vitest';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { approved, clickOn, idlers, puts } from '../support/idle.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const SEVEN = idlers(7);

it('locking several fails while Fastly is away, and looks first when it goes on', async () => {
  const { client } = await startWorkplace();
  await client.putFastlyUsers(SEVEN);
  await client.fastlyFaults({ hold: { match: 'PUT /user/idle2', when: 'after', times: 1 } });
  const request = await approved(client, SEVEN);
  await client.untilHeld('fastly');
  await client.fastlyFaults({ fail: { match: 'GET /user/idle2', status: 500, times: 20 } });
  await client.fastlyFaults({ hold: null });
  const words = await request.until(client.as(NORA), '2 of 7 users were locked');
  expect(words).toContain('Bot admins can retry until');
  expect(request.buttons(await client.as(NORA).sees())).toEqual(['retry', 'stop']);
  await client.fastlyFaults({ fail: null });
  await clickOn(client, request, 'retry', TOMAS);
  await request.until(client.as(NORA), '✅ 7 of 7 locked.');
  expect(await puts(client)).toEqual(SEVEN.map(({ id }) => id));
});

it.each([
  ['always fails', { status: 500 }, 'Fastly returned an error (500)'],
  ['answers in part', { status: 200, body: '{"id":"idle2"}' }, 'Fastly sent an unexpected response'],
])('locking several goes on with the others where Fastly %s about one of them', async (_, answer, why) => {
  const { client } = await startWorkplace();
  await client.putFastlyUsers(SEVEN);
  await client.fastlyFaults({ fail: { match: 'GET /user/idle2', times: 100, ...answer } });
  const request = await approved(client, SEVEN);
  const end = await request.until(client.as(NORA), '✅ 6 of 7 locked, 1 refused.');
  expect(end).toContain(`Not locked: idle.2@example.com (${why}`);
});

it('locking several offers no unlocking where that is disabled', async () => {
  const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'unlock' });
  await client.putFastlyUsers(SEVEN);
  const request = await approved(client, SEVEN);
  await request.until(client.as(NORA), '✅ 7 of 7 locked.');
  expect(request.buttons(await client.as(NORA).sees())).toEqual([]);
});

it('locking several fails where Fastly fails about everybody', async () => {
  const { client } = await startWorkplace();
  await client.putFastlyUsers(SEVEN);
  await client.fastlyFaults({ hold: { match: 'GET /user/idle2', when: 'before', times: 1 } });
  const request = await approved(client, SEVEN);
  await client.untilHeld('fastly');
  await client.fastlyFaults({ fail: { match: 'GET', status: 500, times: 100 } });
  await client.fastlyFaults({ hold: null });
  await request.until(client.as(NORA), '2 of 7 users were locked');
  expect(request.buttons(await client.as(NORA).sees())).toEqual(['retry', 'stop']);
  await client.fastlyFaults({ fail: null });
  await clickOn(client, request, 'retry', TOMAS);
  await request.until(client.as(NORA), '✅ 7 of 7 locked.');
});
