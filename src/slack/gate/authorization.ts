import type { ChannelId, MemberId, TeamId } from '../../ids.ts';
import { channel, enumerate, mentions, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Origin } from '../carried.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Caller, Incoming, Sender } from '../incoming.ts';

/** Who may use the bot, and where. */
export type AccessPolicy = {
  /** The bot's own workspace. A member id alone is not enough, because members of other workspaces have ids too. */
  teamId: TeamId;
  botAdmins: readonly MemberId[];
  /** The channels where commands are allowed. Empty: all. */
  commandChannels: readonly ChannelId[];
  /** Where approval requests are shown. Buttons and forms, but no commands, are allowed there, too. */
  approvalsChannel: ChannelId | null;
};

export type Verdict = { allowed: true; caller: Caller } | { allowed: false; reason: Reason };
/** Why somebody is turned away. */
export const CALLER_REFUSALS = [
  'unknown-caller',
  'unverified',
  'other-workspace',
  'not-a-bot-admin',
  'wrong-channel',
] as const;
type Reason = (typeof CALLER_REFUSALS)[number];

/** What only Slack knows. */
export type AskSlack = {
  /** Between this caller and the bot. */
  isDirectMessage(channel: ChannelId, caller: Caller): Promise<boolean>;
  /** Whether the sender belongs to the bot's workspace; null where that is in no organisation. */
  confirmsMembership: ((sender: Sender) => Promise<boolean>) | null;
};

/**
 * Decides whether a delivery is allowed, before anything else reads it. Denies by default.
 * `COMMAND_CHANNELS` limits the channel in which an interaction started. The Home tab and direct messages with the bot
 * are always allowed.
 *
 * @param ask asked for bot admins only, so that nobody else costs a call
 */
export async function authorize(
  incoming: Incoming,
  policy: AccessPolicy,
  { isDirectMessage, confirmsMembership }: AskSlack,
): Promise<Verdict> {
  const { sender } = incoming;
  if (sender === null) return { allowed: false, reason: 'unknown-caller' };
  if (!policy.botAdmins.includes(sender.memberId)) return { allowed: false, reason: 'not-a-bot-admin' };
  const outside = await whyOutside(sender, policy, confirmsMembership);
  if (outside !== null) return { allowed: false, reason: outside };
  const caller = { memberId: sender.memberId, teamId: policy.teamId };
  const startedIn = channelOf(incoming);
  if (policy.commandChannels.length === 0 || startedIn === 'home') return { allowed: true, caller };
  if (startedIn === 'unreadable') return { allowed: false, reason: 'wrong-channel' };
  if (policy.commandChannels.includes(startedIn)) return { allowed: true, caller };
  if (incoming.kind !== 'command' && startedIn === policy.approvalsChannel) return { allowed: true, caller };
  if (isDirect(startedIn) && (await isDirectMessage(startedIn, caller))) return { allowed: true, caller };
  return { allowed: false, reason: 'wrong-channel' };
}

/** Why a bot admin does not count as a member of the bot's workspace; null for one who does. */
async function whyOutside(
  sender: Sender,
  { teamId }: AccessPolicy,
  confirmsMembership: AskSlack['confirmsMembership'],
): Promise<Reason | null> {
  if (sender.teamId === teamId) return null;
  if (confirmsMembership !== null) return (await confirmsMembership(sender)) ? null : 'unverified';
  return sender.teamId === null ? 'unknown-caller' : 'other-workspace';
}

/** The channel in which an interaction started; `home` for the Home tab. */
function channelOf(incoming: Incoming): ChannelId | 'home' | 'unreadable' {
  switch (incoming.kind) {
    case 'command':
      return incoming.channel;
    case 'click':
      if (incoming.place.kind === 'message') return incoming.place.channel;
      return incoming.place.kind === 'modal' ? channelIn(incoming.place.origin) : 'home';
    case 'type-ahead':
    case 'submission':
      return channelIn(incoming.origin);
    case 'view-closed':
    case 'shortcut':
    case 'event':
      return 'home';
  }
}

function channelIn(origin: Origin | null): ChannelId | 'home' | 'unreadable' {
  return origin === null ? 'unreadable' : (origin.channel ?? 'home');
}

const MOST_NAMED = 5;

/** Why someone is turned away, and whom to ask. */
export function denial(
  reason: Reason,
  policy: Pick<AccessPolicy, 'botAdmins' | 'commandChannels'>,
): Sentence {
  switch (reason) {
    case 'unknown-caller':
      return say`Your account couldn't be verified. Nothing was done. ${whomToAsk(policy)}`;
    case 'unverified':
      return say`Your account couldn't be verified, so nothing was done. Try again in a minute. ${whomToAsk(policy)}`;
    case 'other-workspace':
      return say`Only this workspace's bot admins can use this bot. ${whomToAsk(policy)}`;
    case 'not-a-bot-admin':
      return say`You don't have access to this bot. ${whomToAsk(policy)}`;
    case 'wrong-channel':
      return say`Commands aren't enabled in this channel. Use ${enumerate(policy.commandChannels.map(channel), 'or')}, or the Home tab.`;
  }
}

function whomToAsk({ botAdmins }: Pick<AccessPolicy, 'botAdmins'>): Sentence {
  if (botAdmins.length === 0) return say`No one has access yet. Ask the bot's operator to add bot admins.`;
  return say`Ask ${mentions(botAdmins, 'or', MOST_NAMED)}.`;
}
