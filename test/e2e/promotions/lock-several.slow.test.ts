import { expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { inFastly, updateOf, updates } from '../support/altering.ts';
import { untilTold } from '../support/approving.ts';
import {
  approved,
  clickOn,
  idlers,
  lockedNow,
  openForm,
  submitTicked,
  untilRequested,
} from '../support/idle.ts';
import { clickPromotion, SHORT, untilSaid } from '../support/promotions.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const SIX = idlers(6);
const [FIRST] = idlers(1);
const USER = { id: 'idle0', login: 'idle.0@example.com', ...FIRST };
const GIVEN = updateOf(USER, { role: 'billing' });
const TAKEN = updateOf(USER, { role: 'user' });

/** The first of six idle users has a role for a time, as Nora asked. */
async function withRole(variables: Record<string, string> = {}): Promise<ControlClient> {
  const times = { promotions: { ...SHORT.promotions, loud: 50 } };
  const { client } = await startWorkplace(DELIVERY, variables, {}, times);
  await client.putFastlyUsers(SIX);
  await client.as(NORA).command(`update ${USER.id} --role billing --for 1d`);
  await untilSaid(client.as(NORA), 'Role user → billing');
  return client;
}

it('a user with a role that ends is locked with several others, and the end comes all the same', async () => {
  const client = await withRole();
  const request = await approved(client, SIX);
  await request.until(client.as(NORA), '✅ 6 of 6 locked.');
  await clickPromotion(client.as(NORA), 'end');
  await untilTold(client.as(NORA), 'Ended by', 'direct');
  expect(await inFastly(client, USER)).toMatchObject({ role: 'user', locked: true });
  await clickOn(client, request, 'unlock-several', TOMAS);
  await untilTold(client.as(TOMAS), '6 users unlocked.');
  expect(await inFastly(client, USER)).toMatchObject({ role: 'user', locked: false });
});

it('an end that Fastly refuses because of the lock comes when several are unlocked', async () => {
  const client = await withRole({ APPROVALS_CHANNEL: CDN_TEAM.id });
  const request = await approved(client, SIX);
  await request.until(client.as(NORA), '✅ 6 of 6 locked.');
  const fail = { match: `PUT /user/${USER.id}`, status: 400, body: '{"msg":"locked"}', times: 1_000 };
  await client.fastlyFaults({ fail });
  await clickPromotion(client.as(NORA), 'end');
  await untilSaid(client.as(NORA), 'because the user is locked');
  await client.fastlyFaults({ fail: null });
  await clickOn(client, request, 'unlock-several', TOMAS);
  await untilTold(client.as(TOMAS), '6 users unlocked.');
  await untilTold(client.as(NORA), 'Ended by', 'direct');
  expect(await inFastly(client, USER)).toMatchObject({ role: 'user', locked: false });
});

it('a role that ended before the approval keeps nobody from being locked', async () => {
  const client = await withRole();
  await openForm(client);
  await submitTicked(client, SIX);
  const request = await untilRequested(client);
  await clickPromotion(client.as(NORA), 'end');
  await untilTold(client.as(NORA), 'Ended by', 'direct');
  await request.take(client.as(TOMAS), 'approve');
  await request.until(client.as(NORA), '✅ 6 of 6 locked.');
  expect(await inFastly(client, USER)).toMatchObject({ role: 'user', locked: true });
});

it('a user whose role is ending at that moment is left, and no call is made that nothing records', async () => {
  const client = await withRole();
  await openForm(client);
  await submitTicked(client, SIX);
  const request = await untilRequested(client);
  await client.fastlyFaults({ hold: { match: `PUT /user/${USER.id}`, when: 'before', times: 1 } });
  await clickPromotion(client.as(NORA), 'end');
  await client.untilHeld('fastly');
  await request.take(client.as(TOMAS), 'approve');
  const words = await request.until(client.as(NORA), '✅ 5 of 6 locked, 1 refused.');
  expect(words).toContain("the user's role is ending at this moment");
  await client.fastlyFaults({ hold: null });
  await untilTold(client.as(NORA), 'Ended by', 'direct');
  expect(await lockedNow(client)).not.toContain(USER.id);
  expect((await updates(client)).filter(({ path }) => path === GIVEN.path)).toEqual(
    expect.arrayContaining([GIVEN, TAKEN]),
  );
});
