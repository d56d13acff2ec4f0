import type { ApiToken } from './api-token.ts';

/** How Fastly's web interface names what it makes at a sign-in. */
const NAME = /^manage\.fastly\.com browser session\b/i;
/** Every browser says so, and no client of the API that was recorded. */
const BROWSER = /^Mozilla\/\d/;
/** Sessions seen last 12 hours. */
const LONGEST_MILLISECONDS = 2 * 24 * 60 * 60 * 1000;

/**
 * Whether Fastly's web interface made the token at somebody's sign-in. The owner of a token chooses its name, so all else
 * has to fit too: the whole account in scope and services, an end within two days, and a browser as the client. In doubt a
 * program uses the token.
 */
export function isBrowserSession(token: ApiToken): boolean {
  const { name, scope, services, created_at: created, expires_at: expires, user_agent: client } = token;
  if (!created || !expires) return false;
  const lasts = Date.parse(expires) - Date.parse(created);
  return (
    NAME.test(name?.trim() ?? '') &&
    scope?.trim() === 'global' &&
    services?.length === 0 &&
    lasts > 0 &&
    lasts <= LONGEST_MILLISECONDS &&
    BROWSER.test(client ?? '')
  );
}
