import { code, say } from '../../messages/kit/sentence.ts';
import type { Subcommand } from '../subcommand.ts';
import { type Word, WordsError } from './command-text.ts';

/**
 * For a subcommand that takes none: words that mean nothing are refused, not ignored.
 *
 * @throws {WordsError} when there are any
 */
export function refuseWords({ name, usage }: Subcommand, words: readonly Word[]): void {
  const first = words[0];
  if (!first) return;
  const typed = first.kind === 'text' ? first.text : 'a mention';
  throw new WordsError(
    say`${code(name)} does not know what to do with ${code(typed)}. It goes like this: ${code(`/fastly-user ${name} ${usage}`.trim())}`,
  );
}
