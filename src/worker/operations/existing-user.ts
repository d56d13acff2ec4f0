import type { FastlyClient } from '../../fastly/client.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import type { User, UserId } from '../../fastly/user.ts';

/** The user, or null when they are gone: unknown to Fastly, or marked as deleted. @throws {FastlyError} */
export async function existingUser(fastly: FastlyClient, id: UserId): Promise<User | null> {
  try {
    const user = await fastly.getUser(id);
    return user.deleted_at ? null : user;
  } catch (error) {
    if (isFastlyError(error) && error.kind === 'not_found') return null;
    throw error;
  }
}
