import { z } from 'zod';
import { jsonEntries } from './json-entries.ts';
import { LongWork } from './long-work.ts';
import { type CustomerId, User, type UserId } from './user.ts';

/** The users of an account, each id once, and how many further entries of the list could not be read. */
export type UserList = { users: User[]; unreadable: number };

/** The users in a list, each id once, but for those of another account. A list can be long, so it is read in pieces. */
export async function usersIn(
  pieces: AsyncIterable<string>,
  customerId: CustomerId,
): Promise<z.ZodSafeParseResult<UserList>> {
  const users: User[] = [];
  const ids = new Set<UserId>();
  let unreadable = 0;
  const work = new LongWork();
  try {
    for await (const entries of jsonEntries(pieces)) {
      for (const entry of entries) {
        const user = User.safeParse(entry).data;
        if (!user) unreadable += 1;
        else if ((user.customer_id || customerId) === customerId && !ids.has(user.id)) {
          ids.add(user.id);
          users.push(user);
        }
        if (work.isLong) await work.pause();
      }
    }
    return { success: true, data: { users, unreadable } };
  } catch (error) {
    if (error instanceof SyntaxError) return z.custom<UserList>(() => false).safeParse(null);
    throw error;
  }
}
