import type { User } from '../fastly/user.ts';
import { lacksTwoFactor } from './filter.ts';

/** Users, counted. */
export type Figures = {
  users: number;
  /** The role of most first, alike ones by name. Who has no role is in none. */
  byRole: readonly { role: string; users: number }[];
  locked: number;
  /** Those for whom Fastly has 'not set' included. */
  withoutTwoFactor: number;
  /** Of those of whom Fastly says so: where it does not send the field, nobody knows. */
  neverActive: number;
};

export function figuresOf(users: readonly User[]): Figures {
  const byRole = new Map<string, number>();
  for (const { role } of users) {
    if (role) byRole.set(role, (byRole.get(role) ?? 0) + 1);
  }
  return {
    users: users.length,
    byRole: [...byRole]
      .map(([role, count]) => ({ role, users: count }))
      .sort((a, b) => b.users - a.users || (a.role < b.role ? -1 : 1)),
    locked: count(users, (user) => user.locked === true),
    withoutTwoFactor: count(users, lacksTwoFactor),
    neverActive: count(users, (user) => user.last_active_at === null),
  };
}

function count(users: readonly User[], is: (user: User) => boolean): number {
  return users.reduce((sum, user) => (is(user) ? sum + 1 : sum), 0);
}
