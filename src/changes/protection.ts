import { accountUsers } from '../fastly/account-users.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { FastlyUnexpectedAnswer } from '../fastly/errors.ts';
import type { User } from '../fastly/user.ts';
import { isSuperuser, mayBeSuperuser } from './superuser.ts';

/** Why a user is never deleted, demoted or locked, by anyone. */
export type Protection = 'token' | 'owner' | 'last-superuser';

/**
 * Whether this is the user behind the bot's token, the account's owner, or the last Fastly superuser who is not
 * locked, besides the token's own. Asks Fastly afresh: nobody counts as unprotected because nobody could look.
 *
 * @param asked the user, or who is being asked for meanwhile
 * @param owned the account, where it is being asked for anyway
 * @param usersNow reads the account's users
 * @throws {FastlyError}
 */
export async function protectionOf(
  fastly: FastlyClient,
  asked: User | Promise<User>,
  owned = fastly.currentCustomer(),
  usersNow = async (holder: User): Promise<readonly User[]> => (await accountUsers(fastly, holder)).users,
): Promise<Protection | null> {
  const [user, holder, account] = await Promise.all([asked, fastly.getCurrentUser(), owned]);
  if (user.id === holder.id) return 'token';
  if (!account.owner_id) {
    throw new FastlyUnexpectedAnswer('current_customer', 200, 'the answer names no owner', false);
  }
  if (user.id === account.owner_id) return 'owner';
  // Who may be one counts as one here, but not as one who would remain.
  if (!mayBeSuperuser(user) || !isStanding(user)) return null;
  const others = (await usersNow(holder)).filter(
    (other) => isSuperuser(other) && isStanding(other) && other.id !== user.id && other.id !== holder.id,
  );
  return others.length === 0 ? 'last-superuser' : null;
}

function isStanding(user: User): boolean {
  return !user.locked && !user.deleted_at;
}
