import type { InputBlock } from '@slack/types';
import { z } from 'zod';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, say, typedWords } from '../../messages/kit/sentence.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { WordsError } from './command-text.ts';

const MOST_DAYS = 9_999;
const DAYS_LENGTH = 10;

/** A period, as a flag or a field takes it. */
export const Days = z.int().positive().max(MOST_DAYS);

/** '90d', '90 days' or '90' as days; null where nothing was typed. @throws {WordsError} */
export function daysIn(
  typed: string | boolean | null | undefined,
  what: ReturnType<typeof code>,
): number | null {
  if (typeof typed !== 'string' || typed.trim() === '') return null;
  const [, days] = /^(\d+)\s*(?:d|days?)?$/i.exec(typed.trim()) ?? [];
  const read = Days.safeParse(Number(days)).data;
  if (read !== undefined) return read;
  throw new WordsError(say`${what} takes a number of days such as ${code('90d')}, not ${typedWords(typed)}.`);
}

export function daysInput(id: string, label: string, chosen: number | null): InputBlock {
  return textInput({
    id,
    label,
    hint: 'A number of days.',
    value: chosen === null ? null : String(chosen),
    maxLength: DAYS_LENGTH,
    optional: true,
  });
}

/** What was typed into a field; null where nothing was. @throws {FieldError} */
export function daysInField(values: FormValues, id: string): number | null {
  try {
    return daysIn(values[id], code(id));
  } catch (error) {
    throw error instanceof WordsError ? new FieldError(id, error.sentence) : error;
  }
}
