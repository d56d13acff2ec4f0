import type { TextObject } from '@slack/types';
import {
  type CurrentSettings,
  only,
  SETTINGS,
  type Setting,
  type Settings,
  unmet,
} from '../changes/settings.ts';
import { isSuperuserRole } from '../changes/superuser.ts';
import { field } from './kit/blocks.ts';
import { bold, enumerate, type Sentence, say } from './kit/sentence.ts';

/** The settings' names on cards, in forms and in messages. */
export const SETTING_LABELS: Record<Setting, string> = {
  name: 'Name',
  role: 'Role',
  limit_services: 'Limited services',
  locked: 'Locked',
  require_new_password: 'Password change required',
  two_factor_auth_enabled: '2FA',
  two_factor_setup_required: '2FA required by the account',
};

/** The flag that sets it in a command, without `--`. */
export function flagOf(setting: Setting): string {
  return setting.replaceAll('_', '-');
}

/** A value as people read it: 'not set' where Fastly has none. */
export function settingValue(setting: Setting, value: string | boolean | null | undefined): Sentence {
  if (value === null || value === undefined) return say`not set`;
  if (setting === 'role') return say`${isSuperuserRole(String(value)) ? 'Fastly superuser' : String(value)}`;
  if (setting === 'two_factor_auth_enabled') return say`${value ? 'on' : 'off'}`;
  return say`${typeof value === 'boolean' ? (value ? 'yes' : 'no') : value}`;
}

/** A setting as a field; none for `undefined`, which Fastly did not send. */
export function settingField(setting: Setting, value: string | boolean | null | undefined): TextObject[] {
  return value === undefined ? [] : [field(SETTING_LABELS[setting], settingValue(setting, value))];
}

/** The settings that have a value, in the order in which they are shown. */
export function givenIn(settings: Settings | Partial<CurrentSettings>): Setting[] {
  return SETTINGS.filter((setting) => settings[setting] !== undefined);
}

/** 'Role engineer → billing until 17:30 and Locked no → yes'. @param roleEnd when the role ends; null for no end */
export function changeText(
  before: CurrentSettings,
  after: Settings | Partial<CurrentSettings>,
  roleEnd: Sentence | null = null,
): Sentence {
  return settingsText(after, roleEnd, before);
}

/** The settings of a new user: 'Role engineer and Locked yes'. @param before what there was instead */
export function settingsText(
  settings: Settings | Partial<CurrentSettings>,
  roleEnd: Sentence | null = null,
  before: CurrentSettings | null = null,
): Sentence {
  return enumerate(
    givenIn(settings).map((setting) => {
      const value = movedText(setting, before, settings[setting]);
      if (setting !== 'role' || roleEnd === null) return say`${bold(SETTING_LABELS[setting])} ${value}`;
      const isKept = before?.role === settings.role;
      return say`${bold(SETTING_LABELS[setting])} ${value}${isKept ? ',' : ''} ${roleEnd}`;
    }),
  );
}

/** 'engineer → billing', 'billing' where there was nothing, 'billing as before' where a role that ends is kept. */
function movedText(
  setting: Setting,
  before: CurrentSettings | null,
  value: string | boolean | null | undefined,
): Sentence {
  const after = settingValue(setting, value);
  if (before === null) return after;
  return before[setting] === value
    ? say`${after} as before`
    : say`${settingValue(setting, before[setting])} → ${after}`;
}

/** The same as fields of a section; `before` is null where there was nothing. */
export function changeFields(before: CurrentSettings | null, changes: Settings): TextObject[] {
  return givenIn(changes).map((setting) =>
    field(SETTING_LABELS[setting], movedText(setting, before, changes[setting])),
  );
}

/** A warning that Fastly accepted a setting but reports another value. */
export function otherwiseText(setting: Setting, wanted: Settings, now: CurrentSettings): Sentence {
  const asked = say`⚠️ Fastly accepted ${bold(SETTING_LABELS[setting])} ${settingValue(setting, wanted[setting])}`;
  return now[setting] === null
    ? say`${asked}, but its answer doesn't show it.`
    : say`${asked}, but reports ${settingValue(setting, now[setting])}.`;
}

/** What an invitation with limited services leaves to do: it could name services, but the bot knows none. */
export const NO_SERVICE_NAMED = say`The invitation names no service. Assign the user's services in Fastly once they have joined.`;

const UNASKED_SUPERUSER = say`🚨 ${bold("Fastly reports the role Fastly superuser, which wasn't requested.")} Check the user at once, and remove the role unless it's right.`;

/**
 * What Fastly set on a new user, as ': Role engineer' or empty, and a warning for each setting that is not as it was
 * wanted. The name is left out, because the message names the user.
 */
export function newcomerText(
  wanted: Settings,
  now: CurrentSettings,
): { what: Sentence; warnings: Sentence[] } {
  const unasked = isSuperuserRole(now.role) && !isSuperuserRole(wanted.role);
  const otherwise = unmet(wanted, now);
  const asWanted = SETTINGS.filter((setting) => setting !== 'name' && !otherwise.includes(setting));
  const words = settingsText({ ...only(wanted, asWanted), ...(now.role !== null && { role: now.role }) });
  return {
    what: words.parts.length === 0 ? say`` : say`: ${words}`,
    warnings: [
      ...(unasked ? [UNASKED_SUPERUSER] : []),
      ...otherwise
        .filter((setting) => !(unasked && setting === 'role'))
        .map((setting) => otherwiseText(setting, wanted, now)),
    ],
  };
}
