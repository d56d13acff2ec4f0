import { z } from 'zod';
import type { SubcommandName } from '../config/subcommand-names.ts';
import { ChannelId } from '../ids.ts';
import { Refusal } from '../messages/failure-text.ts';
import { code, say } from '../messages/kit/sentence.ts';

export type Codec<T> = {
  write(value: T): string;
  /** @throws {Refusal} when the text was not written by this version of the bot */
  read(text: string | null): T;
};

/** The codec for what the buttons or forms of one kind carry. @param subcommand what to run instead, if the text can't be read */
export function codecFor<T>(
  by: 'button' | 'form',
  schema: z.ZodType<T>,
  subcommand: SubcommandName,
): Codec<T> {
  return {
    write: (value) => JSON.stringify(value),
    read(text) {
      const value = readJson(schema, text);
      if (value === null) throw noLongerWorks(by, subcommand);
      return value;
    },
  };
}

/** A button or form of an older version of the bot, or one that was tampered with. */
export function noLongerWorks(what: 'button' | 'form', subcommand: SubcommandName): Refusal {
  return new Refusal(
    say`This ${what} no longer works. Start again with ${code(`/fastly-user ${subcommand}`)}.`,
  );
}

/** JSON that fits a schema; `null` for any other text. */
export function readJson<T>(schema: z.ZodType<T>, text: string | null): T | null {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data ?? null;
  } catch {
    return null;
  }
}

const Schema = z.object({ channel: ChannelId.nullable(), private: z.boolean() });
const Metadata = z.object({ subject: z.string() });

/** Where an interaction started, and whether its result is private. `channel` is `null` for the Home tab. */
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
