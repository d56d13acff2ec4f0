import { accountTokens } from '../fastly/account-tokens.ts';
import type { ApiToken } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import type { UserId } from '../fastly/user.ts';

/** The token belongs to the Fastly user behind the bot's own, or may. It is never revoked. */
export class BotsOwnToken extends Error {}

/**
 * Ends a token for good. The one way to do so: none of the user behind the bot's token is ever revoked, not the current
 * one and no other. A token that is gone is revoked.
 *
 * @param owner whose token it has to be
 * @throws {BotsOwnToken} before any change
 * @throws {FastlyError}
 */
export async function revokeToken(fastly: FastlyClient, token: ApiToken, owner: UserId): Promise<void> {
  const [holder, own] = await Promise.all([fastly.getCurrentUser(), fastly.currentToken()]);
  if (token.user_id !== owner || owner === holder.id || token.id === own.id) throw new BotsOwnToken();
  try {
    await fastly.revokeToken(token.id);
  } catch (error) {
    if (isFastlyError(error) && error.kind === 'not_found') return;
    throw error;
  }
}

/** One request revokes no more, so that its message can name each. */
export const MOST_REVOKED = 50;

/** Whether a revocation whose answer was lost has taken effect. @throws {FastlyError} */
export async function isRevoked(fastly: FastlyClient, { id }: Pick<ApiToken, 'id'>): Promise<boolean> {
  const { programs, sessions } = await accountTokens(fastly);
  return [...programs, ...sessions].every((token) => token.id !== id);
}

/** Whether a revocation that failed may be sent again once a look has shown that the token is still there. */
export function mayRepeat({ mayHaveBeenCarriedOut, status }: FastlyError): boolean {
  // Fastly answered with 500: the call is over.
  return mayHaveBeenCarriedOut && status !== 500;
}
