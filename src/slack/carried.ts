import type { z } from 'zod';
import type { SubcommandName } from '../config/subcommand-names.ts';
import { Refusal } from '../messages/failure-text.ts';
import { code, say } from '../messages/kit/sentence.ts';

/** What a button or a form carries as JSON and brings back, as input. */
export type Carried<T> = {
  write(value: T): string;
  /** @throws {Refusal} when the text was not written by this version of the bot */
  read(text: string | null): T;
};

/** The codec for what the buttons or forms of one kind carry. @param subcommand starts the same thing anew */
export function carried<T>(
  by: 'button' | 'form',
  schema: z.ZodType<T>,
  subcommand: SubcommandName,
): Carried<T> {
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
