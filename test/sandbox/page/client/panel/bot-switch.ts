import { h } from 'preact';
import { useState } from 'preact/hooks';
import type { BotState } from '../../../control/protocol.ts';
import { reasonOf, setBot } from '../control.ts';

/** How the bot's process stands, and the switch to kill it in the middle of things and to start it again. */
export function BotSwitch({ bot }: { bot: BotState }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
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
      h('span', { class: `lamp ${lampOf(bot)}`, 'aria-hidden': true }),
      h('span', { role: 'status' }, wordsFor(bot)),
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

function lampOf({ process, connected }: BotState): string {
  if (process !== 'ended' && connected) return 'on';
  return process === 'running' ? 'starting' : 'off';
}

function wordsFor({ process, connected }: BotState): string {
  if (process === 'ended') return 'Not running';
  if (connected) return 'Connected to Slack';
  return process === 'running' ? 'Starting…' : 'Not connected; you run it yourself';
}
