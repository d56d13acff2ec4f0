import { canonical } from '../../fastly/canonical.ts';
import type { User } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import type { KnownMember, SlackUser } from '../connection/members.ts';
import { standingOf, type Workspace } from './standing.ts';

/** Whether a member is in the workspace. `unknown`: Slack didn't say, or they are nobody whom the bot looks for there. */
type Presence =
  | { kind: 'active'; guest: boolean }
  /** `left-workspace`: they are still in another workspace of the organisation. */
  | { kind: 'left'; how: 'deactivated' | 'left-workspace' }
  | { kind: 'unknown' };

const UNKNOWN: Presence = { kind: 'unknown' };

/**
 * What Slack says of a member now. Whoever was never a member of the bot's workspace has not left it: bots, strangers and
 * members of other workspaces (docs.slack.dev, user object).
 *
 * @param wasMember whether the bot knows that they were one
 */
export function presenceOf(known: KnownMember | null, workspace: Workspace, wasMember: boolean): Presence {
  if (known === null || typeof known === 'string' || known.is_bot) return UNKNOWN;
  switch (standingOf(known, workspace)) {
    case 'able':
      return { kind: 'active', guest: false };
    case 'guest':
      return { kind: 'active', guest: true };
    case 'deactivated':
      return wasMember || isOf(known, workspace) ? { kind: 'left', how: 'deactivated' } : UNKNOWN;
    case 'elsewhere':
      return wasMember && !known.is_stranger && known.enterprise_user?.teams
        ? { kind: 'left', how: 'left-workspace' }
        : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

/** What a deactivated member's object still has of their workspace. */
function isOf({ team_id, is_stranger }: SlackUser, { teamId, enterpriseId }: Workspace): boolean {
  return !is_stranger && (team_id === undefined || team_id === teamId || team_id === enterpriseId);
}

/** A member who left and whose address is a login. `guest`: null where nobody knows. */
export type FoundLeaver = {
  member: MemberId;
  how: Extract<Presence, { kind: 'left' }>['how'];
  guest: boolean | null;
  user: User;
};

type Known = { member: MemberId; userId: string; address: string; guest: boolean };

/**
 * The users whose member has left, by a whole list of the workspace's members. Where an active member has the login as
 * their address, nobody has.
 *
 * @param pairs what is known of members and users from before
 */
export function leaversAmong(
  members: readonly SlackUser[],
  users: readonly User[],
  pairs: readonly Known[],
  workspace: Workspace,
): FoundLeaver[] {
  const pairsOf = Map.groupBy(pairs, ({ member }) => member);
  const active = new Set<string>();
  for (const each of members) {
    const address = each.profile?.email;
    if (address && presenceOf(each, workspace, false).kind === 'active') active.add(canonical(address));
  }
  const byId = new Map<string, User>(users.map((user) => [user.id, user]));
  const byLogin = new Map(users.map((user) => [canonical(user.login), user]));
  const found = new Map<string, FoundLeaver>();
  // Of several members who had the address, the one who left last counts.
  for (const each of members.toSorted((one, other) => (one.updated ?? 0) - (other.updated ?? 0))) {
    const known = pairsOf.get(each.id) ?? [];
    const presence = presenceOf(each, workspace, known.length > 0);
    if (presence.kind !== 'left') continue;
    const own = each.profile?.email;
    const byAddress = own === undefined ? undefined : byLogin.get(canonical(own));
    const byPair = known.map(({ userId, address }) => {
      const user = byId.get(userId);
      return user && isLogin(user, [address]) ? user : undefined;
    });
    for (const user of [...byPair, byAddress]) {
      if (!user || active.has(canonical(user.login))) continue;
      const guest = known.find(({ userId }) => userId === user.id)?.guest ?? null;
      found.set(user.id, { member: each.id, how: presence.how, guest, user });
    }
  }
  return [...found.values()];
}

/** Whether a user's login is one of these addresses. */
export function isLogin({ login }: Pick<User, 'login'>, addresses: readonly (string | undefined)[]): boolean {
  return addresses.some((address) => address !== undefined && canonical(address) === canonical(login));
}
