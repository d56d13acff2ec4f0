import { Refusal } from '../messages/failure-text.ts';
import type { Sentence } from '../messages/kit/sentence.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import { decisions } from './approvals/decisions.ts';
import { lockNow } from './approvals/lock-now.ts';
import { notUnderstood } from './help.ts';
import { homeListeners } from './home.ts';
import { SUBCOMMANDS } from './index.ts';
import { readFlags, splitWords } from './inputs/command-text.ts';
import { userPickerListener } from './inputs/user-picker.ts';
import type { Subcommand } from './subcommand.ts';

/** `/fastly-user <subcommand> [user] [--flags]`: reads the words and hands them to the subcommand. */
const slashCommand: Listener = {
  kind: 'command',
  id: '/fastly-user',
  async run(interaction, { text }) {
    const { disabled } = interaction.services;
    const wordless = findWordless(text);
    if (wordless) {
      const { name, refusal } = wordless;
      if (disabled.has(name)) throw new Refusal(notUnderstood(name, SUBCOMMANDS, disabled));
      if (text.trim().toLowerCase() !== name) throw new Refusal(refusal);
      return await wordless.run(interaction.shownTo({ private: false }), { words: [], flags: {} });
    }
    const [first, ...rest] = splitWords(text);
    const name = first === undefined ? 'help' : first.kind === 'text' ? first.text.toLowerCase() : '';
    const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name);
    if (!subcommand || disabled.has(name)) {
      throw new Refusal(notUnderstood(name, SUBCOMMANDS, disabled));
    }
    const { positional, flags } = readFlags(rest, { ...subcommand.flags, private: 'switch' });
    const shown = interaction.shownTo({ private: flags.private === true });
    await shown.reply.waitFor(subcommand.run(shown, { words: positional, flags }));
  },
};

/**
 * The wordless subcommand that a text is meant for. Looked for before anything is read, and also behind a quote or in
 * front of a sign: `"password …` and `password=…` hold a secret as well.
 */
function findWordless(text: string): (Subcommand & { refusal: Sentence }) | null {
  for (const subcommand of SUBCOMMANDS) {
    const { name, wordless: refusal } = subcommand;
    if (refusal && new RegExp(`^\\W*${name}\\b`, 'i').test(text)) return { ...subcommand, refusal };
  }
  return null;
}

/**
 * The registry of everything the bot listens for. A subcommand that is switched off takes its forms and buttons with
 * it; those of approval requests stay, so that what waits can be decided.
 */
export function listenersWithout(disabled: ReadonlySet<string>): readonly Listener[] {
  return [
    slashCommand,
    userPickerListener,
    ...homeListeners(disabled),
    ...decisions,
    lockNow,
    ...SUBCOMMANDS.filter(({ name }) => !disabled.has(name)).flatMap(({ listeners }) => listeners),
  ];
}

export const LISTENERS = listenersWithout(new Set());
