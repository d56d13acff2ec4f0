import { z } from 'zod';

/** One user is asked for `calls` times, `atOnce` calls at a time. */
export const Calls = z.object({ id: z.string(), calls: z.number(), atOnce: z.number() });
export type Calls = z.infer<typeof Calls>;

/** `milliseconds` for all calls, `median` for one. `last` is what the last call answered. */
export const Took = z.object({ milliseconds: z.number(), median: z.number(), last: z.unknown() });
