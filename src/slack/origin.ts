import { z } from 'zod';
import { ChannelId } from '../ids.ts';
import { readJson } from './carried.ts';

const Schema = z.object({ channel: ChannelId.nullable(), private: z.boolean() });
const Metadata = z.object({ subject: z.string() });

/** Where a thing was started, and whether its result is for the caller alone. `channel` is `null` for the Home tab. */
export type Origin = z.infer<typeof Schema>;

/** An origin travels in a modal's `private_metadata`, with what the modal is about, and comes back as input. */
export const Origin = {
  write: (origin: Origin, subject: string | null = null): string =>
    JSON.stringify({ ...origin, ...(subject !== null && { subject }) }),
  /** `null` when the text is not an origin. */
  read: (text: string): Origin | null => readJson(Schema, text),
  /** `null` when the text names no subject. */
  readSubject: (text: string): string | null => readJson(Metadata, text)?.subject ?? null,
};
