import type { ApiToken } from '../fastly/api-token.ts';
import type { ListedToken, TokenSnapshot } from './token.ts';

/** Longer names and scopes are cut: so many tokens fit into a request. */
const LENGTH = 100;
const WEEK = 7 * 86_400_000;

/**
 * Tokens as a request keeps them. Of many, the first are told in full, so those in use come first, and of these the oldest:
 * whoever makes new tokens can't hide an old one behind them. Of equal age, a global one is first. Those not in use follow,
 * the one that was used last first.
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
  const inUse = tokens.filter((token) => readAt - lastUse(token) <= WEEK);
  const others = tokens.filter((token) => readAt - lastUse(token) > WEEK);
  const inOrder = [
    ...inUse.toSorted((one, other) => madeAt(one) - madeAt(other) || beyondGlobal(one) - beyondGlobal(other)),
    ...others.toSorted((one, other) => lastUse(other) - lastUse(one)),
  ];
  return { readAt, tokens: inOrder.map(listedToken), ...(unreadable > 0 && { unreadable }) };
}

/** A token whose age Fastly does not say counts as old. */
function madeAt({ created_at: made }: ApiToken): number {
  return made ? Date.parse(made) : 0;
}

function beyondGlobal({ scope }: ApiToken): number {
  return scope?.split(' ').includes('global') ? 0 : 1;
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
