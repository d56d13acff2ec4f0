import { liveTokensOf } from '../fastly/account-tokens.ts';
import type { ApiToken } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import type { UserId } from '../fastly/user.ts';
import type { Operation } from './operations.ts';
import { revokeToken } from './token-revocation.ts';

/** A change ends no more, all at once, so that it is over within its lease. */
export const MOST_ENDED = 8;

/** Some have ended, and the user has others: made since, more than one change ends, or refused by Fastly (`cause`). */
export class SessionsLeft extends Error {
  readonly left: number;

  constructor(left: number, options?: ErrorOptions) {
    super(left === 1 ? '1 browser session is left' : `${left} browser sessions are left`, options);
    this.left = left;
  }
}

/** The browser sessions of a user that are not over. @throws {FastlyError} */
export async function sessionsOf(fastly: FastlyClient, id: UserId): Promise<ApiToken[]> {
  return (await liveTokensOf(fastly, id)).sessions;
}

/**
 * Ends browser sessions: each is a token, which is revoked. It took effect once the user has none at all.
 *
 * @param sessions at most `MOST_ENDED`; `call` throws {SessionsLeft} where there are others then
 */
export function endingSessions(
  fastly: FastlyClient,
  user: UserId,
  sessions: readonly ApiToken[],
): Operation<readonly ApiToken[], readonly ApiToken[]> {
  const look = () => sessionsOf(fastly, user);
  return {
    async call() {
      if (sessions.length === 0) return [];
      const ended = await Promise.allSettled(sessions.map((each) => revokeToken(fastly, each, user)));
      const failures = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      const lost = failures.find((error) => isFastlyError(error) && error.mayHaveBeenCarriedOut);
      if (lost || failures.length === sessions.length) throw lost ?? failures[0];
      const left = await look();
      if (left.length > 0) throw new SessionsLeft(left.length, { cause: failures[0] });
      return left;
    },
    look,
    effect: (left) => (left.length === 0 ? { kind: 'done', value: left } : { kind: 'nothing' }),
  };
}
