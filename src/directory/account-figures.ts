import type { ApiToken } from '../fastly/api-token.ts';
import { LongWork } from '../fastly/long-work.ts';
import type { User } from '../fastly/user.ts';
import { type Figures, type Filter, fits } from './filter.ts';
import { EVERY_TOKEN, fitsToken, type TokenFilter } from './token-filter.ts';

/** What a report counts as idle, and as expiring soon. */
export const IDLE_DAYS = 90;
export const EXPIRING_DAYS = 14;

export const EVERYBODY: Filter = {
  text: '',
  role: null,
  locked: null,
  withoutTwoFactor: false,
  inactive: null,
};

/** The users that a report counts, by the filters that also list them by name. */
export const COUNTED_USERS = {
  superusers: { ...EVERYBODY, role: 'superuser' },
  'without-2fa': { ...EVERYBODY, withoutTwoFactor: true },
  locked: { ...EVERYBODY, locked: true },
  idle: { ...EVERYBODY, inactive: IDLE_DAYS },
} as const satisfies Record<string, Filter>;
type CountedUsers = keyof typeof COUNTED_USERS;

/** The same for API tokens of programs. */
export const COUNTED_TOKENS = {
  'idle-tokens': { ...EVERY_TOKEN, unused: IDLE_DAYS },
  'expiring-tokens': { ...EVERY_TOKEN, expiring: EXPIRING_DAYS },
} as const satisfies Record<string, TokenFilter>;
type CountedTokens = keyof typeof COUNTED_TOKENS;

/** How many fit a filter. `unknown`: of so many others Fastly does not say enough. */
export type Count = { fitting: number; unknown: number };

export type TokenFigures = { all: number; unreadable: number; counts: Record<CountedTokens, Count> };

/** An account, counted. `tokens`: null where Fastly does not show them to the bot. */
export type AccountFigures = {
  users: Figures;
  counts: Record<CountedUsers, Count>;
  tokens: TokenFigures | null;
};

/** Other work goes on meanwhile. @param now Unix milliseconds */
export async function userFigures(
  users: readonly User[],
  account: Figures,
  now: number,
): Promise<Pick<AccountFigures, 'users' | 'counts'>> {
  const work = new LongWork();
  const countOf = (filter: Filter) => counted(users, (user) => fits(user, filter, now), work);
  const counts = {
    superusers: await countOf(COUNTED_USERS.superusers),
    'without-2fa': await countOf(COUNTED_USERS['without-2fa']),
    locked: await countOf(COUNTED_USERS.locked),
    idle: await countOf(COUNTED_USERS.idle),
  };
  return { users: account, counts };
}

/** The same of tokens that programs use. */
export async function tokenFigures(
  tokens: readonly ApiToken[],
  unreadable: number,
  now: number,
): Promise<TokenFigures> {
  const work = new LongWork();
  const countOf = (filter: TokenFilter) => counted(tokens, (token) => fitsToken(token, filter, now), work);
  const counts = {
    'idle-tokens': await countOf(COUNTED_TOKENS['idle-tokens']),
    'expiring-tokens': await countOf(COUNTED_TOKENS['expiring-tokens']),
  };
  return { all: tokens.length, unreadable, counts };
}

async function counted<Item>(
  items: readonly Item[],
  answerOf: (item: Item) => 'yes' | 'no' | 'unknown',
  work: LongWork,
): Promise<Count> {
  const count = { fitting: 0, unknown: 0 };
  for (const item of items) {
    const answer = answerOf(item);
    if (answer === 'yes') count.fitting += 1;
    if (answer === 'unknown') count.unknown += 1;
    if (work.isLong) await work.pause();
  }
  return count;
}
