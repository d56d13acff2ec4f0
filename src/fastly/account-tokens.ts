import { ownAccount } from './account-users.ts';
import type { ApiToken } from './api-token.ts';
import { isBrowserSession } from './browser-session.ts';
import type { FastlyClient } from './client.ts';

/** The account's tokens, told apart. `unreadable`: how many entries of Fastly's list could not be read. */
export type AccountTokens = { programs: ApiToken[]; sessions: ApiToken[]; unreadable: number };

/** The tokens of the account behind the bot's token, asked of Fastly now. Expired ones are among them. @throws {FastlyError} */
export async function accountTokens(fastly: FastlyClient): Promise<AccountTokens> {
  const { tokens, unreadable } = await fastly.listTokens(await ownAccount(fastly));
  const programs = tokens.filter((token) => !isBrowserSession(token));
  return { programs, sessions: tokens.filter(isBrowserSession), unreadable };
}
