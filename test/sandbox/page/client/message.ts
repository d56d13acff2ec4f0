import { h } from 'preact';
import { useMemo } from 'preact/hooks';
import { Avatar } from './avatar.ts';
import { Blocks } from './blocks/blocks.ts';
import { act, typeAhead } from './control.ts';
import { useNames } from './names.ts';
import type { Message as SeenMessage } from './seen.ts';
import { type Surface, SurfaceContext } from './surface.ts';
import { formatDate, formatTs } from './text/date.ts';
import { Mrkdwn } from './text/mrkdwn.ts';

type MessageProps = {
  message: SeenMessage;
  channelId: string;
  /** The replies in its thread; null inside of the thread. */
  replies: SeenMessage[] | null;
  /** Where its thread is opened. */
  threadAddress: string;
};

export function Message({ message, channelId, replies, threadAddress }: MessageProps) {
  const { nameOf, setting, memberId } = useNames();
  const { ts, author, text, blocks, ephemeral, edited } = message;
  const surface = useMemo(() => surfaceOf(memberId, channelId, ts), [memberId, channelId, ts]);
  const name = nameOf(author);
  const bot = author === setting.bot.userId;
  const seconds = Number(ts);
  const count = replies?.length ?? 0;
  return h(
    'article',
    {
      class: `message ${ephemeral ? 'ephemeral' : ''}`,
      'aria-label': `${name}, ${formatTs(ts)}${ephemeral ? ', only visible to you' : ''}`,
    },
    h(Avatar, { name, bot }),
    h(
      'div',
      { class: 'message-content' },
      ephemeral &&
        h('p', { class: 'only-you' }, h('span', { 'aria-hidden': true }, '👁 '), 'Only visible to you'),
      h(
        'div',
        { class: 'message-head' },
        h('strong', null, name),
        bot && h('span', { class: 'badge' }, 'APP'),
        h(
          'time',
          {
            dateTime: new Date(seconds * 1000).toISOString(),
            title: formatDate(seconds, '{date_long} {time_secs}'),
          },
          formatTs(ts),
        ),
        replies !== null &&
          !ephemeral &&
          count === 0 &&
          h(
            'a',
            {
              class: 'reply-link',
              href: threadAddress,
              'aria-label': 'Reply in thread',
              title: 'Reply in thread',
            },
            '↳',
          ),
      ),
      h(
        SurfaceContext.Provider,
        { value: surface },
        blocks.length > 0 ? h(Blocks, { blocks }) : h('div', null, h(Mrkdwn, { text })),
      ),
      edited && h('small', { class: 'edited' }, '(edited)'),
      count > 0 &&
        h(
          'a',
          { class: 'thread-link', href: threadAddress },
          `${count} ${count === 1 ? 'reply' : 'replies'}`,
        ),
    ),
  );
}

function surfaceOf(memberId: string, channel: string, ts: string): Surface {
  return {
    valueOf: () => undefined,
    errorAt: () => undefined,
    use: (blockId, actionId, value) =>
      act(memberId, 'click', { channel, ts, blockId, actionId, ...(value != null && { option: value }) }),
    typeAhead: (blockId, actionId, value) => typeAhead(memberId, { channel, ts, blockId, actionId, value }),
  };
}
