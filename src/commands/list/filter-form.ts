import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Figures, Filter } from '../../directory/filter.ts';
import { checkboxes, MOST_OPTIONS, option, select, textInput } from '../../messages/kit/inputs.ts';
import { code, enumerate, plainText, type Sentence, say, typedWords } from '../../messages/kit/sentence.ts';
import { settingValue } from '../../messages/settings-text.ts';
import { codecFor, type Origin } from '../../slack/carried.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { viewOf } from '../form.ts';
import { nearest } from '../inputs/command-text.ts';
import { Days, daysInField, daysInput } from '../inputs/days.ts';

/** Block and action ids. The last one is also the checkbox's value. */
const INACTIVE = 'inactive';
const TEXT = 'text';
const ROLE = 'role';
const LOCKED = 'locked';
const WITHOUT_TWO_FACTOR = 'without-2fa';

export const FORM = { id: 'list.form', title: 'Filter users', submit: 'Show', mainBlockId: TEXT };

const ANY = '*';
/** One option of the select is for any role. */
const MOST_ROLES = MOST_OPTIONS - 1;

export function filterForm(filter: Filter, figures: Figures, origin: Origin, problem?: Sentence): ModalView {
  // The filter's role is offered even when no user has it now.
  const roles = new Set([...(filter.role === null ? [] : [filter.role]), ...rolesOf(figures)]);
  const blocks: KnownBlock[] = [
    textInput({
      id: TEXT,
      label: 'Text',
      hint: 'Search by name, email or ID.',
      value: filter.text,
      maxLength: TEXT_LENGTH,
      optional: true,
    }),
    select({
      id: ROLE,
      label: 'Role',
      options: [option('Any', ANY), ...[...roles].map((role) => option(role, role))],
      chosen: filter.role ?? ANY,
    }),
    select({
      id: LOCKED,
      label: 'Locked',
      options: [option('Either', ANY), option('Locked', 'yes'), option('Not locked', 'no')],
      chosen: filter.locked === null ? ANY : filter.locked ? 'yes' : 'no',
    }),
    daysInput(INACTIVE, 'Inactive for', filter.inactive),
    checkboxes({
      id: WITHOUT_TWO_FACTOR,
      label: '2FA',
      options: [option('Without 2FA only', WITHOUT_TWO_FACTOR)],
      ticked: filter.withoutTwoFactor ? [WITHOUT_TWO_FACTOR] : [],
      optional: true,
    }),
  ];
  return viewOf(FORM, origin, { onTop: problem, blocks });
}

/** Reads the form. `knownRole` checks whether the account has the role. */
export function filterIn(values: FormValues): Filter {
  const chosen = (id: string) => (values[id] === ANY ? null : (values[id] ?? null));
  const locked = chosen(LOCKED);
  return {
    text: searchText(values[TEXT] ?? ''),
    role: chosen(ROLE),
    locked: locked === null ? null : locked === 'yes',
    withoutTwoFactor: values[WITHOUT_TWO_FACTOR] === 'yes',
    inactive: daysInField(values, INACTIVE),
  };
}

/** The filter of a form that may be wrong: a period that can't be read is left out. */
export function typedFilter(values: FormValues): Filter {
  try {
    return filterIn(values);
  } catch {
    return filterIn({ ...values, [TEXT]: '', [INACTIVE]: null });
  }
}

/** @throws {FieldError} for more text than a button can carry */
export function searchText(typed: string): string {
  const text = typed.toWellFormed().trim();
  if (text.length <= TEXT_LENGTH) return text;
  throw new FieldError(TEXT, say`The search text is too long. Type at most ${TEXT_LENGTH} characters.`);
}

/**
 * The role in use that `typed` means. Ignores case unless a role is written exactly so.
 *
 * @throws {FieldError} when no user has the role. It names the nearest role in use.
 */
export function knownRole(typed: string, figures: Figures): string {
  const roles = rolesOf(figures);
  const found =
    roles.find((role) => role === typed) ??
    roles.find((role) => role.toLowerCase() === typed.toLowerCase()) ??
    roles.find((role) => plainText(settingValue('role', role)).toLowerCase() === typed.toLowerCase());
  if (found !== undefined) return found;
  const close = nearest(typed.slice(0, ROLE_LENGTH), roles);
  const meant = close === null ? say`` : say` Did you mean ${code(close)}?`;
  const known = roles.length === 0 ? say`` : say` Roles in use: ${enumerate(roles.map(code))}.`;
  throw new FieldError(ROLE, say`No user has the role ${typedWords(typed)}.${meant}${known}`);
}

/** Roles in use, most frequent first, as far as a form and a button can hold them. */
function rolesOf({ byRole }: Figures): string[] {
  return byRole
    .map(({ role }) => role)
    .filter((role) => role.length <= ROLE_LENGTH && role !== ANY)
    .slice(0, MOST_ROLES);
}

/** With these a page fits into the 2,000 characters of a button's value, however JSON writes them down. */
export const TEXT_LENGTH = 200;
export const ROLE_LENGTH = 75;

export const PageFilter = z.object({
  text: z.string().max(TEXT_LENGTH),
  role: z.string().max(ROLE_LENGTH).nullable(),
  locked: z.boolean().nullable(),
  withoutTwoFactor: z.boolean(),
  // Buttons of an earlier version don't carry it.
  inactive: Days.nullable().default(null),
});

/**
 * One page of a list: `from` users come before it, and a list made of it may be for the caller alone. It travels in the
 * buttons, and comes back as input.
 */
export const Page = codecFor(
  'button',
  z.object({
    filter: PageFilter,
    from: z.int().min(0),
    private: z.boolean(),
  }),
  'list',
);
export type Page = ReturnType<typeof Page.read>;
