import type { ChannelId, TeamId } from '../../ids.ts';
import { channel, enumerate, mentions, type Sentence, say } from '../../messages/kit/sentence.ts';
import { within } from '../../observability/within.ts';
import type { BotAdmins } from '../bot-admins/bot-admins.ts';
import type { Origin } from '../carried.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Caller, Incoming, Sender } from '../incoming.ts';

export type AccessPolicy = {
  /** The bot's own workspace. A member id alone is not enough, because members of other workspaces have ids too. */
  teamId: TeamId;
  botAdmins: Pick<BotAdmins, 'listing' | 'standing' | 'named' | 'unusableGroups'>;
  /** The channels where commands are allowed. Empty: all. */
  commandChannels: readonly ChannelId[];
  /** Where approval requests are shown. Buttons and forms, but no commands, are allowed there, too. */
  approvalsChannel: ChannelId | null;
  /** Where reports are posted by a schedule. The same holds there. */
  reportsChannel: ChannelId | null;
};

export type Verdict = { allowed: true; caller: Caller } | { allowed: false; reason: Reason };
export const CALLER_REFUSALS = [
  'unknown-caller',
  'unverified',
  'other-workspace',
  'not-a-bot-admin',
  'not-a-full-member',
  'wrong-channel',
] as const;
type Reason = (typeof CALLER_REFUSALS)[number];

/** What only Slack knows, beside who is a bot admin. */
export type AskSlack = {
  /** How long Slack may take to say who the sender is, in milliseconds. */
  patience: number;
  isDirectMessage(channel: ChannelId, caller: Caller): Promise<boolean>;
  /** Whether the sender belongs to the bot's workspace; null where that is in no organisation. */
  confirmsMembership: ((sender: Sender) => Promise<boolean>) | null;
};

/**
 * Decides whether a delivery is allowed, before anything else reads it. Denies by default.
 * `COMMAND_CHANNELS` limits the channel in which an interaction started. The Home tab and direct messages with the bot
 * are always allowed.
 *
 * Nobody else than a bot admin costs a call, but for one a minute about each user group on the list.
 */
export async function authorize(
  incoming: Incoming,
  policy: AccessPolicy,
  { patience, isDirectMessage, confirmsMembership }: AskSlack,
): Promise<Verdict> {
  const { sender } = incoming;
  if (sender === null) return { allowed: false, reason: 'unknown-caller' };
  const identified = identify(sender, policy, confirmsMembership);
  const reason = (await within(identified, patience)) ?? 'unverified';
  if (reason !== 'bot-admin') return { allowed: false, reason };
  const caller = { memberId: sender.memberId };
  const startedIn = channelOf(incoming);
  if (policy.commandChannels.length === 0 || startedIn === 'home') return { allowed: true, caller };
  if (startedIn === 'unreadable') return { allowed: false, reason: 'wrong-channel' };
  if (policy.commandChannels.includes(startedIn)) return { allowed: true, caller };
  const postedIn = [policy.approvalsChannel, policy.reportsChannel];
  if (incoming.kind !== 'command' && postedIn.includes(startedIn)) return { allowed: true, caller };
  if (isDirect(startedIn) && (await isDirectMessage(startedIn, caller))) return { allowed: true, caller };
  return { allowed: false, reason: 'wrong-channel' };
}

/** Whether the sender is a bot admin as Slack knows them now, or why not. What is listed by id takes no call. */
async function identify(
  sender: Sender,
  policy: AccessPolicy,
  confirmsMembership: AskSlack['confirmsMembership'],
): Promise<'bot-admin' | Reason> {
  const { botAdmins } = policy;
  const isListed = await botAdmins.listing(sender.memberId);
  if (isListed === null) return 'unverified';
  if (!isListed) return 'not-a-bot-admin';
  const outside = await whyOutside(sender, policy, confirmsMembership);
  if (outside !== null) return outside;
  const standing = await botAdmins.standing(sender.memberId);
  if (standing === 'unknown') return 'unverified';
  return standing === 'able' ? 'bot-admin' : 'not-a-full-member';
}

/** Why a bot admin does not count as a member of the bot's workspace; null for one who does. */
export async function whyOutside(
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
      return say`You don't have access to this bot. ${whomToAsk(policy)}${unusableGroup(policy)}`;
    case 'not-a-full-member':
      return say`Only full members of this workspace can use this bot, and Slack says you aren't one. ${whomToAsk(policy)}`;
    case 'wrong-channel':
      return say`Commands aren't enabled in this channel. Use ${enumerate(policy.commandChannels.map(channel), 'or')}, or the Home tab.`;
  }
}

function whomToAsk({ botAdmins: { named } }: Pick<AccessPolicy, 'botAdmins'>): Sentence {
  if (named.length === 0) return say`No one has access yet. Ask the bot's operator to add bot admins.`;
  return say`Ask ${mentions(named, 'or', MOST_NAMED)}.`;
}

/** Whoever is refused may be in such a group. */
function unusableGroup({ botAdmins: { unusableGroups } }: Pick<AccessPolicy, 'botAdmins'>): Sentence {
  if (unusableGroups.length === 0) return say``;
  return say` A user group that gives access can't be used at the moment: tell the bot's operator.`;
}
