import type { DataTableBlock, KnownBlock, TableBlock } from '@slack/types';
import { nameOf, type User } from '../fastly/user.ts';
import { type Message, notification } from './kit/message.ts';
import { cut, plain, plainName } from './kit/plain.ts';
import { day, plainText, richText, type Sentence, say, sideBySide } from './kit/sentence.ts';
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
/** Rows that a data table shows at a time. */
const ROWS_AT_A_TIME = 10;

/** For a field that Fastly did not send: a cell can't be left out. */
const NOT_SENT = 'not known';

type Cell = DataTableBlock['rows'][number][number] & TableBlock['rows'][number][number];

/** The blocks around a table. `headline` comes first, and is the notification too. */
export type Around = { headline: Sentence; above: readonly KnownBlock[]; below: readonly KnownBlock[] };

/** A data table; a table, then lines of text, where Slack refuses a kind of block. @param users 1 to `MOST_USERS` */
export function userTable(caption: string, users: readonly User[], around: Around): Message {
  const { headline, above, below } = around;
  const version = (block: KnownBlock, plainer?: Message): Message => ({
    text: notification(headline),
    blocks: [richText(headline), ...above, block, ...below],
    ...(plainer && { plainer }),
  });
  const rows = [HEADER, ...users.map(row)];
  const inText = version(richText(...users.map(line)));
  const table = { type: 'table', rows, column_settings: WRAPPED } as const;
  const inTable = version(table, inText);
  const page = { page_size: ROWS_AT_A_TIME, row_header_column_index: LOGIN };
  return version({ type: 'data_table', caption, ...page, rows }, inTable);
}

const HEADER = ['Name', 'Login', 'Role', '2FA', 'Last active'].map(text);
/** Long names and logins wrap, so that the table doesn't get wider. */
const WRAPPED = [{ is_wrapped: true }, { is_wrapped: true }];

function row(user: User): Cell[] {
  const { name, login, role, twoFactor, inactive } = told(user);
  return [
    text(name),
    text(login),
    text(user.locked ? `${role}, 🔒 locked` : role),
    text(twoFactor),
    user.last_active_at ? richText(say`${day(new Date(user.last_active_at))}`) : text(inactive),
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

function text(words: string): Cell {
  return { type: 'raw_text', text: words };
}
