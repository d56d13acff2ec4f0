import type { Delivery } from '../slack/delivery.ts';
import { Refusal } from '../slack/failure.ts';
import type { Listener } from '../slack/listeners.ts';
import { newRequest, type Request, type Services } from '../slack/request.ts';
import type { Sentence } from '../slack/sentence.ts';
import { userPickerListener } from '../slack/user-picker.ts';
import { readFlags, splitWords } from '../slack/words.ts';
import { decisions } from './approvals/decisions.ts';
import { lockNow } from './approvals/lock-now.ts';
import { notUnderstood } from './help.ts';
import { homeListeners } from './home.ts';
import { SUBCOMMANDS } from './index.ts';
import type { Subcommand } from './subcommand.ts';

/** `/fastly-user <subcommand> [user] [--flags]`: reads the words and hands them to the subcommand. */
const slashCommand: Listener = {
  kind: 'command',
  id: '/fastly-user',
  async run(delivery, services) {
    const { text, triggerId } = delivery.incoming;
    const wordless = findWordless(text);
    if (wordless) {
      const { name, refusal } = wordless;
      if (services.disabled.has(name)) throw new Refusal(notUnderstood(name, SUBCOMMANDS, services.disabled));
      if (text.trim().toLowerCase() !== name) throw new Refusal(refusal);
      return await wordless.run(requestFrom(delivery, services, false), { words: [], flags: {}, triggerId });
    }
    const [first, ...rest] = splitWords(text);
    const name = first === undefined ? 'help' : first.kind === 'text' ? first.text.toLowerCase() : '';
    const subcommand = SUBCOMMANDS.find((candidate) => candidate.name === name);
    if (!subcommand || services.disabled.has(name)) {
      throw new Refusal(notUnderstood(name, SUBCOMMANDS, services.disabled));
    }
    const { positional, flags } = readFlags(rest, { ...subcommand.flags, private: 'switch' });
    const request = requestFrom(delivery, services, flags.private === true);
    await request.reply.waitFor(subcommand.run(request, { words: positional, flags, triggerId }));
  },
};

function requestFrom(delivery: Delivery<'command'>, services: Services, alone: boolean): Request {
  const { channel, responseUrl } = delivery.incoming;
  return newRequest(services, delivery, { origin: { channel, private: alone }, responseUrl });
}

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
