import { nameOf, type User } from '../fastly/user.ts';
import type { Message } from './kit/message.ts';
import { cut, plain, plainName } from './kit/plain.ts';
import { day, plainText, richText, type Sentence, say, sideBySide } from './kit/sentence.ts';
import { type Around, type Cell, tableMessage, textCell } from './kit/table.ts';
import { roleCell } from './role-text.ts';
import { settingValue } from './settings-text.ts';
import { userText } from './user-text.ts';

/** They keep a table within 100 rows and 10,000 characters (docs.slack.dev, table block and data table block). */
export const MOST_USERS = 50;
const NAME_LENGTH = 48;
const LOGIN_LENGTH = 64;
const ROLE_LENGTH = 40;
/** The column that no two users share, for screen readers. */
const LOGIN = 1;

/** For a field that Fastly did not send: a cell can't be left out. */
const NOT_SENT = 'not known';

/** @param users 1 to `MOST_USERS` */
export function userTable(caption: string, users: readonly User[], around: Around): Message {
  const table = { caption, header: HEADER, rowHeader: LOGIN, wrapped: LONG_COLUMNS };
  return tableMessage({ ...table, rows: users.map(row), lines: users.map(line) }, around);
}

const HEADER = ['Name', 'Login', 'Role', '2FA', 'Last active'];
/** Names and logins can be long. */
const LONG_COLUMNS = 2;

function row(user: User): Cell[] {
  const { name, login, role, twoFactor, inactive } = told(user);
  return [
    textCell(name),
    textCell(login),
    textCell(user.locked ? `${role}, 🔒 locked` : role),
    textCell(twoFactor),
    user.last_active_at ? richText(say`${day(new Date(user.last_active_at))}`) : textCell(inactive),
  ];
}

function line(user: User): Sentence {
  const { name, login, role, twoFactor, inactive } = told(user);
  const { last_active_at } = user;
  return sideBySide([
    userText({ name, login }),
    say`${role}`,
    ...(user.locked ? [say`🔒 locked`] : []),
    say`2FA ${twoFactor}`,
    last_active_at ? say`last active ${day(new Date(last_active_at))}` : say`last active: ${inactive}`,
  ]);
}

/** A user's fields, short enough for a cell. `inactive` is for a user without a last activity; `null` means never. */
function told(user: User): Record<'name' | 'login' | 'role' | 'twoFactor' | 'inactive', string> {
  const { role, two_factor_auth_enabled: on } = user;
  return {
    name: cut(plainName(nameOf(user)), NAME_LENGTH),
    login: cut(plain(user.login), LOGIN_LENGTH),
    role: role === undefined && !user.roles?.length ? NOT_SENT : roleCell(user, ROLE_LENGTH),
    twoFactor: on === undefined ? NOT_SENT : plainText(settingValue('two_factor_auth_enabled', on)),
    inactive: user.last_active_at === null ? 'never' : NOT_SENT,
  };
}
