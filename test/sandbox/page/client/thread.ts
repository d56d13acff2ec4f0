import { h } from 'preact';
import { Conversation } from './conversation.ts';
import { useEscape } from './escape.ts';
import { addressOf } from './location.ts';
import { useNames } from './names.ts';
import { type Channel, titleOf } from './seen.ts';

/** A message and the replies to it, beside the channel. */
export function Thread({ channel, ts, inert }: { channel: Channel; ts: string; inert: boolean }) {
  const { who } = useNames();
  const back = addressOf({ who, where: channel.name, thread: null });
  useEscape(true, () => {
    location.hash = back;
  });
  return h(
    'aside',
    { class: 'side thread', 'aria-label': 'Thread', inert },
    h(
      'header',
      { class: 'bar' },
      h('h2', null, 'Thread ', h('small', null, titleOf(channel))),
      h('a', { class: 'close', href: back, 'aria-label': 'Close the thread' }, '✕'),
    ),
    h(Conversation, { key: ts, channel, thread: ts, users: [], notices: [], tell: () => undefined }),
  );
}
