import type { SubcommandName } from '../config/subcommand-names.ts';
import { code, type Sentence, say, typedWords } from '../messages/kit/sentence.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import type { Services } from '../slack/replies/services.ts';
import { type FlagKinds, type FlagValues, type Word, WordsError } from './inputs/command-text.ts';
import type { OnUser } from './inputs/question.ts';

/** What was typed after the subcommand, with `--private` already taken out. */
type Typed = { words: readonly Word[]; flags: FlagValues };

/**
 * What to know before using a subcommand: what it does, what it needs from others, what it never does. A function where
 * that depends on how this installation is set up.
 */
type About = Sentence | ((services: Services) => Sentence);

/** What follows `/fastly-user`. Help, usage hints and the registry of listeners follow from it. */
export type Subcommand = {
  name: SubcommandName;
  /** What it does, in a few words: 'Delete a user'. */
  summary: string;
  about: About;
  /** What may follow the name, as `[user] [--private]`. */
  usage: string;
  /** What one could type after `/fastly-user`, as it stands. */
  examples: readonly string[];
  /** Flags of its own, beside `--private`. */
  flags: FlagKinds;
  /**
   * Set if a secret could follow the name. The bot then reads nothing after the name: if something is there, it answers
   * with this sentence.
   */
  unread?: Sentence;
  /** Acts on words; opens its modal where they do not suffice. What it throws is told to the caller. */
  run(interaction: Interaction, typed: Typed): Promise<void>;
  /** What it does to a user who was asked for. None where it is about nobody. */
  onUser?: OnUser;
  /** Its form, its buttons. */
  listeners: readonly Listener[];
};

/** Refuses words after a subcommand that takes none. @throws {WordsError} */
export function refuseWords({ name, usage }: Subcommand, words: readonly Word[]): void {
  const first = words[0];
  if (!first) return;
  const typed = first.kind === 'mention' ? 'a mention' : first.text;
  throw new WordsError(
    say`${code(name)} doesn't take ${typedWords(typed)}. Usage: ${code(`/fastly-user ${name} ${usage}`.trim())}`,
  );
}
