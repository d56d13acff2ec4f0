import type { CurrentSettings } from '../approvals/settings.ts';
import type { User } from '../fastly/user.ts';

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
