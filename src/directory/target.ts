import type { Target } from '../approvals/request.ts';
import { nameOf, type User } from '../fastly/user.ts';

/** A user as an approval request keeps them. */
export function targetOf(user: User): Target {
  return {
    id: user.id,
    login: user.login,
    name: nameOf(user),
    role: user.role ?? null,
    locked: user.locked === true,
    twoFactor: user.two_factor_auth_enabled ?? null,
    ...(user.last_active_at !== undefined && { lastActiveAt: user.last_active_at }),
  };
}
