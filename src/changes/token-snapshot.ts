import type { ApiToken } from '../fastly/api-token.ts';
import type { ListedToken } from './token.ts';

/** Longer names and scopes are cut: so many tokens fit into a request. */
const LENGTH = 100;

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
