import { h } from 'preact';
import { Avatar } from './avatar.ts';
import type { Notice } from './notices.ts';
import { formatTs } from './text/date.ts';

/** What Slack itself says, as it says it: as Slackbot, to the member alone. */
export function SlackNotice({ notice }: { notice: Notice }) {
  return h(
    'article',
    { class: 'message ephemeral', 'aria-label': `Slackbot, ${formatTs(notice.ts)}, only visible to you` },
    h(Avatar, { name: 'Slackbot' }),
    h(
      'div',
      { class: 'message-content' },
      h('p', { class: 'only-you' }, h('span', { 'aria-hidden': true }, '👁 '), 'Only visible to you'),
      h(
        'div',
        { class: 'message-head' },
        h('strong', null, 'Slackbot'),
        h('time', null, formatTs(notice.ts)),
      ),
      h('div', null, notice.text),
    ),
  );
}
