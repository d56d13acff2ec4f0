import type { InputBlock } from '@slack/types';
import { z } from 'zod';
import { isFastlyError } from '../../fastly/errors.ts';
import { explain } from '../../messages/failure-text.ts';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, type Sentence, say, typedWords } from '../../messages/kit/sentence.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import type { Subcommand } from '../subcommand.ts';
import { linkedAddress, type Word, WordsError } from './command-text.ts';

/** Block and action id of the field for an email address that is, or will be, a login. */
export const ADDRESS = 'address';

/**
 * Whether it is an email address whose domain could be a public one: it has a dot, and its last label is of letters or
 * begins with `xn--`.
 */
export function looksLikeAnAddress(text: string): boolean {
  return /^[^@\s]+@([a-z\d]([a-z\d-]*[a-z\d])?\.)+([a-z]{2,}|xn--[a-z\d-]+)$/i.test(text.trim());
}

/** What every email address has. Fastly checks the rest. */
const Address = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@\p{Cc}]+@/u)
  .refine(looksLikeAnAddress)
  .refine((address) => address.isWellFormed());

export function addressInput(label: string, filled: string | null): InputBlock {
  const hint = 'An email address, such as ada@example.com.';
  return textInput({ id: ADDRESS, label, hint, value: filled, focused: true });
}

/** @throws {FieldError} for text that can't be an email address */
export function readAddress(text: string | null | undefined): string {
  const typed = text ?? '';
  const address = Address.safeParse(typed);
  if (address.success) return address.data;
  throw new FieldError(
    ADDRESS,
    typed.trim() === ''
      ? say`Type an email address, such as ada@example.com.`
      : say`${typedWords(typed)} isn't an email address. Type one such as ${code('ada@example.com')}.`,
  );
}

/**
 * The one address among the words after a subcommand; null when there are none.
 *
 * @throws {WordsError} for more than one, or none that could be an address
 */
export function addressInWords(words: readonly Word[], { name, usage }: Subcommand): string | null {
  const [word, another] = words;
  if (!word) return null;
  if (word.kind === 'mention') {
    throw new WordsError(say`A mention doesn't say which email address to use. Type the address itself.`);
  }
  if (another) {
    const typed = another.kind === 'mention' ? 'a mention' : another.text;
    throw new WordsError(
      say`${code(name)} takes one email address, but you also typed ${typedWords(typed)}. Put a value with spaces in quotes. Usage: ${code(`/fastly-user ${name} ${usage}`)}`,
    );
  }
  return readAddress(linkedAddress(word) ?? word.text);
}

/** Why this login can't be created or invited. */
export function isUserAlready(login: string): Sentence {
  return say`${code(login)} is already a user. Run ${code(`/fastly-user get ${login}`)}.`;
}

/**
 * Fastly's refusal of what was sent, at the field it speaks of; anything else as it is.
 *
 * @param fields which block of a form it is about, by a word that Fastly uses; the first that fits counts
 */
export function atItsField(error: unknown, fields: readonly [word: RegExp, block: string][]): unknown {
  if (!isFastlyError(error) || (error.kind !== 'invalid' && error.kind !== 'duplicate')) return error;
  const words = `${error.msg ?? ''} ${error.detail ?? ''}`;
  const field = fields.find(([word]) => word.test(words));
  return field ? new FieldError(field[1], explain(error)) : error;
}
