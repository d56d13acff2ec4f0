import { CredentialRefused } from '../config/secret.ts';
import type { FastlyClient } from './client.ts';
import { type FastlyError, isFastlyError } from './errors.ts';
import type { User } from './user.ts';

/** Who the token belongs to. `user` is null where Fastly answers, and doesn't say it; `why` is its answer then. */
type Holder = { user: User } | { user: null; why: FastlyError };

/**
 * Reads from Fastly whose token it is, at the start.
 *
 * @throws {CredentialRefused} when Fastly refuses the token
 * @throws {FastlyError} when Fastly is away
 */
export async function readHolder(fastly: FastlyClient): Promise<Holder> {
  try {
    return { user: await fastly.getCurrentUser() };
  } catch (error) {
    if (!isFastlyError(error)) throw error;
    switch (error.kind) {
      case 'unauthorized':
      case 'forbidden':
        throw new CredentialRefused(
          `Fastly rejected FASTLY_API_TOKEN (${error.status}).`,
          'Set it to a valid token with the scope global.',
        );
      // A token without a user can still read. Where the answer can't be read, it may have changed, and others not.
      case 'not_found':
      case 'unexpected_answer':
        return { user: null, why: error };
      default:
        throw error;
    }
  }
}
