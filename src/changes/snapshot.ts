import { nameOf, type User } from '../fastly/user.ts';
import type { CurrentSettings } from './settings.ts';
import type { Target } from './target.ts';

/** What a user has, of everything that can be set. */
export function settingsOf(user: User): CurrentSettings {
  return {
    name: user.name ?? null,
    role: user.role ?? null,
    limit_services: user.limit_services ?? null,
    locked: user.locked ?? null,
    require_new_password: user.require_new_password ?? null,
    two_factor_auth_enabled: user.two_factor_auth_enabled ?? null,
    two_factor_setup_required: user.two_factor_setup_required ?? null,
  };
}

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
