import { type ApiToken, isExpired, isGlobal } from '../fastly/api-token.ts';
import { DAY_MILLISECONDS } from './filter.ts';

/** Which tokens are wanted. All of it has to fit; null leaves something open. */
export type TokenFilter = {
  unused: number | null;
  /** Expires within so many days, and has not yet. */
  expiring: number | null;
  global: boolean;
};

export const EVERY_TOKEN: TokenFilter = { unused: null, expiring: null, global: false };

/** Whether a token has what a filter asks for. `unknown`: Fastly does not say enough. @param now Unix milliseconds */
export function fitsToken(token: ApiToken, filter: TokenFilter, now: number): 'yes' | 'no' | 'unknown' {
  const answers = [
    filter.unused === null ? 'yes' : isUnused(token, filter.unused, now),
    filter.expiring === null ? 'yes' : isExpiring(token, filter.expiring, now),
    filter.global ? hasGlobalScope(token) : 'yes',
  ] as const;
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

/** A token that was never used counts from when it was made. */
function isUnused({ last_used_at: used, created_at: created }: ApiToken, days: number, now: number) {
  const since = used === null ? created : used;
  if (!since) return 'unknown';
  return now - Date.parse(since) > days * DAY_MILLISECONDS ? 'yes' : 'no';
}

function hasGlobalScope(token: ApiToken) {
  if (token.scope === undefined) return 'unknown';
  return isGlobal(token) ? 'yes' : 'no';
}

function isExpiring(token: ApiToken, days: number, now: number) {
  const { expires_at: expires } = token;
  if (expires === undefined) return 'unknown';
  const soon = expires !== null && Date.parse(expires) - now <= days * DAY_MILLISECONDS;
  return soon && !isExpired(token, now) ? 'yes' : 'no';
}
