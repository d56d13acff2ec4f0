import { describe, expect, it } from 'vitest';
import { CDN_TEAM, type Channel, GENERAL, NORA, OPS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { SlackFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER, HOSTILE } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  deletions,
  openedForm,
  openRequest,
  takeInForm,
  toldPrivately,
  untilTold,
} from '../support/approving.ts';
import { readyz } from '../support/readyz.ts';
import { messagesIn, messageWith } from '../support/seeing.ts';
import { DELIVERY, type RunningBot, startWorkplace } from '../support/workplace.ts';

const ALWAYS = 1_000;
const TWO_APPROVALS = {
  SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(','),
  APPROVALS_REQUIRED: '2',
};

/** What is wrong, as `/readyz` has it. */
async function degraded(bot: Pick<RunningBot, 'log'>): Promise<string[]> {
  return (await readyz(bot)).body.degraded.map(({ what, remedy }) => `${what} ${remedy}`);
}

describe('a request whose channel does not take it until a person mends that', () => {
  const refusals: { where: string; channel: Channel; error: string; how: string; remedy: string }[] = [
    {
      where: 'the bot is not in',
      channel: GENERAL,
      error: 'not_in_channel',
      how: "The bot isn't in that channel: add it with /invite .",
      remedy: 'Add the bot to the channel with /invite.',
    },
    {
      where: 'is archived',
      channel: CDN_TEAM,
      error: 'is_archived',
      how: 'The channel is archived: unarchive it.',
      remedy: 'Unarchive the channel',
    },
    {
      where: 'lets only some people post',
      channel: CDN_TEAM,
      error: 'restricted_action',
      how: 'The bot may not post in that channel: change who can post there.',
      remedy: "Let the bot post in the channel's settings",
    },
    {
      where: 'is closed to apps',
      channel: CDN_TEAM,
      error: 'app_access_restricted',
      how: 'Slack refuses it (app_access_restricted): ask an administrator of the workspace to allow it.',
      remedy: "Ask the workspace's administrators",
    },
  ];

  it.each(refusals)('lives on in one that $where, and is shown once that is mended', async (refusal) => {
    const { channel, error, how, remedy } = refusal;
    const workplace = await startWorkplace();
    const { client, log } = workplace;
    const nora = client.as(NORA);
    await client.slackFaults({
      refuse: { method: 'chat.postMessage', channel: channel.id, error, times: ALWAYS },
    });
    await nora.command(`delete ${ENGINEER.id}`, channel);
    const told = await untilTold(nora, "doesn't show the request", 'direct');
    expect(told).toContain(how);
    expect(told).toContain('bot admins find the request on the Home tab and with /fastly-user approvals');
    await log.untilTimes('a request could not be shown in Slack, trying again', 2);
    const what = `Slack doesn't take messages in ${channel.id} (${error}). ${remedy}`;
    expect(await degraded(workplace)).toEqual([expect.stringContaining(what)]);
    await client.slackFaults({ refuse: null });
    const request = await nora.until((sees) => openRequest(sees, channel, ENGINEER), 'the request');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Deleted');
    await untilTold(nora, 'was deleted', 'direct');
    const direct = toldPrivately(await nora.sees(), 'direct');
    expect(direct.filter((each) => each.includes("doesn't show the request"))).toHaveLength(1);
    expect(await degraded(workplace)).toEqual([]);
  });

  it('is decided elsewhere and carried out, its requester hears of it, and its message follows', async () => {
    const { client, log } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.slackFaults({
      refuse: { method: 'chat.update', error: 'channel_not_found', times: ALWAYS },
    });
    await request.take(tomas, 'approve');
    await untilTold(nora, 'was deleted', 'direct');
    expect(await deletions(client)).toHaveLength(1);
    await log.until('a request could not be shown in Slack, trying again');
    expect(request.buttons(await nora.sees())).toContain('approve');
    await client.slackFaults({ refuse: null });
    await request.until(nora, '✅ Deleted');
    expect(request.buttons(await nora.sees())).toEqual([]);
  });

  it('has its confirmation posted once the bot is in that channel, and says once that it is missing', async () => {
    const { client, log } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: OPS.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.untilInThread(tomas, `The confirmation couldn't be posted in <#${OPS.id}>`);
    await log.untilTimes('a confirmation could not be posted', 2);
    await client.invite(OPS.id);
    await nora.until((sees) => messageWith(sees, OPS, 'was deleted'), 'the confirmation');
    const thread = request.thread(await tomas.sees());
    expect(thread.filter((reply) => reply.includes('The confirmation'))).toHaveLength(1);
  });
});

describe('a request that its channel never takes', () => {
  const never = (channel: Channel): Partial<SlackFaults> => ({
    refuse: { method: 'chat.postMessage', channel: channel.id, error: 'metadata_too_large', times: ALWAYS },
  });

  it('is cancelled before anybody has seen it or decided, and its requester hears so', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults(never(CDN_TEAM));
    await nora.command(`delete ${ENGINEER.id}`);
    const told = await untilTold(nora, "The request couldn't be posted", 'direct');
    expect(told).toContain(`couldn't be posted in <#${CDN_TEAM.id}>`);
    expect(told).toContain('Slack refused the message (metadata_too_large). Try again in another channel.');
    await nora.command('approvals');
    await untilTold(nora, 'There are no open requests');
    expect(await deletions(client)).toEqual([]);
  });

  it('goes on once somebody has approved it elsewhere', async () => {
    const { client, log } = await startWorkplace(DELIVERY, TWO_APPROVALS);
    const nora = client.as(NORA);
    await client.slackFaults({
      refuse: { method: 'chat.postMessage', channel: CDN_TEAM.id, error: 'not_in_channel', times: ALWAYS },
    });
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, "doesn't show the request", 'direct');
    const approve = async (who: typeof TOMAS) => {
      const member = client.as(who);
      await member.command('approvals');
      const list = await member.until(
        (sees) => messagesIn(sees, CDN_TEAM).find(({ ephemeral }) => ephemeral),
        'the list',
      );
      await takeInForm(member, 'approve', () =>
        member.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.approve' }),
      );
    };
    await approve(TOMAS);
    await client.slackFaults(never(CDN_TEAM));
    await log.until('a channel does not take an approval request');
    await approve(PRIYA);
    await untilTold(nora, 'was deleted', 'direct');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('goes on where it was shown before and then deleted', async () => {
    const workplace = await startWorkplace(DELIVERY, TWO_APPROVALS);
    const { client, log } = workplace;
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, HOSTILE);
    await client.slackFaults(never(CDN_TEAM));
    await fetch(new URL('chat.delete', workplace.slack.apiUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${workplace.slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: CDN_TEAM.id, ts: request.ts }),
    });
    await nora.command('approvals');
    const list = await nora.until(
      (sees) => messagesIn(sees, CDN_TEAM).find(({ ephemeral }) => ephemeral),
      'the list',
    );
    await takeInForm(nora, 'lock', () =>
      nora.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.lock' }),
    );
    await log.until('a channel does not take an approval request');
    await client.slackFaults({ refuse: null });
    const tomas = client.as(TOMAS);
    await tomas.command('approvals');
    await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the request');
  });
});

describe('a request whose form Slack does not take', () => {
  it.each([
    ['its header', ['header'], 'invalid_blocks'],
    ['rich text either', ['header', 'rich_text'], 'invalid_blocks'],
    ['so much', ['header', 'rich_text'], 'msg_blocks_too_long'],
    ['its arguments', ['header', 'rich_text'], 'invalid_arguments'],
  ])('is in its place in words where Slack does not take %s', async (_what, unknownBlocks, error) => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.slackFaults({ unknownBlocks, unknownBlocksError: error });
    await nora.command(`delete ${ENGINEER.id}`);
    const inWords = (words: string) =>
      tomas.until(
        (sees) =>
          messagesIn(sees, CDN_TEAM).find(
            ({ text, threadTs }) => text.includes(words) && threadTs === undefined,
          ),
        `'${words}'`,
      );
    const asked = await inWords("Slack didn't accept the request's buttons.");
    expect(asked.text).toContain('with `/fastly-user approvals`');
    await client.slackFaults({ unknownBlocks: [] });
    await tomas.command('approvals');
    const list = await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the list');
    await openedForm(tomas, 'approve', () =>
      tomas.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.approve' }),
    );
    await client.slackFaults({ unknownBlocks });
    await tomas.submit();
    const done = await inWords('✅ Deleted');
    expect(done.ts).toBe(asked.ts);
  });
});
