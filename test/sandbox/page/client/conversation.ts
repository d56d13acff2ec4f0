import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { JsonObject, Setting } from '../../control/protocol.ts';
import { Beginning } from './beginning.ts';
import { Composer, type Suggestion } from './composer.ts';
import { act, reasonOf, write } from './control.ts';
import { MessageList } from './message-list.ts';
import { useNames } from './names.ts';
import type { Notice } from './notices.ts';
import { type Channel, titleOf } from './seen.ts';

type ConversationProps = {
  channel: Channel;
  /** Timestamp of the message whose thread this is; null: the channel itself. */
  thread: string | null;
  /** Who is in the Fastly account. */
  users: JsonObject[];
  notices: Notice[];
  tell: (text: string) => void;
};

/** Slack's own words, where the app has turned direct messages to it off. */
const TURNED_OFF = 'Sending messages to this app has been turned off.';

/** Whether one can write there: an app may have direct messages to it turned off. */
export function takesMessages(channel: Channel, setting: Setting): boolean {
  return channel.kind !== 'im' || setting.takesMessages;
}

/** A channel, a direct message, or a thread in one of them: what was said, and the field to say more. */
export function Conversation({ channel, thread, users, notices, tell }: ConversationProps) {
  const { memberId, setting } = useNames();
  const messages = channel.messages.filter(({ ts, threadTs }) =>
    thread === null ? threadTs === undefined : ts === thread || threadTs === thread,
  );
  const [working, setWorking] = useState<string | null>(null);
  const [said, setSaid] = useState(0);
  const [suggested, setSuggested] = useState<Suggestion | null>(null);
  const slow = useLater(working !== null);

  async function send(text: string): Promise<string | null> {
    const [, command, words = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (command !== undefined && thread !== null) return `${command} is not supported in threads.`;
    setSaid((before) => before + 1);
    try {
      if (command === undefined) {
        await write(memberId, { channel: channel.id, text, ...(thread !== null && { threadTs: thread }) });
        return null;
      }
      setWorking(command);
      const outcome = await act(memberId, 'command', { channel: channel.id, command, text: words });
      if (!outcome.acknowledged) tell(outcome.notice);
      return null;
    } catch (error) {
      return reasonOf(error);
    } finally {
      setWorking(null);
    }
  }

  return h(
    'div',
    { class: 'conversation' },
    h(MessageList, {
      channel,
      messages,
      label: thread === null ? `Messages in ${titleOf(channel)}` : 'Messages in the thread',
      withReplies: thread === null,
      notices,
      said,
      children:
        thread === null && h(Beginning, { channel, users, suggest: (text) => setSuggested({ text }) }),
    }),
    h(
      'p',
      { class: 'working', role: 'status' },
      slow && working !== null && `${working} is waiting for the app…`,
    ),
    takesMessages(channel, setting)
      ? h(Composer, {
          where: [memberId, channel.id, thread].join(' '),
          main: thread === null,
          placeholder: thread === null ? `Message ${titleOf(channel)}` : 'Reply in thread',
          suggested,
          send,
        })
      : h('p', { class: 'turned-off' }, TURNED_OFF),
  );
}

const SOON_MILLISECONDS = 500;

/** True when something has gone on for a moment: what is over at once is not worth mentioning. */
function useLater(going: boolean): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    setLater(false);
    if (!going) return;
    const timer = setTimeout(() => setLater(true), SOON_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [going]);
  return later;
}
