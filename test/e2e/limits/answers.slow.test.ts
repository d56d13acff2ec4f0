import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PRIYA, TEAM, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import { BILLING, ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseInFile, startAnother, untilTold } from '../support/approving.ts';
import { deliveryTo, startForgedSlack } from '../support/forged-delivery.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

/** Longer than any test waits. */
const LONG = 600;

/** Resets a user's password in the form, whose result is posted with the Web API. */
async function resetInForm(who: ActingMember): Promise<void> {
  await who.command('reset');
  await who.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
  await who.typeAhead('user-picker', ENGINEER.login);
  await who.submit({ 'user-picker': pickerValue(ENGINEER) });
}

const untilInForm = (who: ActingMember, words: string) =>
  who.until((sees) => wordsOf(sees.modals[0]?.blocks).includes(words), `the form to say '${words}'`);

describe('while Slack limits what is posted for one person', () => {
  it('their form says so at once, and another gets their form and their result', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.slackFaults({ rateLimit: { method: 'chat.postMessage', retryAfter: LONG, times: 1 } });
    await resetInForm(nora);
    await untilInForm(nora, "Done. Slack isn't taking the result yet");
    await tomas.command('password');
    await tomas.until((sees) => sees.modals[0]?.callbackId === 'password.form', 'the form');
    await tomas.close();
    await resetInForm(tomas);
    await tomas.until((sees) => messageWith(sees, CDN_TEAM, `<@${TOMAS.id}> sent a password`), 'the result');
    expect(messageWith(await nora.sees(), CDN_TEAM, `<@${NORA.id}> sent a password`)).toBeUndefined();
  });

  it('the result comes when it stops', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults({ rateLimit: { method: 'chat.postMessage', retryAfter: 1, times: 2 } });
    await resetInForm(nora);
    await untilInForm(nora, `it's posted in <#${CDN_TEAM.id}> a little later`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'sent a password'), 'the result');
  });

  it('the result comes when the operator has mended the token', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    // Nobody takes it: the channel, and then the direct message.
    await client.slackFaults({ refuse: { method: 'chat.postMessage', error: 'invalid_auth', times: 8 } });
    await resetInForm(nora);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'sent a password'), 'the result');
    expect(log.text).not.toContain('the caller could not be told');
  });

  it('what another company could read by then goes to the caller alone', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults({ rateLimit: { method: 'chat.postMessage', retryAfter: 1, times: 1_000 } });
    await resetInForm(nora);
    await untilInForm(nora, "Done. Slack isn't taking the result yet");
    await client.share(CDN_TEAM.id);
    onTestFinished(() => void vi.useRealTimers());
    // An answer about who reads along is good for 10 seconds.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_001 });
    await client.slackFaults({ rateLimit: null });
    await untilTold(nora, 'people of another company are in', 'direct');
    expect(messageWith(await nora.sees(), CDN_TEAM, 'sent a password')).toBeUndefined();
  });

  it('nobody waits for the copy of a confirmation, which is posted when it stops', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await client.slackFaults({ rateLimit: { method: 'chat.postMessage', retryAfter: 1, times: 1 } });
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, AUDIT_TRAIL, 'sent a password'), 'the copy');
    expect(messageWith(await nora.sees(), CDN_TEAM, "couldn't be posted")).toBeUndefined();
  });

  it('a stop gives up what waits, says so in the log, and the next process tells of the change', async () => {
    const variables = await databaseInFile();
    const first = await startWorkplace(DELIVERY, variables);
    const nora = first.client.as(NORA);
    await first.client.slackFaults({ rateLimit: { method: 'chat.postMessage', retryAfter: LONG, times: 2 } });
    await resetInForm(nora);
    await untilInForm(nora, "Done. Slack isn't taking the result yet");
    await startAnother(first, variables);
    await first.log.until('Slack did not take an answer, it is given up');
    await untilTold(nora, 'interrupted while sending a password reset', 'direct');
  });
});

describe('what Slack does not take, for another reason than a limit', () => {
  it('holds up none of the later answers, and comes in the end', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const method = 'chat.postMessage';
    await client.slackFaults({ refuse: { method, error: 'internal_error', times: 1_000 } });
    await resetInForm(nora);
    await untilInForm(nora, "Done. Slack isn't taking the result yet");
    await nora.command(`get ${BILLING.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, BILLING.login), 'the answer');
    await client.slackFaults({ refuse: null });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'sent a password'), 'the result');
  });
});

describe('a result that Slack takes nowhere until the operator mends something', () => {
  it.each(['invalid_auth', 'missing_scope'])(
    'is posted then, though the form is closed: %s',
    async (error) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      await client.slackFaults({ refuse: { method: 'chat.postMessage', error, times: 1_000 } });
      await resetInForm(nora);
      await untilInForm(nora, "Done. Slack isn't taking the result yet");
      await nora.close();
      await client.slackFaults({ refuse: null });
      await nora.until((sees) => messageWith(sees, CDN_TEAM, 'sent a password'), 'the result');
    },
  );

  it('is told by the next process where this one stops before', async () => {
    const variables = await databaseInFile();
    const first = await startWorkplace(DELIVERY, variables);
    const nora = first.client.as(NORA);
    first.times.slowRetry = LONG * 1_000;
    await first.client.slackFaults({
      refuse: { method: 'chat.postMessage', error: 'invalid_auth', times: 1_000 },
    });
    await resetInForm(nora);
    await untilInForm(nora, "Done. Slack isn't taking the result yet");
    await startAnother(first, variables);
    await first.log.until('Slack did not take an answer, it is given up');
    await first.client.slackFaults({ refuse: null });
    await untilTold(nora, 'interrupted while sending a password reset', 'direct');
  });
});

describe('a command that Slack does not let be answered', () => {
  it('is answered when the limit is over, after those before it', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults({ rateLimit: { method: 'response_url', retryAfter: 2, times: 1 } });
    await nora.command(`get ${ENGINEER.id}`);
    await log.until('Slack does not take an answer yet, it waits');
    await nora.command(`get ${BILLING.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, BILLING.login), 'the second answer');
    const answers = messagesIn(await nora.sees(), CDN_TEAM).map(({ blocks }) => wordsOf(blocks));
    expect(answers).toHaveLength(2);
    expect(answers[0]).toContain(ENGINEER.login);
  });

  it.each(['used_url', 'expired_url'])('is answered in a direct message after %s', async (error) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults({ refuse: { method: 'response_url', error, times: 9 } });
    await nora.command(`get ${ENGINEER.id} --private`);
    await untilTold(nora, ENGINEER.login, 'direct');
    await nora.command('get Zebedee');
    await untilTold(nora, 'No user matches', 'direct');
  });

  it('is answered when Slack has been away for a moment', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults({
      refuse: { method: 'response_url', error: 'used_url', times: 99 },
      lose: { method: 'chat.postMessage', when: 'before', times: 5 },
    });
    await nora.command(`get ${ENGINEER.id} --private`);
    await untilTold(nora, ENGINEER.login, 'direct');
  });
});

describe('a click that is turned away', () => {
  it('is told so in a direct message where its response URL is used up', async () => {
    const { client, deliver, responseUrl } = await startForgedSlack('http');
    const priya = { id: PRIYA.id, team_id: TEAM.id };
    await deliver(deliveryTo({ kind: 'click', id: 'get.button' }, priya, `${responseUrl}-gone`));
    await untilTold(client.as(PRIYA), "don't have access to this bot", 'direct');
  });

  it.each([
    ['a modal that is closed', { id: 'V0GONE', type: 'modal', hash: '1.a' }],
    ['a Home that shows something newer', { id: 'V0HOME', type: 'home', hash: '1.a' }],
  ])('in %s is told so in a direct message', async (_where, view) => {
    const { client, deliver } = await startForgedSlack('http');
    const priya = { id: PRIYA.id, team_id: TEAM.id };
    const place = { channel: undefined, message: undefined, response_url: undefined, view };
    await deliver(deliveryTo({ kind: 'click', id: 'get.button' }, priya, '', place));
    await untilTold(client.as(PRIYA), "don't have access to this bot", 'direct');
    const calls = (await client.slackCalls()).filter(({ method }) => /views\.(update|publish)/.test(method));
    expect(calls.map(({ args }) => args.hash)).toEqual(['1.a']);
    expect((await client.as(PRIYA).sees()).home).toBeNull();
  });
});
