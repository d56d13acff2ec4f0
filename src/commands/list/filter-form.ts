import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { Figures } from '../../directory/figures.ts';
import type { Filter } from '../../directory/filter.ts';
import { checkboxes, MOST_OPTIONS, option, select, textInput } from '../../messages/kit/inputs.ts';
import { code, enumerate, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Origin } from '../../slack/origin.ts';
import { formView } from '../../slack/replies/modal.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { nearest } from '../inputs/nearest.ts';
import { ROLE_LENGTH, TEXT_LENGTH } from './page.ts';

export const FORM = 'list.form';
export const TITLE = 'Filter the users';
/** Block and action ids; the last is the checkbox's value, too. */
export const TEXT = 'text';
const ROLE = 'role';
const LOCKED = 'locked';
const WITHOUT_TWO_FACTOR = 'without-2fa';

const ANY = '*';
/** One option is for any role. */
const MOST_ROLES = MOST_OPTIONS - 1;

/** The form that makes another list, filled in with what made this one. */
export function filterForm(filter: Filter, figures: Figures, origin: Origin, problem?: Sentence): ModalView {
  const blocks: KnownBlock[] = [
    ...(problem ? [richText(say`⚠️ ${problem}`)] : []),
    textInput({
      id: TEXT,
      label: 'Text',
      hint: 'Part of a name, a login or an id.',
      value: filter.text,
      maxLength: TEXT_LENGTH,
      optional: true,
    }),
    select({
      id: ROLE,
      label: 'Role',
      options: [option('Any', ANY), ...roleOptions(filter, figures)],
      chosen: filter.role ?? ANY,
    }),
    select({
      id: LOCKED,
      label: 'Locked',
      options: [option('Either', ANY), option('Locked', 'yes'), option('Not locked', 'no')],
      chosen: filter.locked === null ? ANY : filter.locked ? 'yes' : 'no',
    }),
    checkboxes({
      id: WITHOUT_TWO_FACTOR,
      label: 'Two-factor',
      options: [option('Only those without (‘not set’ counts as without)', WITHOUT_TWO_FACTOR)],
      ticked: filter.withoutTwoFactor ? [WITHOUT_TWO_FACTOR] : [],
      optional: true,
    }),
  ];
  return formView({ callbackId: FORM, title: TITLE, submit: 'Show', origin, blocks });
}

/** What the form holds; whether the account has the role is left to `knownRole`. */
export function filterIn(values: FormValues): Filter {
  const chosen = (id: string) => (values[id] === ANY ? null : (values[id] ?? null));
  const locked = chosen(LOCKED);
  return {
    text: searchText(values[TEXT] ?? ''),
    role: chosen(ROLE),
    locked: locked === null ? null : locked === 'yes',
    withoutTwoFactor: values[WITHOUT_TWO_FACTOR] === 'yes',
  };
}

/** @throws {FieldError} when it is longer than a button can carry on */
export function searchText(typed: string): string {
  const text = typed.toWellFormed().trim();
  if (text.length <= TEXT_LENGTH) return text;
  throw new FieldError(
    TEXT,
    say`That is too long to search for. Type at most ${TEXT_LENGTH} characters of a name, a login or an id.`,
  );
}

/**
 * The account's role that `typed` means, letter case aside.
 *
 * @throws {FieldError} when nobody has it, with the nearest named
 */
export function knownRole(typed: string, figures: Figures): string {
  const roles = rolesOf(figures);
  const found = roles.find((role) => role === typed) ?? roles.find((role) => sameWord(role, typed));
  if (found !== undefined) return found;
  const close = nearest(typed.slice(0, ROLE_LENGTH), roles);
  const meant = close === null ? say`` : say` Did you mean ${code(close)}?`;
  const known = roles.length === 0 ? say`` : say` Roles that somebody has: ${enumerate(roles.map(code))}.`;
  throw new FieldError(ROLE, say`Nobody in the Fastly account has the role ${code(typed)}.${meant}${known}`);
}

/** The account's roles, most frequent first, as far as a form and a button can hold them. */
function rolesOf({ byRole }: Figures): string[] {
  return byRole
    .map(({ role }) => role)
    .filter((role) => role.length <= ROLE_LENGTH && role !== ANY)
    .slice(0, MOST_ROLES);
}

function sameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The current one is there even when nobody has it any more. */
function roleOptions({ role }: Filter, figures: Figures): PlainTextOption[] {
  const roles = new Set([...(role === null ? [] : [role]), ...rolesOf(figures)]);
  return [...roles].map((each) => option(each, each));
}
