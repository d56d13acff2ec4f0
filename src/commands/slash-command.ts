import { Refusal } from '../slack/failure.ts';
import type { Listener } from '../slack/listeners.ts';
import { newRequest } from '../slack/request.ts';
import { userPickerListener } from '../slack/user-picker.ts';
import { readFlags, splitWords } from '../slack/words.ts';
import { decisions } from './approvals/decisions.ts';
import { lockNow } from './approvals/lock-now.ts';
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
    if (!subcommand || services.disabled.has(name)) {
      throw new Refusal(notUnderstood(name, SUBCOMMANDS, services.disabled));
    }
    const { positional, flags } = readFlags(rest, { ...subcommand.flags, private: 'switch' });
    const origin = { channel: incoming.channel, private: flags.private === true };
    const request = newRequest(services, delivery, { origin, responseUrl: incoming.responseUrl });
    await subcommand.run(request, { words: positional, flags, triggerId: incoming.triggerId });
  },
};

/**
 * The registry of everything the bot listens for. A subcommand that is switched off takes its forms and buttons with
 * it; those of approval requests stay, so that what waits can be decided.
 */
export function listenersWithout(disabled: ReadonlySet<string>): readonly Listener[] {
  return [
    slashCommand,
    userPickerListener,
    ...decisions,
    lockNow,
    ...SUBCOMMANDS.filter(({ name }) => !disabled.has(name)).flatMap(({ listeners }) => listeners),
  ];
}

export const LISTENERS = listenersWithout(new Set());
