import { ownAccount } from './account-users.ts';
import { type ApiToken, isExpired } from './api-token.ts';
import { isBrowserSession } from './browser-session.ts';
import type { FastlyClient } from './client.ts';
import type { UserId } from './user.ts';

/** The account's tokens, told apart. `unreadable`: how many entries of Fastly's list could not be read. */
export type AccountTokens = { programs: ApiToken[]; sessions: ApiToken[]; unreadable: number };

/** A user's tokens that have not expired. Nobody knows whose the `unreadable` are. @throws {FastlyError} */
export async function liveTokensOf(fastly: FastlyClient, owner: UserId): Promise<AccountTokens> {
  const { programs, sessions, unreadable } = await accountTokens(fastly);
  const now = Date.now();
  const isLive = (token: ApiToken) => token.user_id === owner && !isExpired(token, now);
  return { programs: programs.filter(isLive), sessions: sessions.filter(isLive), unreadable };
}

/** The tokens of the account behind the bot's token, asked of Fastly now. Expired ones are among them. @throws {FastlyError} */
export async function accountTokens(fastly: FastlyClient): Promise<AccountTokens> {
  const { tokens, unreadable } = await fastly.listTokens(await ownAccount(fastly));
  const programs = tokens.filter((token) => !isBrowserSession(token));
  return { programs, sessions: tokens.filter(isBrowserSession), unreadable };
}
