import { nameOf, type User } from '../../fastly/user.ts';
import type { Message } from '../kit/message.ts';
import { cut, plain, plainName } from '../kit/plain.ts';
import { type Sentence, say, sideBySide } from '../kit/sentence.ts';
import { type Around, type Cell, tableMessage, textCell } from '../kit/table.ts';
import { roleCell } from '../role-text.ts';
import { userText } from '../user-text.ts';
import { activeText, type ToldLeaver } from './leaver-message.ts';

/** They keep a table within 100 rows and 10,000 characters (docs.slack.dev, table block and data table block). */
export const MOST_LEFT = 50;
const NAME_LENGTH = 40;
const LOGIN_LENGTH = 64;
const ROLE_LENGTH = 30;
const REASON_LENGTH = 34;

const HEADER = ['Name', 'Login', 'Role', 'In Fastly', 'In Slack', 'Decision'];

/** A user whose member left. */
export type LeftRow = { user: User } & Pick<ToldLeaver, 'how' | 'guest' | 'kept'>;

/** @param rows 1 to `MOST_LEFT` @param at Unix milliseconds */
export function leaverTable(rows: readonly LeftRow[], at: number, around: Around): Message {
  const table = { caption: 'People who left Slack', header: HEADER, rowHeader: 1, wrapped: 2 };
  const told = rows.map((row) => toldOf(row, at));
  return tableMessage({ ...table, rows: told.map(cells), lines: told.map(line) }, around);
}

type Told = Record<'name' | 'login' | 'role' | 'active' | 'left' | 'decision', string>;

function toldOf({ user, how, guest, kept }: LeftRow, at: number): Told {
  const left = how === 'deactivated' ? 'deactivated' : 'in another workspace';
  return {
    name: cut(plainName(nameOf(user)), NAME_LENGTH),
    login: cut(plain(user.login), LOGIN_LENGTH),
    role: roleCell(user, ROLE_LENGTH),
    active: `${user.locked ? '🔒 locked, ' : ''}${activeText(user, at)}`,
    left: guest === true ? `${left}, was a guest` : left,
    decision: kept ? `kept: ${cut(plain(kept.reason), REASON_LENGTH)}` : 'none yet',
  };
}

function cells({ name, login, role, active, left, decision }: Told): Cell[] {
  return [name, login, role, active, left, decision].map(textCell);
}

function line({ name, login, role, active, left, decision }: Told): Sentence {
  return sideBySide([
    userText({ name, login }),
    say`${role}`,
    say`${active}`,
    say`${left} in Slack`,
    say`decision: ${decision}`,
  ]);
}
