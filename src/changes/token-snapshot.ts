import type { ApiToken } from '../fastly/api-token.ts';
import type { ListedToken, TokenSnapshot } from './token.ts';

/** Longer names and scopes are cut: so many tokens fit into a request. */
const LENGTH = 100;

/**
 * Tokens as a request keeps them: the one that was used last first.
 *
 * @param readAt Unix milliseconds
 * @param unreadable how many of the account's tokens could not be read
 */
export function tokenSnapshot(
  tokens: readonly ApiToken[],
  readAt = Date.now(),
  unreadable = 0,
): TokenSnapshot {
  const lastUse = ({ last_used_at: used }: ApiToken) => (used ? Date.parse(used) : 0);
  const inOrder = tokens.toSorted((one, other) => lastUse(other) - lastUse(one));
  return { readAt, tokens: inOrder.map(listedToken), ...(unreadable > 0 && { unreadable }) };
}

/** A token as a request keeps it. */
export function listedToken(token: ApiToken): ListedToken {
  const { id, name, scope, services, created_at, last_used_at, expires_at } = token;
  return {
    id,
    name: name?.slice(0, LENGTH).toWellFormed() ?? null,
    scope: scope?.slice(0, LENGTH).toWellFormed() ?? null,
    services: services === undefined ? null : (services?.length ?? 0),
    ...(created_at !== undefined && { createdAt: created_at }),
    ...(last_used_at !== undefined && { lastUsedAt: last_used_at }),
    ...(expires_at !== undefined && { expiresAt: expires_at }),
  };
}
