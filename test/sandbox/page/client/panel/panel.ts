import { h } from 'preact';
import type { LiveState } from '../live.ts';
import { BotSwitch } from './bot-switch.ts';
import { Calls } from './calls.ts';
import { Clock } from './clock.ts';
import { Faults } from './faults.ts';
import { People } from './people.ts';
import { Tokens } from './tokens.ts';
import { Users } from './users.ts';

/** The Fastly account beside Slack, and what can be made to go wrong. */
export function Panel({
  fastly,
  bot,
  people,
  clock,
  close,
}: Pick<LiveState, 'fastly' | 'bot' | 'people' | 'clock'> & { close: () => void }) {
  return h(
    'aside',
    { class: 'side panel', 'aria-label': 'Behind the scenes' },
    h(
      'header',
      { class: 'bar' },
      h('h2', null, 'Behind the scenes'),
      h(
        'button',
        { type: 'button', class: 'close panel-close', 'aria-label': 'Close the panel', onClick: close },
        '✕',
      ),
    ),
    h(
      'div',
      { class: 'panel-body' },
      bot !== null && h(BotSwitch, { bot }),
      bot !== null && clock !== null && h(Clock, { bot }),
      fastly !== null && [
        h(Faults, { key: 'faults', faults: fastly.faults }),
        people !== null && h(People, { key: 'people', people }),
        h(Users, { key: 'users', users: fastly.users }),
        h(Tokens, { key: 'tokens', tokens: fastly.tokens, users: fastly.users }),
        h(Calls, { key: 'calls', calls: fastly.calls, earlier: fastly.earlierCalls }),
      ],
    ),
  );
}
