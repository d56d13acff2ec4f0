import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { BotState } from '../../../control/protocol.ts';
import { moveClock, reasonOf } from '../control.ts';
import { useNames } from '../names.ts';
import { now } from '../now.ts';

const MINUTE = 60_000;
const STEPS = [
  { name: '15 minutes on', step: { advance: 15 * MINUTE } },
  { name: '1 hour on', step: { advance: 60 * MINUTE } },
  { name: '6 hours on', step: { advance: 6 * 60 * MINUTE } },
];

/** What time it is for Slack, Fastly and the bot, and the buttons that move it on. */
export function Clock({ bot }: { bot: BotState }) {
  const { reportAt } = useNames().setting;
  const [, tick] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const timer = setInterval(() => tick(now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const isOurs = bot.process !== 'foreign';
  const steps = isOurs ? [...STEPS, { name: 'To the next report', step: { to: reportAt } }] : STEPS;
  const shown = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return h(
    'section',
    { class: 'bot', 'aria-label': 'The clock' },
    h('h3', null, 'The clock'),
    h('p', null, h('time', { role: 'status' }, shown.format(now()))),
    h(
      'p',
      { class: 'clock-steps' },
      steps.map(({ name, step }) =>
        h(
          'button',
          {
            key: name,
            type: 'button',
            class: 'button',
            onClick: () =>
              moveClock(step).then(
                () => setProblem(null),
                (error: unknown) => setProblem(reasonOf(error)),
              ),
          },
          name,
        ),
      ),
    ),
    h(
      'small',
      null,
      isOurs
        ? `The report is due at ${reportAt} UTC. A step past the end of a role leaves out the reminder.`
        : 'A bot that you run yourself keeps its own clock.',
    ),
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
  );
}
