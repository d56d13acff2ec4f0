import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { BotState, ClockState } from '../../../control/protocol.ts';
import { advanceClock, reasonOf } from '../control.ts';

const HOUR = 3_600_000;
const STEPS = [
  { name: '1 hour on', milliseconds: HOUR },
  { name: '6 hours on', milliseconds: 6 * HOUR },
  { name: '1 day on', milliseconds: 24 * HOUR },
];

/** What time it is for Slack, Fastly and the bot, and the buttons that move it on. */
export function Clock({ clock, bot }: { clock: ClockState; bot: BotState }) {
  const [now, setNow] = useState(Date.now());
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const advance = (milliseconds: number) =>
    advanceClock(milliseconds).then(
      () => setProblem(null),
      (error: unknown) => setProblem(reasonOf(error)),
    );
  const shown = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return h(
    'section',
    { class: 'bot', 'aria-label': 'The clock' },
    h('h3', null, 'The clock'),
    h('p', null, h('time', { role: 'status' }, shown.format(now + clock.ahead))),
    h(
      'p',
      { class: 'clock-steps' },
      STEPS.map(({ name, milliseconds }) =>
        h(
          'button',
          { key: name, type: 'button', class: 'button', onClick: () => advance(milliseconds) },
          name,
        ),
      ),
    ),
    bot.process === 'foreign' && h('p', null, 'A bot that you run yourself keeps its own clock.'),
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
  );
}
