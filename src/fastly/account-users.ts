import { canonical } from './canonical.ts';
import type { FastlyClient } from './client.ts';
import { FastlyUnexpectedAnswer, isFastlyError } from './errors.ts';
import type { CustomerId, User, UserId, UserList } from './user.ts';

/**
 * The users of the account behind the token, asked of Fastly now; the deleted are left out. Where the account is known,
 * the list itself says how the token's user is now; only where the user is not in it is Fastly asked for them.
 *
 * @param holder the user behind the token, where the caller has just asked Fastly
 * @throws {FastlyError}
 */
export async function accountUsers(fastly: FastlyClient, holder?: User): Promise<UserList> {
  const wasKnown = holder === undefined && fastly.account !== null;
  const { users, unreadable } = await fastly.listUsers(await ownAccount(fastly, holder));
  if (wasKnown && !fastly.holderIsAmong(users)) await fastly.getCurrentUser();
  return { users: users.filter((user) => !user.deleted_at), unreadable };
}

/** The account behind the token, which stays the same: Fastly is asked until it has said it. @throws {FastlyError} */
export async function ownAccount(fastly: FastlyClient, holder?: User): Promise<CustomerId> {
  if (holder === undefined && fastly.account !== null) return fastly.account;
  const { customer_id } = holder ?? (await fastly.getCurrentUser());
  if (customer_id) return customer_id;
  throw new FastlyUnexpectedAnswer('get_current_user', 200, 'the answer names no account', false);
}

/** The user with exactly this login, letter case aside where nobody has it as written; `null` when there is none. */
export async function userWithLogin(fastly: FastlyClient, login: string): Promise<User | null> {
  const { users } = await accountUsers(fastly);
  const alike = users.filter((user) => canonical(user.login) === canonical(login));
  return alike.find((user) => user.login === login) ?? alike[0] ?? null;
}

/** The user; `null` when Fastly does not know the id or marks the user as deleted. @throws {FastlyError} */
export async function existingUser(fastly: FastlyClient, id: UserId): Promise<User | null> {
  const user = await knownUser(fastly, id);
  return user?.deleted_at ? null : user;
}

/** The user, deleted or not; `null` when Fastly does not know the id. @throws {FastlyError} */
export async function knownUser(users: Pick<FastlyClient, 'getUser'>, id: UserId): Promise<User | null> {
  try {
    return await users.getUser(id);
  } catch (error) {
    if (isFastlyError(error) && error.kind === 'not_found') return null;
    throw error;
  }
}
