import { ChannelId, MemberId, UserGroupId } from '../ids.ts';
import { type Entry, quoted } from './reading.ts';

export const FIND_MEMBER_ID =
  "A member ID looks like U0123ABCD. To find it, open the member's profile in Slack and choose ⋮, then 'Copy member ID'.";
export const FIND_CHANNEL_ID =
  "A channel ID looks like C0123ABCD. To find it, click the channel's name in Slack. The ID is at the end of About.";

function readMemberId(text: string): Entry<MemberId> {
  const value = MemberId.safeParse(text).data;
  return value ? { value } : otherThan(text, (other) => MemberId.safeParse(other).success);
}

export const FIND_GROUP_ID =
  "A user group's ID looks like S0123ABCD. To find it, open the group in Slack under People and choose ⋮, then 'Copy group ID'.";

export function readMemberOrGroupId(text: string): Entry<MemberId | UserGroupId> {
  const group = UserGroupId.safeParse(text).data;
  return group ? { value: group } : readMemberId(text);
}

export function isUserGroupId(id: MemberId | UserGroupId): id is UserGroupId {
  return UserGroupId.safeParse(id).success;
}

export function readChannelId(text: string): Entry<ChannelId> {
  const value = ChannelId.safeParse(text).data;
  return value ? { value } : otherThan(text, (other) => ChannelId.safeParse(other).success);
}

/** Tells what the text is instead of an ID. A link and a mention have the ID in them. */
function otherThan(text: string, isWanted: (text: string) => boolean): Entry<never> {
  const [, inside] = /(?:^<[@#]|\/)([A-Z][A-Z0-9]{6,})(?=[|>/?]|$)/.exec(text) ?? [];
  const meant = [inside, /\d/.test(text) ? text.toUpperCase() : undefined].find(
    (each) => each && isWanted(each),
  );
  return { wrong: `${quoted(text)} (${kindOf(text)})`, meant: meant ?? null };
}

function kindOf(text: string): string {
  if (/^[UW][A-Z0-9]{6,}$/.test(text)) return "a member's ID";
  if (/^[CGD][A-Z0-9]{6,}$/.test(text)) return "a channel's ID";
  if (/^T[A-Z0-9]{6,}$/.test(text)) return "a workspace's ID";
  if (/^S[A-Z0-9]{6,}$/.test(text)) return "a user group's ID";
  if (/^[uwcgd][a-z0-9]*\d[a-z0-9]*$/i.test(text)) return 'an ID has capital letters';
  if (text.startsWith('<')) return 'a mention, not an ID';
  if (text.includes('://')) return 'a link, not an ID';
  if (/^[^@]+@[^@]+$/.test(text)) return 'an email address, not an ID';
  return 'a name, not an ID';
}
