import { z } from 'zod';
import { ROLES } from './roles.ts';

/** What of a user can be set, in the seed's names. What is left out stays as it is, or is Fastly's to choose. */
export const Settings = z.strictObject({
  name: z.string().exactOptional(),
  role: z.string().exactOptional(),
  limit_services: z.boolean().exactOptional(),
  locked: z.boolean().exactOptional(),
  require_new_password: z.boolean().exactOptional(),
  two_factor_auth_enabled: z.boolean().exactOptional(),
  two_factor_setup_required: z.boolean().exactOptional(),
});
export type Settings = z.infer<typeof Settings>;
export type Setting = keyof Settings;

/** The longest name that can be set, in characters. It is short enough for an approver to see all of it. */
export const NAME_LENGTH = 255;

/** A name that can be set, without outer spaces. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(NAME_LENGTH)
  .refine((name) => !name.includes('\0') && name.isWellFormed());

/** In the order in which they are asked for and shown. */
export const SETTINGS = Settings.keyof().options;

/** What a user has now, of everything that can be set: `null` where Fastly has nothing set or sent nothing. */
export const CurrentSettings = z.object({
  name: z.string().nullable(),
  role: z.string().nullable(),
  limit_services: z.boolean().nullable(),
  locked: z.boolean().nullable(),
  require_new_password: z.boolean().nullable(),
  two_factor_auth_enabled: z.boolean().nullable(),
  two_factor_setup_required: z.boolean().nullable(),
});
export type CurrentSettings = z.infer<typeof CurrentSettings>;

/** Whether a value is as wanted. What is not set counts as a 'no': Fastly answers either. */
export function isAsWanted(wanted: string | boolean, current: string | boolean | null): boolean {
  return wanted === current || (wanted === false && current === null);
}

/** Which of the settings wanted are not so now. */
export function unmet(wanted: Settings, current: CurrentSettings): Setting[] {
  return SETTINGS.filter((setting) => {
    const value = wanted[setting];
    return value !== undefined && !isAsWanted(value, current[setting]);
  });
}

/** Only what differs from what is there. */
export function onlyChanged(wanted: Settings, current: CurrentSettings): Settings {
  return only(wanted, unmet(wanted, current));
}

/** All but one of the settings. */
export function without(settings: Settings, left: Setting): Settings {
  const kept = SETTINGS.filter((setting) => setting !== left);
  return only(settings, kept);
}

/** Only these of the settings. */
export function only(settings: Settings, wanted: readonly Setting[]): Settings {
  const there = wanted.filter((setting) => setting in settings);
  return Settings.parse(Object.fromEntries(there.map((setting) => [setting, settings[setting]])));
}

/** The settings that set back what a change set; null where an old value can't be set. */
export function settingsBack({
  settings = {},
  before,
}: {
  settings?: Settings | undefined;
  before?: CurrentSettings | undefined;
}): Settings | null {
  const back = SETTINGS.filter((setting) => settings[setting] !== undefined).map(
    (setting) => [setting, settable(setting, before?.[setting])] as const,
  );
  if (before === undefined || back.length === 0 || back.some(([, value]) => value === null)) return null;
  return Settings.parse(Object.fromEntries(back));
}

/** Null where Fastly takes no such value from the bot. A switch that was not set is turned off. */
function settable(setting: Setting, value: string | boolean | null | undefined): string | boolean | null {
  switch (setting) {
    case 'name':
      return Name.safeParse(value).success ? (value ?? null) : null;
    case 'role':
      return ROLES.find((role) => role === value) ?? null;
    default:
      return value ?? false;
  }
}
