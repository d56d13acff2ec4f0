import type { ListedToken } from '../../changes/token.ts';
import { bold, code, counted, joined, namesInShort, type Sentence, say } from '../kit/sentence.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const WEEK = 7 * DAY;
/** What was used longer ago counts as unused since. */
const UNUSED_AFTER = 30 * DAY;

/** Whether a token was used within a week before `now` (Unix milliseconds). */
export function isInUse({ lastUsedAt }: Pick<ListedToken, 'lastUsedAt'>, now: number): boolean {
  return typeof lastUsedAt === 'string' && now - Date.parse(lastUsedAt) <= WEEK;
}

/** '`ci-purge` (purge_all, 3 services, **used 4 minutes ago**)': bold where the token was used within a week. */
export function tokenText(token: ListedToken, now: number): Sentence {
  const { scope, services } = token;
  const used = usedText(token, now);
  const about = [
    say`${scope || 'unknown scope'}`,
    ...(services ? [say`${counted(services, 'service')}`] : []),
    isInUse(token, now) ? say`${bold(used)}` : say`${used}`,
  ];
  return say`${tokenName(token)} (${joined(about, say`, `)})`;
}

/** The name that its owner chose, or the ID where there is none. */
export function tokenName({ name, id }: Pick<ListedToken, 'name' | 'id'>): Sentence {
  return say`${code(name?.trim() || id)}`;
}

/** '`ci-purge`, `laptop` and 3 more'. */
export function tokenNames(tokens: readonly ListedToken[], most?: number): Sentence {
  return namesInShort(tokens.map(tokenName), most);
}

/** That entries of Fastly's list could not be read, which may be the user's. */
export function unreadableTokens(count: number): Sentence {
  return say`⚠️ The bot couldn't read ${counted(count, 'token')} of the account. ${count === 1 ? 'It' : 'They'} may belong to this user.`;
}

function usedText({ lastUsedAt }: ListedToken, now: number): string {
  if (lastUsedAt === undefined) return 'last use unknown';
  if (lastUsedAt === null) return 'never used';
  const since = Math.max(0, now - Date.parse(lastUsedAt));
  if (since > UNUSED_AFTER) return `unused for ${counted(Math.floor(since / DAY), 'day')}`;
  if (since >= DAY) return `used ${counted(Math.floor(since / DAY), 'day')} ago`;
  if (since >= HOUR) return `used ${counted(Math.floor(since / HOUR), 'hour')} ago`;
  if (since >= MINUTE) return `used ${counted(Math.floor(since / MINUTE), 'minute')} ago`;
  return 'used less than a minute ago';
}
