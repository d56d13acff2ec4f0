import type { Channel } from '../../sandbox/cast.ts';
import type { JsonObject, SeenMessage, Sees } from '../../sandbox/control/protocol.ts';

/** The messages a member sees in a channel, or in their direct messages with the bot. */
export function messagesIn(sees: Sees, channel: Pick<Channel, 'id'> | 'direct'): SeenMessage[] {
  return sees.channels
    .filter((seen) => (channel === 'direct' ? seen.kind === 'im' : seen.id === channel.id))
    .flatMap((seen) => seen.messages);
}

/** All the words on a message or view, in the order they are drawn. */
export function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(' ');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, each]) => {
      if (key === 'text' && typeof each === 'string') return each;
      if (key === 'user_id' && typeof each === 'string') return `<@${each}>`;
      if (key === 'usergroup_id' && typeof each === 'string') return `<!subteam^${each}>`;
      if (key === 'channel_id' && typeof each === 'string') return `<#${each}>`;
      return wordsOf(each);
    })
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** The interactive elements on a message or view. */
export function elementsOf(value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(elementsOf);
  if (!isObject(value)) return [];
  return [...('action_id' in value ? [value] : []), ...Object.values(value).flatMap(elementsOf)];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first message in `channel` with these words, when it is there. */
export function messageWith(sees: Sees, channel: Channel | 'direct', words: string): SeenMessage | undefined {
  return messagesIn(sees, channel).find((message) => wordsOf(message.blocks).includes(words));
}
