import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PARTNERS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import {
  ENGINEER,
  LIMITED_ENGINEER,
  NORA_USER,
  OWNER,
  THIRD_SUPERUSER,
  TOMAS_USER,
} from '../../sandbox/fastly/people.ts';
import { askForUpdate, inFastly, updateOf, updates } from '../support/altering.ts';
import {
  askForDeletion,
  databaseInFile,
  deletions,
  startAnother,
  toldPrivately,
  untilTold,
} from '../support/approving.ts';
import { metricsOf } from '../support/metrics.ts';
import { clickPromotion, promotedFor, SHORT, untilSaid } from '../support/promotions.ts';
import { messagesIn, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, fromNow } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

/** Told as overdue almost at once, and tried again soon. */
const LOUD = { promotions: { ...SHORT.promotions, loud: 50, watched: 50 } };
const IN_CHANNEL = { APPROVALS_CHANNEL: CDN_TEAM.id };
const [GIVEN, TAKEN] = ['superuser', 'engineer'].map((role) => updateOf(ENGINEER, { role }));

async function leaveNoOther(client: ControlClient): Promise<void> {
  const others = [OWNER, NORA_USER, TOMAS_USER, THIRD_SUPERUSER];
  await client.putFastlyUsers(others.map((user) => ({ ...user, role: 'billing' })));
}

describe('an end', () => {
  it('is tried until Fastly takes it, is told loudly meanwhile, and carried out once', async () => {
    const workplace = await startWorkplace(DELIVERY, IN_CHANNEL, {}, LOUD);
    const { client } = workplace;
    const nora = client.as(NORA);
    const request = await promotedFor(client, ENGINEER, '1d');
    await client.fastlyFaults({ fail: { match: 'PUT', status: 503, times: 1_000 } });
    await clickPromotion(client.as(NORA), 'end');
    expect(await untilSaid(nora, 'still has the role Fastly superuser')).toContain(
      "If it is urgent, take the role away in Fastly's control panel.",
    );
    expect((await metricsOf(workplace)).value('fastly_user_bot_overdue_promotions')).toBe(1);
    await nora.command('list --role superuser');
    await untilSaid(nora, 'should have ended');
    await nora.command('report');
    expect(await untilSaid(nora, 'Roles that end')).toContain('*Roles that end* 1, of them 1 overdue');
    await client.fastlyFaults({ fail: null });
    await request.untilInThread(nora, 'Ended by');
    expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'engineer' });
    const loud = toldPrivately(await nora.sees()).filter((each) => each.includes('still has'));
    expect(loud.length).toBeLessThanOrEqual(1);
  });

  it.each([{}, { APPROVALS_CHANNEL: PARTNERS.id }])(
    'that is overdue is told to each bot admin once, where no channel is for that (%j)',
    async (variables) => {
      const { client } = await startWorkplace(DELIVERY, variables, {}, LOUD);
      const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
      await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
      await untilSaid(nora, 'Role engineer → billing');
      await client.fastlyFaults({ fail: { match: 'PUT', status: 503, times: 1_000 } });
      await clickPromotion(nora, 'end');
      for (const each of [nora, tomas]) await untilTold(each, 'still has the role billing', 'direct');
      await client.fastlyFaults({ fail: null });
      await untilTold(nora, 'Ended by', 'direct');
      for (const each of [nora, tomas]) {
        const told = toldPrivately(await each.sees(), 'direct').filter((words) =>
          words.includes('still has'),
        );
        expect(told).toHaveLength(1);
      }
      expect(messagesIn(await nora.sees(), PARTNERS)).toEqual([]);
    },
  );

  it('waits where no other Fastly superuser would be left, and comes when there is one again', async () => {
    const { client } = await startWorkplace(DELIVERY, IN_CHANNEL, {}, LOUD);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const first = await promotedFor(client, ENGINEER, '1d');
    await leaveNoOther(client);
    await client.fastlyFaults({ fail: { match: `GET /user/${ENGINEER.id}`, status: 503, times: 1_000 } });
    await clickPromotion(client.as(NORA), 'end');
    await untilSaid(nora, "Fastly hasn't taken the change yet");
    await client.fastlyFaults({ fail: null });
    await untilSaid(nora, 'the last unlocked Fastly superuser');
    expect(await updates(client)).toEqual([GIVEN]);
    const another = await askForUpdate(client, NORA, THIRD_SUPERUSER, '--role superuser');
    await another.take(tomas, 'approve');
    await first.untilInThread(tomas, 'Ended by');
    expect(await updates(client)).toEqual([GIVEN, updateOf(THIRD_SUPERUSER, { role: 'superuser' }), TAKEN]);
  });

  it('stays due while the user may be a Fastly superuser by another role, and comes after that', async () => {
    const soon = { promotions: { ...LOUD.promotions, hindered: 50 } };
    const { client } = await startWorkplace(DELIVERY, IN_CHANNEL, {}, soon);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await promotedFor(client, ENGINEER, '1d');
    const roles = ['superuser', '4X1lTcPrTGHAGJWKmkDPJ5'];
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser', roles }]);
    await clickPromotion(nora, 'end');
    await untilSaid(nora, 'has got other roles meanwhile');
    expect(await updates(client)).toEqual([GIVEN]);
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser', roles: [] }]);
    await request.untilInThread(tomas, 'Ended by');
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('that Fastly refuses because of a lock comes when the user is unlocked', async () => {
    const { client } = await startWorkplace(DELIVERY, IN_CHANNEL, {}, LOUD);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'Role engineer → billing');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'billing', locked: true }]);
    await client.fastlyFaults({
      fail: { match: 'PUT', status: 400, body: '{"msg":"locked"}', times: 1_000 },
    });
    await clickPromotion(nora, 'end');
    await untilSaid(nora, 'because the user is locked');
    await client.fastlyFaults({ fail: null });
    expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'billing' });
    await nora.command(`unlock ${ENGINEER.id}`);
    await untilTold(nora, 'Ended by', 'direct');
    expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'engineer', locked: false });
  });

  it('is carried out although the user is locked, and leaves the lock', async () => {
    const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'Role engineer → billing');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'billing', locked: true }]);
    await clickPromotion(nora, 'end');
    await untilTold(nora, 'Ended by', 'direct');
    expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'engineer', locked: true });
  });

  it('leaves a role that was set outside the bot, and says so; a user who was deleted needs none', async () => {
    const { client, log } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'Role engineer → billing');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'user' }]);
    await clickPromotion(nora, 'end');
    expect(await untilTold(nora, 'set outside the bot', 'direct')).toContain('had the role user');
    await nora.command(`update ${LIMITED_ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'updated Silas Morton');
    await client.removeFastlyUser(LIMITED_ENGINEER.id);
    await clickPromotion(nora, 'end');
    await log.untilTimes('a promotion is over', 2);
    expect(await updates(client)).toEqual([
      updateOf(ENGINEER, { role: 'billing' }),
      updateOf(LIMITED_ENGINEER, { role: 'billing' }),
    ]);
  });

  it('has nothing to do for a user whom the bot has deleted', async () => {
    const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'Role engineer → billing');
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Deleted');
    await nora.command('approvals');
    await untilTold(nora, 'There are no open requests.');
    expect(toldPrivately(await nora.sees()).join()).not.toContain('billing until');
    await clickPromotion(nora, 'end');
    await untilTold(nora, 'Nobody needs to end the role billing: the user was deleted');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { role: 'billing' })]);
  });

  it('needs nobody who asked or approved, and no command; only the role goes back', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database, {}, SHORT);
    const { client } = workplace;
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser --name Edda --for 1500ms');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'Until');
    await startAnother(
      workplace,
      { ...database, SUPERUSERS: `${PRIYA.id},U0NOBODY1`, DISABLED_COMMANDS: 'update' },
      DELIVERY,
      SHORT,
    );
    await request.untilInThread(client.as(NORA), 'Ended: Edda');
    const sent = { role: 'superuser', name: 'Edda' };
    expect(await updates(client)).toEqual([updateOf(ENGINEER, sent), TAKEN]);
  });

  it('is shown before it comes in list, in approvals and on the Home tab', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await promotedFor(client, ENGINEER, '4h');
    await nora.command('list morton');
    expect(await untilSaid(nora, 'Users')).toContain(
      '⏳ Edda Morton ( edda.morton@example.com ): Fastly superuser until',
    );
    await nora.command('approvals');
    await untilTold(nora, ': Fastly superuser until');
    await nora.home();
    await nora.until(({ home }) => wordsOf(home).includes(': Fastly superuser until'), 'the Home tab');
  });

  it('tells what goes on: tokens that were made meanwhile, and that sessions may', async () => {
    const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const nora = client.as(NORA);
    await client.putFastlyTokens([CI_PURGE]);
    await promotedFor(client, ENGINEER, '1d');
    await client.putFastlyTokens([
      CI_PURGE,
      { ...CI_PURGE, id: 'made1', name: 'made-meanwhile', created_at: fromNow(1_000) },
    ]);
    await clickPromotion(client.as(NORA), 'end');
    const told = await untilTold(nora, 'Ended by', 'direct');
    expect(told).toContain('has the role engineer again, and no longer Fastly superuser.');
    const { login } = ENGINEER;
    expect(told).toContain(`made-meanwhile . To revoke them, run /fastly-user revoke ${login} .`);
    expect(told).toContain('1 API token made meanwhile may go on working: made-meanwhile');
    expect(told).toContain(
      `Browser sessions of the user may go on. To lock the user and end them, run /fastly-user lock ${login} --end-sessions .`,
    );
  });

  it('is no change of the user for another request, which goes on', async () => {
    const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'Role engineer → billing');
    const deletion = await askForDeletion(client, NORA, ENGINEER);
    await clickPromotion(nora, 'end');
    await untilTold(nora, 'Ended by', 'direct');
    await deletion.take(tomas, 'approve');
    await deletion.until(tomas, '✅ Deleted');
    expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
  });

  it('is watched for a day: the role set again outside the bot is told once, and through the bot is not', async () => {
    const { client } = await startWorkplace(DELIVERY, IN_CHANNEL, {}, LOUD);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await promotedFor(client, ENGINEER, '1d');
    await clickPromotion(client.as(NORA), 'end');
    await request.untilInThread(tomas, 'Ended by');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser' }]);
    await untilSaid(nora, 'is Fastly superuser again. The role was set outside the bot');
    const other = await promotedFor(client, LIMITED_ENGINEER, '1d');
    await clickPromotion(client.as(NORA), 'end');
    await other.untilInThread(tomas, 'Ended by');
    const second = await promotedFor(client, LIMITED_ENGINEER, '2d');
    await clickPromotion(client.as(NORA), 'end');
    await second.untilInThread(tomas, 'Ended by');
    const again = messagesIn(await nora.sees(), CDN_TEAM).filter(({ blocks }) =>
      wordsOf(blocks).includes('is Fastly superuser again'),
    );
    expect(again).toHaveLength(1);
  });
});
