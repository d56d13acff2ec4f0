import { z } from 'zod';
import { serve } from '../worker.ts';
import { Calls } from './protocol.ts';

/** Where Fastly is, and with which token, as the bench has told this process. */
export const account = z
  .object({ FASTLY_URL: z.string(), FASTLY_TOKEN: z.string() })
  .transform(({ FASTLY_URL, FASTLY_TOKEN }) => ({ url: FASTLY_URL, token: FASTLY_TOKEN }))
  .parse(process.env);

/** Has the bench time a client that gets a user. */
export function serveCalls(get: (id: string) => Promise<unknown>): void {
  serve(async (request) => {
    const { id, calls, atOnce } = Calls.parse(request);
    const took: number[] = [];
    let left = calls;
    let last: unknown;
    const caller = async () => {
      while (left > 0) {
        left -= 1;
        const sent = performance.now();
        last = await get(id);
        took.push(performance.now() - sent);
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: atOnce }, caller));
    const milliseconds = performance.now() - begun;
    const sorted = took.toSorted((one, other) => one - other);
    return { milliseconds, median: sorted[Math.floor(sorted.length / 2)], last };
  });
}
