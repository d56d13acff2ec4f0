import { Refusal } from '../messages/failure-text.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import { decisions } from './approvals/decisions.ts';
import { lockNow } from './approvals/lock-now.ts';
import { nameIn, subcommandNamed } from './help.ts';
import { homeListeners } from './home.ts';
import { SUBCOMMANDS } from './index.ts';
import { readFlags, splitWords } from './inputs/command-text.ts';
import { userPickerListener } from './inputs/user-picker.ts';

/** `/fastly-user <subcommand> [user] [--flags]`: reads the words and hands them to the subcommand. */
const slashCommand: Listener = {
  kind: 'command',
  id: '/fastly-user',
  async run(interaction, { text }) {
    const { disabled } = interaction.services;
    for (const { name, wordless } of SUBCOMMANDS) {
      if (!wordless || !isMeant(name, text)) continue;
      const subcommand = subcommandNamed(name, SUBCOMMANDS, disabled);
      if (text.trim().toLowerCase() !== name) throw new Refusal(wordless);
      return await subcommand.run(interaction.shownTo({ private: false }), { words: [], flags: {} });
    }
    const [first, ...rest] = splitWords(text);
    const subcommand = subcommandNamed(first ? nameIn(first) : 'help', SUBCOMMANDS, disabled);
    const { positional, flags } = readFlags(rest, { ...subcommand.flags, private: 'switch' });
    const shown = interaction.shownTo({ private: flags.private === true });
    await shown.reply.waitFor(subcommand.run(shown, { words: positional, flags }));
  },
};

/**
 * Whether a text is meant for a wordless subcommand. Asked before anything is read, and true behind a quote or in front
 * of a sign, too: `"password …` and `password=…` hold a secret as well.
 */
function isMeant(name: string, text: string): boolean {
  return new RegExp(`^\\W*${name}\\b`, 'i').test(text);
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
