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
};

/** Whether a user has what a filter asks for, its text aside. */
export function fits(user: User, { role, locked, withoutTwoFactor }: Filter): boolean {
  return (
    (role === null || hasRole(user, role)) &&
    (locked === null || (user.locked === true) === locked) &&
    (!withoutTwoFactor || lacksTwoFactor(user))
  );
}

/** Fastly superusers by one of their further roles are found as such, too. */
function hasRole(user: User, role: string): boolean {
  return user.role === role || (isSuperuserRole(role) && isSuperuser(user));
}

/** Whether a filter leaves everything open. */
export function isOpen({ text, role, locked, withoutTwoFactor }: Filter): boolean {
  return text === '' && role === null && locked === null && !withoutTwoFactor;
}

/** Whether nothing says that a user has two-factor authentication: 'not set' counts as without. */
function lacksTwoFactor(user: User): boolean {
  return user.two_factor_auth_enabled !== true;
}

/** Users, counted. */
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
