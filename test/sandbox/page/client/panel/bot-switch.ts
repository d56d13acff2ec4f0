import { h } from 'preact';
import { useState } from 'preact/hooks';
import type { BotState } from '../../../control/protocol.ts';
import { reasonOf, setBot } from '../control.ts';

/** How the bot's process stands, and the switch to kill it in the middle of things and to start it again. */
export function BotSwitch({ bot }: { bot: BotState }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { lamp, words } = standingOf(bot);
  const want = bot.process === 'running' ? 'kill' : 'start';
  async function change(): Promise<void> {
    setBusy(true);
    setProblem(null);
    await setBot(want).catch((error: unknown) => setProblem(reasonOf(error)));
    setBusy(false);
  }
  return h(
    'section',
    { class: 'bot', 'aria-label': 'The bot' },
    h('h3', null, 'The bot'),
    h(
      'p',
      { class: 'bot-state' },
      h('span', { class: `lamp ${lamp}`, 'aria-hidden': true }),
      h('span', { role: 'status' }, words),
      bot.process !== 'foreign' &&
        h(
          'button',
          {
            type: 'button',
            class: `button ${want === 'kill' ? 'danger' : 'primary'}`,
            disabled: busy,
            onClick: change,
          },
          want === 'kill' ? 'Kill the bot' : 'Start the bot',
        ),
    ),
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
  );
}

/** The colour of the lamp, and what it means. */
function standingOf({ process, connected }: BotState): { lamp: string; words: string } {
  if (process === 'ended') return { lamp: 'off', words: 'Not running' };
  if (connected) return { lamp: 'on', words: 'Connected to Slack' };
  return process === 'running'
    ? { lamp: 'starting', words: 'Starting…' }
    : { lamp: 'off', words: 'Not connected; you run it yourself' };
}
