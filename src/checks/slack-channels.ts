import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { FIND_CHANNEL_ID } from '../config/slack-ids.ts';
import { ChannelId } from '../ids.ts';
import { isDirect } from '../slack/connection/conversations.ts';
import { whatToDo } from '../slack/connection/refused-words.ts';
import { type Finding, fine, off, warning, wrong } from './finding.ts';
import { notTold } from './slack-call.ts';

type ChannelVariable = 'COMMAND_CHANNELS' | 'APPROVALS_CHANNEL' | 'CONFIRMATIONS_CHANNEL';

/** The channels that a variable names; none where it is unset. */
export type ConfiguredChannels = { variable: ChannelVariable; channels: readonly ChannelId[] };

const flag = z.boolean().optional();
/** https://docs.slack.dev/reference/objects/conversation-object and, for the flags it leaves out, channel-object */
const Channel = z.object({
  id: ChannelId,
  name: z.string(),
  is_private: flag,
  is_member: flag,
  is_archived: flag,
  is_frozen: flag,
  is_read_only: flag,
  is_thread_only: flag,
  is_ext_shared: flag,
  is_pending_ext_shared: flag,
  is_org_shared: flag,
});
type Channel = z.infer<typeof Channel>;

const UNSET: Record<ChannelVariable, string> = {
  COMMAND_CHANNELS: 'COMMAND_CHANNELS is empty: commands work in every channel.',
  APPROVALS_CHANNEL: 'APPROVALS_CHANNEL is unset: a request appears where its command was typed.',
  CONFIRMATIONS_CHANNEL: 'CONFIRMATIONS_CHANNEL is unset: no channel gets a copy of every confirmation.',
};

/**
 * Whether Slack has each configured channel, and the bot can do there what it is for. One call a channel.
 *
 * @param mayPostAnywhere whether the bot posts in public channels without being a member (`chat:write.public`)
 */
export async function checkSlackChannels(
  slack: WebClient,
  configured: readonly ConfiguredChannels[],
  mayPostAnywhere: boolean,
): Promise<Finding[]> {
  const uses = new Map<ChannelId, ChannelVariable[]>();
  for (const { variable, channels } of configured) {
    for (const channel of channels) uses.set(channel, [...(uses.get(channel) ?? []), variable]);
  }
  const looks = [...uses].map(([id, variables]) => look(slack, { id, variables }, mayPostAnywhere));
  const unset = configured.filter(({ channels }) => channels.length === 0);
  return [...(await Promise.all(looks)).flat(), ...unset.map(({ variable }) => off(UNSET[variable]))];
}

type Use = { id: ChannelId; variables: readonly ChannelVariable[] };

async function look(slack: WebClient, use: Use, mayPostAnywhere: boolean): Promise<Finding[]> {
  const names = use.variables.join(' and ');
  if (isDirect(use.id)) {
    const what = `${names}: ${use.id} is a direct message, not a channel.`;
    return [wrong(what, `Set a channel's ID. ${FIND_CHANNEL_ID}`)];
  }
  try {
    const { channel } = await slack.conversations.info({ channel: use.id });
    return about(Channel.parse(channel), use, mayPostAnywhere);
  } catch (error) {
    const { word } = whatToDo('conversations.info', error);
    return word === 'channel_not_found' || word === 'channel_is_limited_access'
      ? [hidden(names, use.id)]
      : [notTold(`${names}: Slack didn't say whether there is a channel ${use.id}`, error)];
  }
}

/** Slack gives one answer for both. */
function hidden(names: string, id: ChannelId): Finding {
  return wrong(
    `${names}: Slack shows the bot no channel ${id}. It doesn't exist, or it is private and the bot isn't in it.`,
    `Add the bot to the channel with /invite, or correct the ID. ${FIND_CHANNEL_ID}`,
  );
}

function about(channel: Channel, { id, variables }: Use, mayPostAnywhere: boolean): Finding[] {
  const names = variables.join(' and ');
  const called = `${names}: #${channel.name} (${id})`;
  const problems = [
    ...(channel.id === id
      ? []
      : [warning(`${called} has the ID ${channel.id} now.`, `Put ${channel.id} in place of ${id}.`)]),
    ...postingProblems(channel, called, mayPostAnywhere),
    ...(isShared(channel) ? variables.map((variable) => sharing(variable, `#${channel.name} (${id})`)) : []),
  ];
  if (problems.length > 0) return problems;
  const kind = channel.is_private ? 'private' : 'public';
  const membership = channel.is_member
    ? 'the bot is a member'
    : "the bot isn't a member, and can post all the same";
  return [fine(`${called} is ${kind}; ${membership}.`)];
}

function postingProblems(channel: Channel, called: string, mayPostAnywhere: boolean): Finding[] {
  if (channel.is_archived) {
    return [
      warning(`${called} is archived, so the bot can't post there.`, 'Unarchive it, or set another channel.'),
    ];
  }
  if (channel.is_read_only || channel.is_frozen || channel.is_thread_only) {
    return [
      warning(
        `${called} is read-only, so the bot may not be able to post there.`,
        "Let the bot post in the channel's settings, or set another channel.",
      ),
    ];
  }
  if (channel.is_member || (!channel.is_private && mayPostAnywhere)) return [];
  const what = `${called}: the bot isn't a member, so it can't post there.`;
  return [wrong(what, 'Add the bot to the channel with /invite.')];
}

/** As the bot treats channels that other companies or workspaces read, too. */
function sharing(variable: ChannelVariable, channel: string): Finding {
  const shared = `${variable}: ${channel} is shared with another company or workspace`;
  switch (variable) {
    case 'APPROVALS_CHANNEL':
      return wrong(
        `${shared}, so the bot refuses to post requests there.`,
        "Set a channel that isn't shared.",
      );
    case 'CONFIRMATIONS_CHANNEL':
      return warning(
        `${shared}, so the bot posts no confirmations and no reports there.`,
        "Set a channel that isn't shared.",
      );
    case 'COMMAND_CHANNELS':
      return warning(
        `${shared}: the bot shows results there only to whoever asked.`,
        "Use a channel that isn't shared where others should see results.",
      );
  }
}

function isShared({ is_ext_shared, is_pending_ext_shared, is_org_shared }: Channel): boolean {
  return Boolean(is_ext_shared || is_pending_ext_shared || is_org_shared);
}
