import type { ListedToken } from '../../changes/token.ts';
import { type ApiToken, isExpired } from '../../fastly/api-token.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import type { Message } from '../kit/message.ts';
import { cut, plain, plainName } from '../kit/plain.ts';
import { day, plainText, richText, type Sentence, say, sideBySide } from '../kit/sentence.ts';
import { type Around, type Cell, tableMessage, textCell } from '../kit/table.ts';
import { tokenName } from './text.ts';

/** They keep a table within 100 rows and 10,000 characters (docs.slack.dev, table block and data table block). */
export const MOST_TOKENS = 50;
const NAME_LENGTH = 40;
const OWNER_LENGTH = 48;
const SCOPE_LENGTH = 30;

const HEADER = ['Name', 'Owner', 'Scope', 'Services', 'Last used', 'Expires'];
/** Names and owners can be long. */
const LONG_COLUMNS = 2;

/** For a field that Fastly did not send: a cell can't be left out. */
const NOT_SENT = 'not known';

/** A token and whose it is: `null` for nobody's. */
export type OwnedToken = { token: ApiToken; listed: ListedToken; owner: User | null };

/** @param tokens 1 to `MOST_TOKENS` @param now Unix milliseconds */
export function tokenTable(
  caption: string,
  tokens: readonly OwnedToken[],
  now: number,
  around: Around,
): Message {
  const table = { caption, header: HEADER, rowHeader: 0, wrapped: LONG_COLUMNS };
  const rows = tokens.map((each) => row(each, now));
  return tableMessage({ ...table, rows, lines: tokens.map((each) => line(each, now)) }, around);
}

/** 'Edda Morton', or 'no user' for a token of an automation, or of a user who is gone. */
export function ownerText(owner: User | null): string {
  return owner === null ? 'no user' : cut(plainName(nameOf(owner)), OWNER_LENGTH);
}

function row(owned: OwnedToken, now: number): Cell[] {
  const { name, owner, scope, services } = told(owned);
  const { last_used_at: used, expires_at: expires } = owned.token;
  return [
    textCell(name),
    textCell(owner),
    textCell(scope),
    textCell(services),
    used ? richText(say`${day(new Date(used))}`) : textCell(used === null ? 'never' : NOT_SENT),
    expires ? richText(expiry(expires, owned, now)) : textCell(expires === null ? 'never' : NOT_SENT),
  ];
}

function line(owned: OwnedToken, now: number): Sentence {
  const { owner, scope, services } = told(owned);
  const { last_used_at: used, expires_at: expires } = owned.token;
  return sideBySide([
    tokenName(owned.listed),
    say`${owner}`,
    say`scope ${scope}`,
    say`services: ${services}`,
    used ? say`last used ${day(new Date(used))}` : say`last used: ${used === null ? 'never' : NOT_SENT}`,
    expires
      ? say`expires: ${expiry(expires, owned, now)}`
      : say`expires: ${expires === null ? 'never' : NOT_SENT}`,
  ]);
}

function expiry(expires: string, { token }: OwnedToken, now: number): Sentence {
  const when = say`${day(new Date(expires))}`;
  return isExpired(token, now) ? say`expired ${when}` : when;
}

function told({ listed, owner }: OwnedToken): Record<'name' | 'owner' | 'scope' | 'services', string> {
  const { scope, services } = listed;
  return {
    name: cut(plainText(tokenName(listed)), NAME_LENGTH),
    owner: ownerText(owner),
    scope: cut(plain(scope?.trim() || NOT_SENT), SCOPE_LENGTH),
    services: services === null ? NOT_SENT : services === 0 ? 'all' : String(services),
  };
}
