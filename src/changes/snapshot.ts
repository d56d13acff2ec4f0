import { nameOf, type User } from '../fastly/user.ts';
import { CurrentSettings, SETTINGS, type Setting } from './settings.ts';
import type { Target } from './target.ts';

/** What a user, or an invitation, shows of everything that can be set. */
export function settingsOf(
  seen: {
    readonly [S in Setting]?: CurrentSettings[S] | undefined;
  },
): CurrentSettings {
  const settings = SETTINGS.map((setting) => [setting, seen[setting] ?? null]);
  return CurrentSettings.parse(Object.fromEntries(settings));
}

/** A user as an approval request keeps them. */
export function targetOf(user: User): Target {
  return {
    id: user.id,
    login: user.login,
    name: nameOf(user),
    role: user.role ?? null,
    ...(user.roles !== undefined && { roles: user.roles }),
    locked: user.locked === true,
    twoFactor: user.two_factor_auth_enabled ?? null,
    ...(user.last_active_at !== undefined && { lastActiveAt: user.last_active_at }),
  };
}
