import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PARTNERS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { SlackFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER, HOSTILE, LONG_NAME } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  deletions,
  openRequest,
  type RequestMessage,
  takeInForm,
  untilTold,
} from '../support/approving.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** Somebody deletes the message in Slack, as an administrator of the workspace can. */
async function deleteMessage({ slack }: Workplace, { channel, ts }: RequestMessage): Promise<void> {
  const response = await fetch(new URL('chat.delete', slack.apiUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: channel.id, ts }),
  });
  expect(await response.json()).toMatchObject({ ok: true });
}

/** The texts in which Slack reads markup: those of `mrkdwn`, and the messages' own. */
function markupIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const type = 'type' in value ? value.type : 'mrkdwn';
  const own = type === 'mrkdwn' && 'text' in value && typeof value.text === 'string' ? [value.text] : [];
  return [...own, ...Object.values(value).flatMap(markupIn)];
}

describe('what Slack shows of a request', () => {
  // Three times each: that many steps an approval has, and the last is to be shown as well.
  it.each<[string, Partial<SlackFaults>]>([
    [
      'does not update messages for a while',
      { refuse: { method: 'chat.update', error: 'internal_error', times: 3 } },
    ],
    [
      'limits how often messages are updated',
      { rateLimit: { method: 'chat.update', retryAfter: 1, times: 3 } },
    ],
    ['loses updates', { lose: { method: 'chat.update', when: 'before', times: 3 } }],
    [
      'does not take posts for a while',
      { refuse: { method: 'chat.postMessage', error: 'internal_error', times: 3 } },
    ],
    ['limits how often is posted', { rateLimit: { method: 'chat.postMessage', retryAfter: 1, times: 3 } }],
    [
      'refuses updates with a word that nobody knows',
      { refuse: { method: 'chat.update', error: 'brand_new_word', times: 3 } },
    ],
    [
      'wants the organisation to log in',
      { refuse: { method: 'chat.update', error: 'org_login_required', times: 3 } },
    ],
    ['is behind a proxy that answers updates', { page: { method: 'chat.update', times: 3 } }],
    ['is behind a proxy that answers posts', { page: { method: 'chat.postMessage', times: 3 } }],
    [
      'does not take the token for a while',
      { refuse: { method: 'chat.update', error: 'token_revoked', times: 3 } },
    ],
  ])('is in the end all of it, each once, when Slack %s', async (_what, faults) => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.slackFaults(faults);
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
    await untilTold(nora, 'was deleted', 'direct');
    await tomas.until((sees) => messageWith(sees, AUDIT_TRAIL, 'was deleted'), 'the confirmation');
    expect(await request.untilInThread(tomas, 'was deleted')).toEqual([
      expect.stringContaining('approved'),
      expect.stringContaining('was deleted'),
    ]);
    const sees = await nora.sees();
    expect(messagesIn(sees, 'direct')).toHaveLength(1);
    expect(messagesIn(sees, AUDIT_TRAIL)).toHaveLength(1);
  });

  it('is shown soon after an outage, however long the pauses had grown', async () => {
    const { client, times, log } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    times.firstRetry = 60 * 60_000;
    await client.slackFaults({ lose: { method: 'chat.update', when: 'before', times: 1 } });
    await request.take(tomas, 'deny');
    await log.until('a request could not be shown in Slack, trying again');
    await request.until(tomas, 'denied the request');
  });

  it.each<[string, Partial<SlackFaults>]>([
    ['is in trouble', { refuse: { method: 'chat.postMessage', error: 'internal_error', times: 2 } }],
    ['limits how often is posted', { rateLimit: { method: 'chat.postMessage', retryAfter: 1, times: 1 } }],
    ['loses the call', { lose: { method: 'chat.postMessage', when: 'before', times: 1 } }],
  ])('begins with one message also when Slack %s at first', async (_what, faults) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults(faults);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Deleted');
    expect(messagesIn(await nora.sees(), CDN_TEAM).filter(({ threadTs }) => !threadTs)).toHaveLength(1);
  });

  it('is posted anew when somebody deletes the message while the request is open', async () => {
    const workplace = await startWorkplace(DELIVERY, {
      SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(','),
      APPROVALS_REQUIRED: '2',
    });
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await deleteMessage(workplace, request);
    await tomas.command('approvals');
    const list = await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the list');
    const click = () => tomas.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.approve' });
    await takeInForm(tomas, 'approve', click);
    const anew = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the message anew');
    expect(anew.id).toBe(request.id);
    expect(anew.words(await nora.sees())).toContain('Needs 1 more approval');
    await anew.take(client.as(PRIYA), 'approve');
    await anew.until(nora, '✅ Deleted');
    await untilTold(nora, 'was deleted', 'direct');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('is not posted anew when the request has ended, but the requester is told', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await tomas.command('approvals');
    const list = await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the list');
    await deleteMessage(workplace, request);
    const click = () => tomas.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.approve' });
    await takeInForm(tomas, 'approve', click);
    await untilTold(nora, 'was deleted', 'direct');
    // By the time that a later one is shown to its end, this would have been, too.
    const second = await askForDeletion(client, NORA, HOSTILE);
    await second.take(tomas, 'approve');
    await second.until(tomas, '✅ Deleted');
    expect(messageWith(await tomas.sees(), CDN_TEAM, ENGINEER.id)).toBeUndefined();
  });

  it.each([
    { whose: 'full of markup', user: HOSTILE },
    { whose: 'of 200 characters', user: LONG_NAME },
  ])('has a name $whose as nothing but a name, at every step', async ({ user }) => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, user, { reason: `<!here> ${user.name}` });
    await request.click(tomas, 'deny');
    const form = await tomas.until(
      (sees) => sees.modals.find(({ callbackId }) => callbackId === 'approvals.deny-form'),
      'the form',
    );
    expect(wordsOf(form.blocks)).toContain(user.name);
    await tomas.close();
    await request.take(tomas, 'lock');
    await request.untilInThread(tomas, '🔒');
    await nora.command('approvals');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the list');
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
    await untilTold(nora, 'was deleted', 'direct');
    await tomas.until((sees) => messageWith(sees, AUDIT_TRAIL, 'was deleted'), 'the confirmation');
    const markup = markupIn((await nora.sees()).channels).join('\n');
    expect(markup).toContain(user.login);
    expect(markup).not.toMatch(/<!(channel|here)>/);
    const words = request.words(await nora.sees());
    if (user === LONG_NAME) expect(words).toMatch(new RegExp(`${user.name}\\s+Requested by <@${NORA.id}>`));
    if (user === HOSTILE) expect(markup).toContain('&lt;!channel&gt;');
    expect(words).toContain(user.login);
  });

  it.each([
    { which: 'the bot is not in', channel: 'C0NOWHERE' },
    { which: 'another company reads along in', channel: PARTNERS.id },
  ])('has no confirmation in a channel that $which, and says so in its thread', async ({ channel }) => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: channel });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
    await request.untilInThread(tomas, `The confirmation couldn't be posted in <#${channel}>`);
    await untilTold(nora, 'was deleted', 'direct');
    expect(messagesIn(await tomas.sees(), PARTNERS)).toEqual([]);
  });

  it('has no confirmation in the channel that has its message', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: CDN_TEAM.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
    await untilTold(nora, 'was deleted', 'direct');
    // By the time that a later one is shown to its end, the confirmation would have been, too.
    const second = await askForDeletion(client, NORA, HOSTILE);
    await second.take(tomas, 'deny');
    await untilTold(nora, 'denied the request', 'direct');
    const posts = messagesIn(await nora.sees(), CDN_TEAM).filter(({ threadTs }) => threadTs === undefined);
    expect(posts).toHaveLength(2);
  });
});
