import { isSuperuser, isSuperuserRole } from '../changes/superuser.ts';
import type { User } from '../fastly/user.ts';

/** Which users of the account are wanted. All of it has to fit; `null` and no text leave that open. */
export type Filter = {
  /** Searched for as the directory does. */
  text: string;
  role: string | null;
  /** A user for whom Fastly has 'not set' counts as not locked. */
  locked: boolean | null;
  /** Only those without two-factor, see `lacksTwoFactor`. */
  withoutTwoFactor: boolean;
  /** Idle for longer than so many days, see `idleSince`. */
  inactive: number | null;
};

export const DAY_MILLISECONDS = 86_400_000;

/**
 * Whether a user has what a filter asks for, its text aside. `unknown`: Fastly does not say since when they are idle.
 *
 * @param now Unix milliseconds
 */
export function fits(user: User, filter: Filter, now: number): 'yes' | 'no' | 'unknown' {
  const { role, locked, withoutTwoFactor, inactive } = filter;
  const others =
    (role === null || hasRole(user, role)) &&
    (locked === null || (user.locked === true) === locked) &&
    (!withoutTwoFactor || lacksTwoFactor(user));
  if (!others) return 'no';
  if (inactive === null) return 'yes';
  const since = idleSince(user);
  if (since === null) return 'unknown';
  return now - since > inactive * DAY_MILLISECONDS ? 'yes' : 'no';
}

/** When a user was last active, or created where they never were, in Unix milliseconds; null where Fastly does not say. */
export function idleSince({
  last_active_at: active,
  created_at: created,
}: Pick<User, 'last_active_at' | 'created_at'>): number | null {
  const since = active === null ? created : active;
  return since ? Date.parse(since) : null;
}

/** Fastly superusers by one of their further roles are found as such, too. */
function hasRole(user: User, role: string): boolean {
  return user.role === role || (isSuperuserRole(role) && isSuperuser(user));
}

export function isOpen({ text, role, locked, withoutTwoFactor, inactive }: Filter): boolean {
  return text === '' && role === null && locked === null && !withoutTwoFactor && inactive === null;
}

/** Whether nothing says that a user has two-factor authentication: 'not set' counts as without. */
function lacksTwoFactor(user: User): boolean {
  return user.two_factor_auth_enabled !== true;
}

export type Figures = {
  users: number;
  /** Entries of Fastly's list that could not be read, and so are in no other figure. */
  unreadable: number;
  /** The role of most first, alike ones by name. Who has no role is in none. */
  byRole: readonly { role: string; users: number }[];
  locked: number;
  /** Those for whom Fastly has 'not set' included. */
  withoutTwoFactor: number;
  /** Of those of whom Fastly says so: where it does not send the field, nobody knows. */
  neverActive: number;
};

export function figuresOf(users: readonly User[], unreadable = 0): Figures {
  const byRole = new Map<string, number>();
  const counted = { locked: 0, withoutTwoFactor: 0, neverActive: 0 };
  // Once through a long list, as each of its users lies far from the next in memory.
  for (const user of users) {
    if (user.role) byRole.set(user.role, (byRole.get(user.role) ?? 0) + 1);
    if (user.locked === true) counted.locked += 1;
    if (lacksTwoFactor(user)) counted.withoutTwoFactor += 1;
    if (user.last_active_at === null) counted.neverActive += 1;
  }
  return {
    users: users.length,
    unreadable,
    byRole: [...byRole]
      .map(([role, count]) => ({ role, users: count }))
      .sort((a, b) => b.users - a.users || (a.role < b.role ? -1 : 1)),
    ...counted,
  };
}
