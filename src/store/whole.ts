import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

/**
 * Reads JSON whole or not at all. `null` where the schema doesn't know all of it: an older version that dropped a field
 * of a newer one could carry out something else than was asked for.
 */
export function readWhole<T>(
  schema: z.ZodType<T>,
  json: string,
  parse: (json: string) => unknown = JSON.parse,
): { whole: T } | null {
  try {
    const stored = parse(json);
    const { data, success } = schema.safeParse(stored);
    return success && isDeepStrictEqual(data, stored) ? { whole: data } : null;
  } catch {
    return null;
  }
}

/**
 * The first `limit` of what `find` finds and `readable` keeps. However much of a newer version is found first, it keeps
 * nothing else waiting.
 */
export async function firstReadable<T>(
  limit: number,
  find: (most: number) => Promise<readonly T[]>,
  readable: (found: readonly T[]) => readonly T[] | Promise<readonly T[]>,
): Promise<T[]> {
  for (let most = limit; ; most *= 4) {
    const found = await find(most);
    const kept = await readable(found);
    if (kept.length >= limit || found.length < most) return kept.slice(0, limit);
  }
}
