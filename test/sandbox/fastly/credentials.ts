import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from './account.ts';
import { missingCredentials, notAllowed } from './errors.ts';
import { BOT_ACCOUNT } from './people.ts';
import type { User } from './user.ts';

/** 32 URL-safe characters, as the service's tokens. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Which credentials came with a request, good or bad. */
export function kindOfCredentials(headers: IncomingHttpHeaders): 'token' | 'basic' | 'none' {
  if (headers.authorization?.startsWith('Basic ')) return 'basic';
  return headers['fastly-key'] === undefined ? 'none' : 'token';
}

/** The user whose token it is. @throws Refusal (401) for any other token, and once it has expired or was revoked, or its user is gone. */
export function tokenHolder(headers: IncomingHttpHeaders, token: string, account: Account): User {
  const lives = !account.isOver(account.token);
  const user = lives && headers['fastly-key'] === token ? account.users.get(BOT_ACCOUNT.id) : undefined;
  if (user === undefined || user.deleted_at !== null) throw missingCredentials();
  return user;
}

/** @throws Refusal (403) unless the token's scope lets it do this: change with `global` alone, read with `global:read`. */
export function mustBeInScope(method: string, { token }: Account): void {
  const scope = token.scope.split(' ');
  if (scope.includes('global') || (method === 'GET' && scope.includes('global:read'))) return;
  throw notAllowed(`The scope of the token is '${token.scope}'`);
}

/** The user whose login and current password these are. @throws Refusal (401). */
export function basicUser(headers: IncomingHttpHeaders, account: Account): User {
  const encoded = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const [login = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  const user = account.userByLogin(login);
  if (user === undefined || account.passwordOf(user) !== password.join(':')) throw missingCredentials();
  return user;
}
