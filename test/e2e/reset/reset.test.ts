import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER, LOCKED_SUPERUSER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { answer } from '../support/answering.ts';
import { untilTold } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** The password resets that reached Fastly, by path. */
async function resets({ client }: Workplace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ path }) => path.endsWith('/request_reset')).map(({ path }) => path);
}

describe('reset', () => {
  it('has Fastly e-mail the user, and tells the channel who asked, for whom and when', async () => {
    const workplace = await startWorkplace();
    await workplace.client.as(NORA).command(`reset ${PLUS_LOGIN.login}`);
    const confirmation = await workplace.client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the confirmation');
    expect(wordsOf(confirmation.blocks)).toContain(`<@${NORA.id}>`);
    expect(wordsOf(confirmation.blocks)).toContain(PLUS_LOGIN.login);
    expect(JSON.stringify(confirmation.blocks)).toContain('"type":"date"');
    expect(await resets(workplace)).toEqual([
      `/user/${encodeURIComponent(PLUS_LOGIN.login)}/password/request_reset`,
    ]);
  });

  it('resets from the form', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command('reset');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      (sees) => sees.modals.length === 0 && messageWith(sees, CDN_TEAM, 'a password reset'),
      'the confirmation',
    );
    expect(await resets(workplace)).toHaveLength(1);
  });

  it("resets from the card's button, which asks first", async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command(`get ${ENGINEER.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    const button = elementsOf(card.blocks).find(({ action_id }) => action_id === 'reset.button');
    expect(wordsOf(button?.confirm)).toContain(ENGINEER.login);
    const press = { channel: CDN_TEAM.id, ts: card.ts, actionId: 'reset.button' };
    await nora.click({ ...press, confirm: 'no' });
    await workplace.client.as(TOMAS).click(press);
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, `<@${TOMAS.id}> sent a password reset to`),
      'the confirmation',
    );
    expect(messageWith(await nora.sees(), CDN_TEAM, `Login* \`${ENGINEER.login}`)).toBeDefined();
    expect(await resets(workplace)).toHaveLength(1);
  });
});

describe('reset', () => {
  it('copies the confirmation to CONFIRMATIONS_CHANNEL, also when the caller wanted it alone', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await nora.command(`reset ${ENGINEER.id} --private`);
    const copy = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, AUDIT_TRAIL, ENGINEER.login), 'the copy');
    expect(wordsOf(copy.blocks)).toContain(`in <#${CDN_TEAM.id}>`);
    const own = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the confirmation');
    expect(own.ephemeral).toBe(true);
  });

  it('says that it is done when the copy of the confirmation cannot be posted', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: 'C0NOWHERE' });
    const nora = client.as(NORA);
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, "The confirmation couldn't be posted"),
      'the notice',
    );
    expect(messageWith(await nora.sees(), CDN_TEAM, 'a password reset')).toBeDefined();
  });

  it('refuses early, in words and in the form, where the account does not allow resets', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await workplace.client.patchFastlyAccount({ can_reset_passwords: false });
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, "doesn't allow password resets"), 'the refusal');
    await nora.command('reset');
    const view = await nora.until(
      (sees) => sees.modals.find((modal) => wordsOf(modal.blocks).includes("doesn't allow")),
      'the refusal in the form',
    );
    expect(view.submit).toBeNull();
    expect(await resets(workplace)).toEqual([]);
  });

  it('says first that single sign-on makes a password of no use, and resets when asked all the same', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await workplace.client.patchFastlyAccount({ force_sso: true });
    await nora.command(`reset ${ENGINEER.id}`);
    const caution = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'single sign-on'), 'the caution');
    expect(caution.ephemeral).toBe(true);
    expect(wordsOf(caution.blocks)).toContain(ENGINEER.login);
    expect(await resets(workplace)).toEqual([]);
    await answer(nora, CDN_TEAM, ENGINEER);
    await nora.until(
      (sees) =>
        messageWith(sees, CDN_TEAM, 'a password reset') && !messageWith(sees, CDN_TEAM, 'single sign-on'),
      'the confirmation in place of the caution',
    );
    expect(await resets(workplace)).toHaveLength(1);
    await nora.command('reset');
    const form = await nora.until(
      (sees) => sees.modals.find((modal) => modal.callbackId === 'reset.form'),
      'the form',
    );
    expect(wordsOf(form.blocks)).toContain('single sign-on');
  });

  it.each([
    ['', `Run /fastly-user unlock ${LOCKED_SUPERUSER.login} first.`],
    ['unlock', 'Unlock the user in Fastly first.'],
  ])(
    'does not reset who is locked, and says why and what to do first (without %j)',
    async (disabled, words) => {
      const workplace = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: disabled });
      const nora = workplace.client.as(NORA);
      await nora.command(`reset ${LOCKED_SUPERUSER.id}`);
      const told = await untilTold(nora, "is locked, so a new password wouldn't help");
      expect(told).toContain(words);
      expect(await resets(workplace)).toEqual([]);
    },
  );

  it('does not reset who is deleted, and says when that was', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await workplace.client.putFastlyUsers([
      { id: 'gone1', name: 'Gone Person', login: 'gone@example.com', deleted_at: '2026-01-02T03:04:05Z' },
    ]);
    await nora.command('reset gone1');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'was deleted'), 'the refusal');
    expect(await resets(workplace)).toEqual([]);
  });

  it('sends one e-mail for a delivery that comes twice, as a command, a click or a form', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    const deliverTheLastOneAgain = async () => {
      const last = (await client.deliveries()).at(-1);
      await client.redeliver(last?.id ?? '');
    };
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the confirmation');
    await deliverTheLastOneAgain();
    await nora.command('reset');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', PLUS_LOGIN.login);
    await nora.submit({ 'user-picker': pickerValue(PLUS_LOGIN) });
    await deliverTheLastOneAgain();
    await nora.command(`get ${ENGINEER.id}`);
    const card = await nora.until(
      (sees) => messagesIn(sees, CDN_TEAM).find(({ blocks }) => elementsOf(blocks).length > 0),
      'the card',
    );
    await nora.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'reset.button' });
    await nora.until(
      (sees) =>
        messagesIn(sees, CDN_TEAM).filter((message) => wordsOf(message.blocks).includes('a password reset'))
          .length === 3,
      'three confirmations',
    );
    await deliverTheLastOneAgain();
    await workplace.log.untilTimes('the same delivery once more is not carried out again', 3);
    expect(await resets(workplace)).toHaveLength(3);
  });

  it('says that it is done, and not to repeat it, when Slack takes the confirmation nowhere', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command('reset');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await workplace.client.slackFaults({
      refuse: { method: 'chat.postMessage', error: 'restricted_action_thread_locked', times: 2 },
    });
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      (sees) => sees.modals.some((modal) => wordsOf(modal.blocks).includes("Don't repeat it")),
      'the notice',
    );
    expect(await resets(workplace)).toHaveLength(1);
  });

  it.each<[string, Partial<FastlyFaults>, RegExp, number]>([
    ['the limit is used up', { rateLimitUsedUp: { reset: 4_102_444_800 } }, /rate limit is reached until/, 1],
    [
      'Fastly returned an error',
      { fail: { match: 'POST /user/', status: 503, times: 1 } },
      /an error \(503\).*may still have been sent/,
      1,
    ],
    ['Fastly refuses the token', { tokenRefused: true }, /refused the bot's token.*operator/, 0],
    [
      'the token may not',
      { fail: { match: 'POST /user/', status: 403, body: '{"msg":"Access denied"}', times: 1 } },
      /doesn't allow.*Access denied/,
      1,
    ],
    ['Fastly is away', { down: true }, /can't be reached\. Try again in a minute/, 0],
    [
      'the connection breaks after the work',
      { drop: { match: 'POST /user/', when: 'after', times: 1 } },
      /connection to Fastly was lost.*may still have been sent/,
      1,
    ],
    [
      'a proxy answers with a page',
      { fail: { match: 'POST /user/', status: 200, body: '<html>', contentType: 'text/html', times: 1 } },
      /sent an unexpected response.*may still have been sent/,
      1,
    ],
  ])(
    'says so privately, with what to do and a reference that the log has, when %s',
    async (_when, faults, words, calls) => {
      const workplace = await startWorkplace();
      const { client, log } = workplace;
      const nora = client.as(NORA);
      await client.fastlyFaults(faults);
      await nora.command(`reset ${ENGINEER.id}`);
      const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the failure');
      expect(told.ephemeral).toBe(true);
      expect(wordsOf(told.blocks)).toMatch(words);
      const reference = /Reference `([A-Z0-9-]+)`/.exec(wordsOf(told.blocks))?.[1] ?? 'none';
      expect(
        log.lines.filter(
          (line) => line.interaction === reference && (line.msg === 'failed' || line.msg === 'refused'),
        ),
      ).toHaveLength(1);
      expect(await resets(workplace)).toHaveLength(calls);
    },
  );
});
