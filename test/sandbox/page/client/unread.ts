import { useEffect, useState } from 'preact/hooks';
import type { Channel, Message } from './seen.ts';

/** The latest message each member has read, by member and channel, kept as long as the browser's tab. */
type Read = { [memberAndChannel: string]: string };

const STORED = 'read';

/** How many messages a member has not read in a channel. What stands in `open` is read at once. */
export function useUnread(
  memberId: string,
  channels: Channel[],
  open: string | null,
): (channel: Channel) => number {
  const [read, setRead] = useState<Read>(() => JSON.parse(sessionStorage.getItem(STORED) ?? '{}'));
  const key = (channelId: string) => `${memberId} ${channelId}`;
  const last = channels.find(({ id }) => id === open)?.messages.at(-1)?.ts;
  useEffect(() => {
    if (open === null || last === undefined || document.hidden) return;
    setRead((before) => {
      const after = { ...before, [key(open)]: last };
      sessionStorage.setItem(STORED, JSON.stringify(after));
      return after;
    });
  }, [memberId, open, last]);
  return ({ id, messages }) => {
    if (id === open) return 0;
    const since = Number(read[key(id)] ?? 0);
    return messages.filter((message: Message) => Number(message.ts) > since && message.author !== memberId)
      .length;
  };
}
