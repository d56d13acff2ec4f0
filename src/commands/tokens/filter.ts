import { z } from 'zod';
import { DAY_MILLISECONDS } from '../../directory/filter.ts';
import { type ApiToken, isExpired, isGlobal } from '../../fastly/api-token.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { counted } from '../../messages/token-text.ts';
import type { FlagKinds, FlagValues } from '../inputs/command-text.ts';
import { Days, daysIn } from '../inputs/days.ts';

/** Which tokens are wanted. All of it has to fit; null leaves something open. */
export const TokenFilter = z.object({
  /** Not used for so many days. */
  unused: Days.nullable(),
  /** Expires within so many days, and has not yet. */
  expiring: Days.nullable(),
  global: z.boolean(),
});
export type TokenFilter = z.infer<typeof TokenFilter>;

export const EVERY_TOKEN: TokenFilter = { unused: null, expiring: null, global: false };

export const FILTER_FLAGS: FlagKinds = { unused: 'text', expiring: 'text', global: 'switch' };

export function filterFromFlags(flags: FlagValues): TokenFilter {
  return {
    unused: daysIn(flags.unused, code('--unused')),
    expiring: daysIn(flags.expiring, code('--expiring')),
    global: flags.global === true,
  };
}

export function isOpenFilter({ unused, expiring, global }: TokenFilter): boolean {
  return unused === null && expiring === null && !global;
}

/** Whether a token has what a filter asks for. `unknown`: Fastly does not say enough. @param now Unix milliseconds */
export function fitsToken(token: ApiToken, filter: TokenFilter, now: number): 'yes' | 'no' | 'unknown' {
  const answers = [
    filter.unused === null ? 'yes' : isUnused(token, filter.unused, now),
    filter.expiring === null ? 'yes' : isExpiring(token, filter.expiring, now),
    !filter.global || isGlobal(token) ? 'yes' : 'no',
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

function isExpiring(token: ApiToken, days: number, now: number) {
  const { expires_at: expires } = token;
  if (expires === undefined) return 'unknown';
  const soon = expires !== null && Date.parse(expires) - now <= days * DAY_MILLISECONDS;
  return soon && !isExpired(token, now) ? 'yes' : 'no';
}

/** 'unused for 90 days', 'expiring within 14 days', 'scope global'. */
export function filterWords({ unused, expiring, global }: TokenFilter): Sentence[] {
  return [
    ...(unused === null ? [] : [say`unused for ${counted(unused, 'day')}`]),
    ...(expiring === null ? [] : [say`expiring within ${counted(expiring, 'day')}`]),
    ...(global ? [say`scope ${code('global')}`] : []),
  ];
}
