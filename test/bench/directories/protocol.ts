import { z } from 'zod';

/** `load`: get all users and keep them. `search`: look for many of them, one after the other. */
export const Request = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('load') }),
  z.object({ kind: z.literal('search') }),
]);

/** Times in milliseconds. `last` is the login of the last user of Fastly's list. */
export const Answers = {
  load: z.object({ milliseconds: z.number(), longestBlock: z.number(), users: z.number(), last: z.string() }),
  search: z.object({ p99: z.number() }),
};
