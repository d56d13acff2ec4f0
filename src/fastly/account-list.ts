import { z } from 'zod';
import { jsonEntries } from './json-entries.ts';
import { LongWork } from './long-work.ts';
import type { CustomerId } from './user.ts';

/** What a list of an account has, each id once, and how many further entries of it could not be read. */
export type AccountList<T> = { entries: T[]; unreadable: number };

export type Entry = { id: string; customer_id?: CustomerId | null | undefined };

/** The entries of a list, but for those of another account. A list can be long, so it is read in pieces. */
export async function entriesIn<T extends Entry>(
  pieces: AsyncIterable<string>,
  schema: z.ZodType<T>,
  customerId: CustomerId,
): Promise<z.ZodSafeParseResult<AccountList<T>>> {
  const entries: T[] = [];
  const ids = new Set<string>();
  let unreadable = 0;
  const work = new LongWork();
  try {
    for await (const some of jsonEntries(pieces)) {
      for (const each of some) {
        const entry = schema.safeParse(each).data;
        if (!entry) unreadable += 1;
        else if ((entry.customer_id || customerId) === customerId && !ids.has(entry.id)) {
          ids.add(entry.id);
          entries.push(entry);
        }
        if (work.isLong) await work.pause();
      }
    }
    return { success: true, data: { entries, unreadable } };
  } catch (error) {
    if (error instanceof SyntaxError) return z.custom<AccountList<T>>(() => false).safeParse(null);
    throw error;
  }
}
