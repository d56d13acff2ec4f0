import type { FastlyClient } from './client.ts';
import { FastlyUnexpectedAnswer } from './errors.ts';
import type { User } from './user.ts';

/**
 * The users of the account behind the token, asked of Fastly now; the deleted are left out.
 *
 * @throws {FastlyError}
 */
export async function accountUsers(fastly: FastlyClient): Promise<User[]> {
  const { customer_id } = await fastly.getCurrentUser();
  if (!customer_id)
    throw new FastlyUnexpectedAnswer('get_current_user', 200, 'the answer names no account', false);
  return (await fastly.listUsers(customer_id)).filter((user) => !user.deleted_at);
}

/** The user with exactly this login, letter case aside, asked of Fastly now; `null` when there is none. */
export async function userWithLogin(fastly: FastlyClient, login: string): Promise<User | null> {
  const wanted = login.toLowerCase();
  return (await accountUsers(fastly)).find((user) => user.login.toLowerCase() === wanted) ?? null;
}
