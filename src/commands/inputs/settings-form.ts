import type { InputBlock } from '@slack/types';
import { z } from 'zod';
import { ROLES } from '../../changes/roles.ts';
import { type CurrentSettings, NAME_LENGTH, Name, type Setting, Settings } from '../../changes/settings.ts';
import { checkboxes, option, select, textInput } from '../../messages/kit/inputs.ts';
import { code, enumerate, plainText, type Sentence, say, typedWords } from '../../messages/kit/sentence.ts';
import { flagOf, SETTING_LABELS, settingValue } from '../../messages/settings-text.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { type FlagKinds, type FlagValues, nearest } from './command-text.ts';

type Switch = Exclude<Setting, 'name' | 'role'>;

/** What each one means. For a lock, Fastly promises only that the user can't be edited. */
const SWITCHES: Record<Switch, string> = {
  locked: 'Locked for editing in Fastly',
  limit_services: 'Has access to assigned services only',
  require_new_password: 'Must choose a new password at the next sign-in',
  two_factor_auth_enabled: '2FA is on for this user',
  two_factor_setup_required: 'Must set up 2FA',
};

const SWITCH_BLOCK = 'switches';

/**
 * The id of the block that has a setting's input. `round` is how often the form was redrawn in its modal: Slack keeps
 * what was typed under an id that it knows (docs.slack.dev, views.update).
 */
export function blockOf(setting: Setting, round = 0): string {
  const block = isSwitch(setting) ? SWITCH_BLOCK : setting;
  return round === 0 ? block : `${block} ${round}`;
}

export function settingFlags(settings: readonly Setting[]): FlagKinds {
  return Object.fromEntries(
    settings.map((setting) => [flagOf(setting), isSwitch(setting) ? 'yes-no' : 'text'] as const),
  );
}

/** @throws {FieldError} for an invalid name or role */
export function settingsInWords(flags: FlagValues, settings: readonly Setting[]): Settings {
  return checkSettings(
    Object.fromEntries(settings.map((setting) => [setting, flags[flagOf(setting)]])),
    ROLES,
  );
}

/** The value of a switch that isn't ticked: `false`, or `undefined` to leave it out. */
export type ValueOfOff = (setting: Switch) => false | undefined;

/**
 * Reads the settings from a form.
 *
 * @param roles the roles that the form offered
 * @throws {FieldError} for an invalid name or role
 */
export function settingsInForm(
  values: FormValues,
  settings: readonly Setting[],
  { roles, offIs }: { roles: readonly string[]; offIs: ValueOfOff },
): Settings {
  return checkSettings(typedSettings(values, settings, offIs), roles);
}

/** The settings as they were typed and ticked, not checked. */
export function typedSettings(values: FormValues, settings: readonly Setting[], offIs: ValueOfOff): Settings {
  const given = settings.map((setting) => {
    if (isSwitch(setting)) return [setting, values[setting] === 'yes' ? true : offIs(setting)] as const;
    return [setting, values[setting]?.trim() ? values[setting] : undefined] as const;
  });
  return Settings.parse(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
}

export function settingInputs(
  settings: readonly Setting[],
  filled: Settings | CurrentSettings,
  roles: readonly string[],
  round = 0,
): InputBlock[] {
  const inputs: InputBlock[] = [];
  const common = (setting: Setting) => ({ blockId: blockOf(setting, round), optional: true });
  if (settings.includes('name')) {
    const label = SETTING_LABELS.name;
    inputs.push(textInput({ ...common('name'), id: 'name', label, value: filled.name ?? null }));
  }
  if (settings.includes('role')) {
    inputs.push(
      select({
        ...common('role'),
        id: 'role',
        label: SETTING_LABELS.role,
        placeholder: 'Choose a role',
        options: roles.map((each) => option(plainText(settingValue('role', each)), each)),
        chosen: filled.role ?? null,
      }),
    );
  }
  const switches = settings.filter(isSwitch);
  if (switches.length > 0) {
    inputs.push(
      checkboxes({
        ...common('locked'),
        id: SWITCH_BLOCK,
        label: 'Settings',
        options: switches.map((setting) => option(SETTING_LABELS[setting], setting, SWITCHES[setting])),
        ticked: switches.filter((setting) => filled[setting] === true),
      }),
    );
  }
  return inputs;
}

/** Checks settings from a command, a form or a button. @throws {FieldError} for an invalid name or role */
export function checkSettings(given: Record<string, unknown>, roles: readonly string[] = ROLES): Settings {
  const role = z
    .string()
    .trim()
    .transform((typed) => roles.find((each) => each === typed) ?? roleNamed(typed))
    .refine((each) => roles.includes(each));
  const schema = Settings.extend({ name: Name.exactOptional(), role: role.exactOptional() });
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const setting = Settings.keyof().safeParse(issue?.path[0]).data ?? 'name';
  throw new FieldError(blockOf(setting), problemWith(setting, given[setting], roles));
}

/** A role as cards and forms call it, or as it is spelt in Fastly. */
function roleNamed(typed: string): string {
  const role = typed.toLowerCase();
  return ROLES.find((each) => plainText(settingValue('role', each)).toLowerCase() === role) ?? role;
}

function problemWith(setting: Setting, given: unknown, roles: readonly string[]): Sentence {
  if (setting !== 'role') return say`A name must have 1 to ${NAME_LENGTH} characters.`;
  const typed = String(given);
  const close = nearest(typed, roles);
  const hint = close === null ? say`` : say` Did you mean ${code(close)}?`;
  return say`The bot can't assign the role ${typedWords(typed)}.${hint} Choose ${enumerate(roles.map(code), 'or')}.`;
}

function isSwitch(setting: Setting): setting is Switch {
  return setting !== 'name' && setting !== 'role';
}
