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
    (role === null || user.role === role) &&
    (locked === null || (user.locked === true) === locked) &&
    (!withoutTwoFactor || lacksTwoFactor(user))
  );
}

/** Whether a filter leaves everything open. */
export function isOpen({ text, role, locked, withoutTwoFactor }: Filter): boolean {
  return text === '' && role === null && locked === null && !withoutTwoFactor;
}

/** Whether nothing says that a user has two-factor authentication: 'not set' counts as without. */
export function lacksTwoFactor(user: User): boolean {
  return user.two_factor_auth_enabled !== true;
}
