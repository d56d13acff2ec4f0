import { describe, expect, it } from 'vitest';
import { CDN_TEAM, JONAS, NORA, OPS, PARTNERS, TOMAS } from '../../sandbox/cast.ts';
import {
  BOT_ACCOUNT,
  ENGINEER,
  NORA_USER,
  OWNER,
  THIRD_SUPERUSER,
  TOMAS_USER,
} from '../../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../../sandbox/fastly/user.ts';
import { askForDeletion, deletions, openRequest, untilTold } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messagesIn, messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const DIRECT = `D${NORA.id.slice(1)}`;

/** Nothing waits, and nothing was deleted. */
async function expectNothingAsked({ client }: Workplace): Promise<void> {
  const nora = client.as(NORA);
  await nora.command('approvals');
  await untilTold(nora, 'There are no open requests');
  expect(await deletions(client)).toEqual([]);
}

describe('delete is refused privately', () => {
  it.each([
    {
      where: 'in a direct message, where nobody else would see it',
      channel: DIRECT,
      seen: 'direct' as const,
      words: '',
      why: "Approvers can't see this conversation",
    },
    {
      where: 'with --private, where nobody else would see it',
      channel: CDN_TEAM.id,
      seen: CDN_TEAM,
      words: ' --private',
      why: "Approvers can't see a private request. Leave --private out",
    },
    {
      where: 'in a channel shared with another company',
      channel: PARTNERS.id,
      seen: PARTNERS,
      words: '',
      why: 'is shared with another company',
    },
  ])('$where, with how to mend it', async ({ channel, seen, words, why }) => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}${words}`, channel);
    expect(await untilTold(nora, why, seen)).toContain("ask the bot's operator to set an approvals channel");
    expect(messagesIn(await workplace.client.as(TOMAS).sees(), PARTNERS)).toEqual([]);
    await expectNothingAsked(workplace);
  });

  it('where APPROVALS_CHANNEL is shared with another company, which sees nothing of it', async () => {
    const workplace = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: PARTNERS.id });
    const nora = workplace.client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, 'is shared with another company');
    expect(messagesIn(await workplace.client.as(JONAS).sees(), PARTNERS)).toEqual([]);
    await expectNothingAsked(workplace);
  });

  it('while Slack does not say who reads along', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await workplace.client.slackFaults({
      rateLimit: { method: 'conversations.info', retryAfter: 1, times: 1 },
    });
    await nora.command(`delete ${ENGINEER.id}`, PARTNERS);
    await untilTold(nora, "Slack didn't say who can read", PARTNERS);
    expect(messagesIn(await workplace.client.as(JONAS).sees(), PARTNERS)).toEqual([]);
    await expectNothingAsked(workplace);
  });

  it('where Fastly does not say who owns the account', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await workplace.client.fastlyFaults({
      fail: {
        match: 'GET /current_customer',
        status: 200,
        body: JSON.stringify({ id: CUSTOMER_ID }),
        times: 1,
      },
    });
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, 'Fastly sent an unexpected response');
    await expectNothingAsked(workplace);
  });

  it('when the reason is too long', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command(`delete ${ENGINEER.id} --reason "${'x'.repeat(241)}"`);
    await untilTold(nora, 'The reason has 241 characters. Shorten it to 240.');
    await expectNothingAsked(workplace);
  });

  it('when Fastly does not know the user any more', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command('delete');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'delete.form', 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await workplace.client.removeFastlyUser(ENGINEER.id);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      (sees) => JSON.stringify(sees.modals[0]?.errors).includes('has no such user'),
      'the error',
    );
    await nora.close();
    await expectNothingAsked(workplace);
  });

  it('when the user is deleted already, with when that was', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, deleted_at: '2026-01-02T03:04:05Z' }]);
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, `${ENGINEER.name} ( ${ENGINEER.login} ) was already deleted`);
    await expectNothingAsked(workplace);
  });

  it.each([
    {
      who: "the account behind the bot's token",
      user: BOT_ACCOUNT,
      why: 'The bot signs in to Fastly as this user',
    },
    { who: "the account's owner", user: OWNER, why: 'This user owns the Fastly account' },
  ])('for $who', async ({ user, why }) => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command(`delete ${user.id}`);
    expect(await untilTold(nora, `${user.name} ( ${user.login} ) can't be deleted.`)).toContain(why);
    await expectNothingAsked(workplace);
  });

  it("for the last Fastly superuser besides the token's own", async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await client.putFastlyUsers([OWNER, NORA_USER].map((user) => ({ ...user, role: 'engineer' })));
    const request = await askForDeletion(client, NORA, THIRD_SUPERUSER);
    await request.take(nora, 'cancel');
    await request.until(nora, 'cancelled the request');
    await client.putFastlyUsers([{ ...TOMAS_USER, locked: true }]);
    await nora.command(`delete ${THIRD_SUPERUSER.id}`);
    expect(await untilTold(nora, "can't be deleted.")).toContain('the last unlocked Fastly superuser');
    await expectNothingAsked(workplace);
  });

  it('when Fastly does not answer', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await client.fastlyFaults({ fail: { match: 'GET /current_customer', status: 503, times: 3 } });
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, 'Fastly returned an error');
    await expectNothingAsked(workplace);
  });
});

describe('a request in a channel that the bot is not let into', () => {
  it('is refused there and then in a private channel without the bot, and can be asked for once it is invited', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}`, OPS);
    await nora.until((sees) => messageWith(sees, OPS, `The bot isn't in <#${OPS.id}>`), 'the refusal');
    await expectNothingAsked(workplace);
    await client.invite(OPS.id);
    await nora.command(`delete ${ENGINEER.id}`, OPS);
    const request = await nora.until((sees) => openRequest(sees, OPS, ENGINEER), 'the request');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Deleted');
  });

  it('is refused before it is asked who is meant', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command('delete silas', OPS);
    const told = await nora.until((sees) => messagesIn(sees, OPS)[0], 'the refusal');
    expect(JSON.stringify(told.blocks)).toContain('so nobody would see the request.');
    await expectNothingAsked(workplace);
  });

  it('is refused as well where APPROVALS_CHANNEL is without the bot', async () => {
    const workplace = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: OPS.id });
    const nora = workplace.client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, `The bot isn't in <#${OPS.id}>`);
    await expectNothingAsked(workplace);
  });
});
