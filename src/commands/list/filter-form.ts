import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { Figures } from '../../directory/figures.ts';
import type { Filter } from '../../directory/filter.ts';
import { cut, plain } from '../../messages/kit/plain.ts';
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
/** A select holds 100 options, an option's text 75 characters (docs.slack.dev, select, option object). */
const MOST_ROLES = 99;
const OPTION_LENGTH = 75;

/** The form that makes another list, filled in with what made this one. */
export function filterForm(filter: Filter, figures: Figures, origin: Origin, problem?: Sentence): ModalView {
  const blocks: KnownBlock[] = [
    ...(problem ? [richText(say`⚠️ ${problem}`)] : []),
    textInput(filter.text),
    select(ROLE, 'Role', [option('Any', ANY), ...roleOptions(filter, figures)], filter.role ?? ANY),
    select(
      LOCKED,
      'Locked',
      [option('Either', ANY), option('Locked', 'yes'), option('Not locked', 'no')],
      filter.locked === null ? ANY : filter.locked ? 'yes' : 'no',
    ),
    checkbox(filter.withoutTwoFactor),
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
  return [...roles].slice(0, MOST_ROLES).map((each) => option(each, each));
}

function textInput(text: string): InputBlock {
  return {
    type: 'input',
    block_id: TEXT,
    optional: true,
    label: label('Text'),
    hint: label('Part of a name, a login or an id.'),
    element: {
      type: 'plain_text_input',
      action_id: TEXT,
      max_length: TEXT_LENGTH,
      ...(text !== '' && { initial_value: text }),
    },
  };
}

function select(id: string, text: string, options: PlainTextOption[], chosen: string): InputBlock {
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'input',
    block_id: id,
    label: label(text),
    element: {
      type: 'static_select',
      action_id: id,
      options,
      ...(initial && { initial_option: initial }),
    },
  };
}

function checkbox(ticked: boolean): InputBlock {
  const options = [option('Only those without (‘not set’ counts as without)', WITHOUT_TWO_FACTOR)];
  return {
    type: 'input',
    block_id: WITHOUT_TWO_FACTOR,
    optional: true,
    label: label('Two-factor'),
    element: {
      type: 'checkboxes',
      action_id: WITHOUT_TWO_FACTOR,
      options,
      ...(ticked && { initial_options: options }),
    },
  };
}

function option(text: string, value: string): PlainTextOption {
  return { text: label(cut(plain(text), OPTION_LENGTH)), value };
}

function label(text: string): { type: 'plain_text'; text: string; emoji: false } {
  return { type: 'plain_text', text, emoji: false };
}
