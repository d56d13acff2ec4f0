import { accountTokens } from '../fastly/account-tokens.ts';
import { type ApiTokenId, isExpired } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import type { UserId } from '../fastly/user.ts';
import type { Operation } from './operations.ts';

/** So many calls are under way at once. */
const AT_ONCE = 8;
/** A change ends no more, so that it is over within its lease. */
export const MOST_ENDED = 24;

/** Some have ended, and the user has others: made since, more than one change ends, or refused by Fastly (`cause`). */
export class SessionsLeft extends Error {
  readonly left: number;

  constructor(left: number, options?: ErrorOptions) {
    super(left === 1 ? '1 browser session is left' : `${left} browser sessions are left`, options);
    this.left = left;
  }
}

/** The browser sessions of a user that are not over. @throws {FastlyError} */
export async function sessionsOf(fastly: FastlyClient, id: UserId): Promise<ApiTokenId[]> {
  const { sessions } = await accountTokens(fastly);
  const now = Date.now();
  return sessions
    .filter((session) => session.user_id === id && !isExpired(session, now))
    .map((session) => session.id);
}

/**
 * Ends browser sessions: each is a token, which is revoked. It took effect once the user has none at all.
 *
 * @param ids at most `MOST_ENDED` sessions; `call` throws {SessionsLeft} where there are others then
 */
export function endingSessions(
  fastly: FastlyClient,
  user: UserId,
  ids: readonly ApiTokenId[],
): Operation<readonly ApiTokenId[], readonly ApiTokenId[]> {
  const look = () => sessionsOf(fastly, user);
  return {
    async call() {
      let ended = 0;
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const some = await Promise.allSettled(ids.slice(from, from + AT_ONCE).map((id) => end(fastly, id)));
        const failures = some.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
        ended += some.length - failures.length;
        if (failures.length === 0) continue;
        const lost = failures.find((error) => isFastlyError(error) && error.mayHaveBeenCarriedOut);
        throw (
          lost ?? (ended > 0 ? new SessionsLeft(ids.length - ended, { cause: failures[0] }) : failures[0])
        );
      }
      const left = ids.length === 0 ? [] : await look();
      if (left.length > 0) throw new SessionsLeft(left.length);
      return left;
    },
    look,
    effect: (left) => (left.length === 0 ? { kind: 'done', value: left } : { kind: 'nothing' }),
  };
}

/** A token that is gone already has ended. */
async function end(fastly: FastlyClient, id: ApiTokenId): Promise<void> {
  try {
    await fastly.revokeToken(id);
  } catch (error) {
    if (!isFastlyError(error) || error.kind !== 'not_found') throw error;
  }
}
