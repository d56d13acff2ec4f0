import { h } from 'preact';
import type { Live } from '../../../control/protocol.ts';

/** What was asked of Fastly's API, the latest first. */
export function Calls({ calls, earlier }: { calls: Live['fastly']['calls']; earlier: number }) {
  return h(
    'section',
    { 'aria-label': 'Calls to Fastly' },
    h('h3', null, 'Calls to Fastly ', h('small', null, earlier + calls.length)),
    calls.length === 0 && h('p', { class: 'aside' }, 'None yet.'),
    calls.length > 0 &&
      h(
        'ol',
        { class: 'calls', reversed: true },
        calls
          .map(({ method, path, status, milliseconds }, index) =>
            h(
              'li',
              { key: earlier + index },
              h('strong', null, method),
              h('code', { title: path }, path),
              h('span', { class: status === null || status >= 400 ? 'bad' : 'good' }, status ?? 'no answer'),
              h('small', null, `${milliseconds} ms`),
            ),
          )
          .reverse(),
      ),
  );
}
