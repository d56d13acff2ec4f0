import { Refusal } from '../slack/failure.ts';
import type { Listener } from '../slack/listeners.ts';
import { newRequest } from '../slack/request.ts';
import { userPickerListener } from '../slack/user-picker.ts';
import { readFlags, splitWords } from '../slack/words.ts';
import { notUnderstood } from './help.ts';
import { SUBCOMMANDS } from './index.ts';

/** `/fastly-user <subcommand> [user] [--flags]`: reads the words and hands them to the subcommand. */
const slashCommand: Listener = {
  kind: 'command',
  id: '/fastly-user',
  async run(delivery, services) {
    const { incoming } = delivery;
    const [first, ...rest] = splitWords(incoming.text);
    const name = first === undefined ? 'help' : first.kind === 'text' ? first.text.toLowerCase() : '';
    const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name);
    if (!subcommand) throw new Refusal(notUnderstood(name, SUBCOMMANDS));
    const { positional, flags } = readFlags(rest, { ...subcommand.flags, private: 'switch' });
    const origin = { channel: incoming.channel, private: flags.private === true };
    const request = newRequest(services, delivery, { origin, responseUrl: incoming.responseUrl });
    await subcommand.run(request, { words: positional, flags, triggerId: incoming.triggerId });
  },
};

/** The registry of everything the bot listens for. */
export const LISTENERS: readonly Listener[] = [
  slashCommand,
  userPickerListener,
  ...SUBCOMMANDS.flatMap((subcommand) => subcommand.listeners),
];
