import type { InputBlock } from '@slack/types';
import { z } from 'zod';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import type { Subcommand } from '../subcommand.ts';
import { type Word, WordsError } from './command-text.ts';

/** Block and action id of the field for the e-mail address that is somebody's login. */
export const ADDRESS = 'address';

/**
 * Whether it is an e-mail address with a domain as they are in the world: dots between its labels, and letters at its
 * end.
 */
export function looksLikeAnAddress(text: string): boolean {
  return /^[^@\s]+@([a-z\d]([a-z\d-]*[a-z\d])?\.)+([a-z]{2,}|xn--[a-z\d-]+)$/i.test(text.trim());
}

/** What an e-mail address has for sure; the rest is for Fastly to say. */
const Address = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@\p{Cc}]+@/u)
  .refine(looksLikeAnAddress)
  .refine((address) => address.isWellFormed());

export function addressInput(label: string, filled: string | null): InputBlock {
  const hint = 'An e-mail address, such as ada@example.com.';
  return textInput({ id: ADDRESS, label, hint, value: filled, focused: true });
}

/** @throws {FieldError} for what cannot be an address */
export function readAddress(text: string | null | undefined): string {
  const address = Address.safeParse(text ?? '');
  if (address.success) return address.data;
  throw new FieldError(ADDRESS, notAnAddress(text ?? ''));
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
    throw new WordsError(say`A mention does not say which address to use. Type the e-mail address itself.`);
  }
  if (another) {
    const typed = another.kind === 'text' ? another.text : 'a mention';
    throw new WordsError(
      say`${code(name)} takes one address, and does not know what to do with ${code(typed)}. A value of several words stands in quotes. It goes like this: ${code(`/fastly-user ${name} ${usage}`)}`,
    );
  }
  return readAddress(word.text);
}

function notAnAddress(typed: string): Sentence {
  return typed.trim() === ''
    ? say`Type an e-mail address, such as ada@example.com.`
    : say`${code(typed)} is no e-mail address. One looks like ${code('ada@example.com')}.`;
}

/** That nobody can come by this address, as they are there. */
export function isUserAlready(login: string): Sentence {
  return say`${code(login)} is a user already. Look at them with ${code(`/fastly-user get ${login}`)}.`;
}
