import { type ComponentChildren, h } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { addressOf } from './location.ts';
import { Message } from './message.ts';
import { useNames } from './names.ts';
import type { Notice } from './notices.ts';
import type { Channel, Message as SeenMessage } from './seen.ts';
import { SlackNotice } from './slack-notice.ts';

type MessageListProps = {
  channel: Channel;
  messages: SeenMessage[];
  /** What a screen reader calls them. */
  label: string;
  /** Whether each shows how many replies it has. */
  withReplies: boolean;
  notices: Notice[];
  /** How often the reader has said something here. */
  said: number;
  /** What stands above the first message. */
  children: ComponentChildren;
};

/** As far from the end, in pixels, as counts as reading along. */
const NEAR_THE_END = 120;

/** Messages, the latest at the bottom and in sight, unless the reader has gone up to earlier ones and says nothing. */
export function MessageList({
  channel,
  messages,
  label,
  withReplies,
  notices,
  said,
  children,
}: MessageListProps) {
  const { who } = useNames();
  const list = useRef<HTMLDivElement>(null);
  const along = useRef(true);
  const toTheEnd = () => {
    if (along.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  useLayoutEffect(() => {
    along.current = true;
  }, [said]);
  useLayoutEffect(toTheEnd);
  useEffect(() => {
    const resized = new ResizeObserver(toTheEnd);
    if (list.current) resized.observe(list.current);
    return () => resized.disconnect();
  }, []);
  const drawn = [
    ...messages.map((message) => ({
      ts: message.ts,
      node: h(Message, {
        key: message.ts,
        message,
        channelId: channel.id,
        replies: withReplies ? channel.messages.filter(({ threadTs }) => threadTs === message.ts) : null,
        threadAddress: addressOf({ who, where: channel.name, thread: message.ts }),
      }),
    })),
    ...notices.map((notice) => ({ ts: notice.ts, node: h(SlackNotice, { key: notice.ts, notice }) })),
  ].sort((one, other) => Number(one.ts) - Number(other.ts));
  return h(
    'div',
    {
      ref: list,
      class: 'messages',
      role: 'log',
      'aria-label': label,
      tabIndex: 0,
      onScroll: () => {
        const box = list.current;
        if (box) along.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_THE_END;
      },
    },
    children,
    drawn.map(({ node }) => node),
  );
}
