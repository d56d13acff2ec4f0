import type { Button, KnownBlock } from '@slack/types';
import type { ListedToken } from '../../changes/token.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import { context, type Message, message, notification } from '../kit/message.ts';
import { code, counted, member, richText, type Sentence, say } from '../kit/sentence.ts';
import { roleText } from '../role-text.ts';
import { isInUse } from '../tokens/text.ts';
import { userText } from '../user-text.ts';

const DAY = 24 * 60 * 60 * 1000;

/** So many people have a row, each of up to two blocks, in the 50 that a message takes (docs.slack.dev, blocks). */
export const MOST_LEAVERS = 15;

/** How somebody left Slack, and how the bot knows. `guest`: null where nobody knows. */
export type Left = {
  name: string;
  login: string;
  how: 'deactivated' | 'left-workspace';
  found: 'seen' | 'first-look' | 'listed';
  guest: boolean | null;
};

/** A user as Fastly has them, and their API tokens that programs use; null where Fastly doesn't list them. */
type UserNow = { user: User; tokens: readonly ListedToken[] | null };

export type ToldLeaver = Left & {
  state: 'told' | 'kept' | 'returned' | 'moved' | 'gone';
  kept: { by: string; reason: string } | null;
  /** Null where nothing is to be decided any more. */
  now: UserNow | null;
  /** What stands in the way of a lock or a deletion, and what else to know. */
  notes: readonly Sentence[];
  buttons: readonly Button[];
};

/**
 * The people who left Slack and whose email is still a Fastly login, a row each.
 *
 * @param leavers 1 to `MOST_LEAVERS`
 * @param more how many further people the message only counts
 * @param at Unix milliseconds
 */
export function leaversMessage(leavers: readonly ToldLeaver[], more: number, at: number): Message {
  const first = headline(leavers.filter(({ state }) => state === 'told').length + more);
  const rows = leavers.flatMap((leaver): KnownBlock[] => [
    richText(leaverText(leaver, at), ...(leaver.state === 'told' ? leaver.notes : [])),
    ...(leaver.buttons.length > 0 ? [{ type: 'actions' as const, elements: [...leaver.buttons] }] : []),
  ]);
  const others =
    more > 0
      ? [
          richText(
            say`And ${more} more: run ${code('/fastly-user list --left')}. They get a message once these are decided.`,
          ),
        ]
      : [];
  const notes = context(say`The bot changes nothing by itself.`);
  return { text: notification(first), blocks: [richText(first), ...rows, ...others, notes] };
}

/** In place of the message in a channel that is shared with another company by now. */
export const LEAVERS_ELSEWHERE = message(
  say`👋 People who left Slack are listed in the direct messages of the bot admins, because this channel is shared with another company.`,
);

function headline(open: number): Sentence {
  if (open === 0) return say`👋 Nobody on this list needs a decision any more.`;
  return open === 1
    ? say`👋 1 person left Slack and still has a user in Fastly.`
    : say`👋 ${open} people left Slack and still have users in Fastly.`;
}

function leaverText(leaver: ToldLeaver, at: number): Sentence {
  const { name, login, state, kept, now } = leaver;
  const user = userText(now ? { name: nameOf(now.user), login: now.user.login } : { name, login });
  switch (state) {
    case 'told':
      return say`${user}${leftText(leaver)} ${nowText(now, at)}`;
    case 'kept':
      return kept ? say`✅ ${user}${leftText(leaver)} Kept by ${member(kept.by)}: ${kept.reason}` : user;
    case 'gone':
      return say`🗑️ ${endText(user, state)}`;
    default:
      return say`↩️ ${endText(user, state)}`;
  }
}

/** Why a user's member is no leaver any more. */
export function endText(user: Sentence, end: Exclude<ToldLeaver['state'], 'told' | 'kept'>): Sentence {
  switch (end) {
    case 'returned':
      return say`${user} is active in Slack again.`;
    case 'moved':
      return say`${user} has another account in Slack now.`;
    case 'gone':
      return say`${user} is no longer in Fastly.`;
  }
}

/** ' was deactivated in Slack.', to be put behind the user. */
export function leftText({ how, found, guest }: Left): Sentence {
  const who = guest === true ? say`, a guest,` : say``;
  if (how === 'left-workspace') {
    return say`${who} left this workspace, and is still in another one of the organization.`;
  }
  switch (found) {
    case 'seen':
      return say`${who} was deactivated in Slack.`;
    case 'first-look':
      return say`${who} is deactivated in Slack. This was found at the first look; when they left is not known.`;
    case 'listed':
      return say`${who} is deactivated in Slack. When they left is not known.`;
  }
}

/** 'In Fastly: engineer, active 2 days ago, 2 API tokens (one used today).' */
function nowText(now: UserNow | null, at: number): Sentence {
  if (now === null) return say``;
  const { user, tokens } = now;
  const locked = user.locked ? say`, 🔒 locked` : say``;
  return say`In Fastly: ${roleText(user)}${locked}, ${activeText(user, at)}, ${tokensText(tokens, at)}.`;
}

export function activeText({ last_active_at: last }: Pick<User, 'last_active_at'>, at: number): string {
  if (last === null) return 'never active';
  if (last === undefined) return 'last activity not known';
  const days = Math.max(0, Math.floor((at - Date.parse(last)) / DAY));
  return days === 0 ? 'active today' : `active ${counted(days, 'day')} ago`;
}

function tokensText(tokens: readonly ListedToken[] | null, at: number): string {
  if (tokens === null) return 'API tokens not known';
  if (tokens.length === 0) return 'no API tokens';
  const today = tokens.filter(({ lastUsedAt }) => lastUsedAt && at - Date.parse(lastUsedAt) < DAY).length;
  const lately = tokens.filter((token) => isInUse(token, at)).length;
  const used =
    today > 0
      ? `${today === 1 ? 'one' : today} used today`
      : `${lately === 1 ? 'one' : lately} used this week`;
  return `${counted(tokens.length, 'API token')}${today + lately > 0 ? ` (${used})` : ''}`;
}
