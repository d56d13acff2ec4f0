import { z } from 'zod';
import { ChannelId } from './ids.ts';

const Schema = z.object({ channel: ChannelId.nullable(), private: z.boolean() });

/** Where a thing was started, and whether its result is for the caller alone. `channel` is `null` for the Home tab. */
export type Origin = z.infer<typeof Schema>;

/** An origin travels in a modal's `private_metadata` and in buttons, and comes back as input. */
export const Origin = {
  write: (origin: Origin): string => JSON.stringify(origin),
  /** `null` when the text is not an origin. */
  read: (text: string): Origin | null => {
    try {
      return Schema.safeParse(JSON.parse(text)).data ?? null;
    } catch {
      return null;
    }
  },
};
