import type { ChannelId, MemberId, TeamId } from '../../ids.ts';
import { channel, enumerate, member, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Origin } from '../carried.ts';
import type { Caller, Incoming } from '../incoming.ts';

/** Who may use the bot, and where. */
export type Policy = {
  /** The bot's own workspace. Member ids alone are not enough: another company's people have ids, too. */
  teamId: TeamId;
  botAdmins: readonly MemberId[];
  /** Channels in which commands are taken; empty: any. */
  commandChannels: readonly ChannelId[];
  /** Where approval requests from all of those are shown: what begins on one of them is taken, too. */
  approvalsChannel: ChannelId | null;
};

export type Verdict =
  | { allowed: true; caller: Caller }
  | { allowed: false; reason: 'unknown-caller' | 'other-workspace' | 'not-a-bot-admin' | 'wrong-channel' };

/** Whether a channel is the direct message between this caller and the bot. Asked of superusers only. */
export type IsDirectMessage = (channel: ChannelId, caller: Caller) => Promise<boolean>;

/**
 * Decides on a delivery before anything else looks at it. Whatever is not known to be allowed is denied.
 * `COMMAND_CHANNELS` holds for the channel a thing started in; Home and direct messages to the bot count as allowed.
 */
export async function authorize(
  incoming: Incoming,
  policy: Policy,
  isDirectMessage: IsDirectMessage,
): Promise<Verdict> {
  const { caller } = incoming;
  if (caller === null) return { allowed: false, reason: 'unknown-caller' };
  if (caller.teamId !== policy.teamId) return { allowed: false, reason: 'other-workspace' };
  if (!policy.botAdmins.includes(caller.memberId)) return { allowed: false, reason: 'not-a-bot-admin' };
  const startedIn = channelOf(incoming);
  if (policy.commandChannels.length === 0 || startedIn === 'home') return { allowed: true, caller };
  if (startedIn === 'unreadable') return { allowed: false, reason: 'wrong-channel' };
  if (policy.commandChannels.includes(startedIn)) return { allowed: true, caller };
  if (incoming.kind !== 'command' && startedIn === policy.approvalsChannel) return { allowed: true, caller };
  if (startedIn.startsWith('D') && (await isDirectMessage(startedIn, caller)))
    return { allowed: true, caller };
  return { allowed: false, reason: 'wrong-channel' };
}

/** The channel a delivery's matter started in, `home` where that is none. */
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
  reason: Extract<Verdict, { allowed: false }>['reason'],
  policy: Pick<Policy, 'botAdmins' | 'commandChannels'>,
): Sentence {
  switch (reason) {
    case 'unknown-caller':
      return say`Your account couldn't be verified. Nothing was done. ${whomToAsk(policy)}`;
    case 'other-workspace':
      return say`Only this workspace's bot admins can use this bot. ${whomToAsk(policy)}`;
    case 'not-a-bot-admin':
      return say`You don't have access to this bot. ${whomToAsk(policy)}`;
    case 'wrong-channel':
      return say`Commands aren't enabled in this channel. Use ${enumerate(policy.commandChannels.map(channel), 'or')}, or the Home tab.`;
  }
}

function whomToAsk({ botAdmins }: Pick<Policy, 'botAdmins'>): Sentence {
  if (botAdmins.length === 0) return say`No one has access yet. Ask the bot's operator.`;
  const named = botAdmins.slice(0, MOST_NAMED).map(member);
  const others = botAdmins.length - named.length;
  return say`Ask ${enumerate(others > 0 ? [...named, say`${others} others`] : named, 'or')}.`;
}
