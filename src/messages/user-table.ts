import type { DataTableBlock, KnownBlock, RichTextBlock, TableBlock } from '@slack/types';
import { nameOf, type User } from '../fastly/user.ts';
import { type Message, notification } from './kit/message.ts';
import { cut, plain } from './kit/plain.ts';
import { day, plainText, richText, type Sentence, say, sideBySide } from './kit/sentence.ts';
import { settingValue } from './settings-text.ts';
import { userText } from './user-text.ts';

/**
 * So many users in one message, their texts this long at most: then a table of them stays within the 100 rows and the
 * 10,000 characters that Slack allows (docs.slack.dev, table block and data table block).
 */
export const MOST_USERS = 50;
const NAME_LENGTH = 48;
const LOGIN_LENGTH = 64;
const ROLE_LENGTH = 20;
/** The column that no two users share, for screen readers. */
const LOGIN = 1;
/** Rows that a data table shows at a time. */
const ROWS_AT_A_TIME = 10;

type Cell = DataTableBlock['rows'][number][number] & TableBlock['rows'][number][number];

/** What stands around a table: `headline` above all, and in the notification. */
export type Around = { headline: Sentence; above: readonly KnownBlock[]; below: readonly KnownBlock[] };

/**
 * Users as a table, in the best way that Slack takes: a data table, else a table, else lines of text.
 *
 * @param users one at least, `MOST_USERS` at most
 */
export function userTable(caption: string, users: readonly User[], around: Around): Message {
  const { headline, above, below } = around;
  const version = (...middle: readonly KnownBlock[]): Message => ({
    text: notification(headline),
    blocks: [richText(headline), ...above, ...middle, ...below],
  });
  const rows = [HEADER, ...users.map(row)];
  const inText = version(richText(...users.map(line)));
  const inTable = version({ type: 'table', rows, column_settings: WRAPPED });
  const inDataTable = version({
    type: 'data_table',
    caption,
    page_size: ROWS_AT_A_TIME,
    row_header_column_index: LOGIN,
    rows,
  });
  return {
    ...inDataTable,
    plainer: {
      without: 'data_table',
      message: { ...inTable, plainer: { without: 'table', message: inText } },
    },
  };
}

const HEADER = ['Name', 'Login', 'Role', '2FA', 'Last active'].map(text);
/** Names and logins break rather than widen the table. */
const WRAPPED = [{ is_wrapped: true }, { is_wrapped: true }];

function row(user: User): Cell[] {
  return [
    text(nameIn(user)),
    text(loginIn(user)),
    text(user.locked ? `${roleOf(user)}, 🔒 locked` : roleOf(user)),
    text(twoFactorOf(user)),
    user.last_active_at ? moment(user.last_active_at) : text(inactive(user)),
  ];
}

function line(user: User): Sentence {
  const { last_active_at } = user;
  return sideBySide([
    userText({ name: nameIn(user), login: loginIn(user) }),
    say`${roleOf(user)}`,
    ...(user.locked ? [say`🔒 locked`] : []),
    say`2FA ${twoFactorOf(user)}`,
    last_active_at ? say`last active ${day(new Date(last_active_at))}` : say`last active: ${inactive(user)}`,
  ]);
}

function nameIn(user: User): string {
  return cut(plain(nameOf(user)), NAME_LENGTH);
}

function loginIn({ login }: User): string {
  return cut(plain(login), LOGIN_LENGTH);
}

function roleOf({ role }: User): string {
  return role ? cut(plainText(settingValue('role', role)), ROLE_LENGTH) : 'not set';
}

function twoFactorOf({ two_factor_auth_enabled: twoFactor }: User): string {
  return plainText(settingValue('two_factor_auth_enabled', twoFactor));
}

/** `null` is never; where Fastly does not send the field, nobody knows. */
function inactive({ last_active_at }: User): string {
  return last_active_at === null ? 'never' : 'not known';
}

function text(words: string): Cell {
  return { type: 'raw_text', text: words };
}

function moment(iso: string): RichTextBlock {
  return richText(say`${day(new Date(iso))}`);
}
