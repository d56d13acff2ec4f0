import { BOT, CHANNELS, MEMBERS, MIRA, USER_GROUPS } from '../cast.ts';
import type { Json, JsonObject, SeenMessage, SeenView, Sees } from './protocol.ts';

/** What a member sees, as lines of text for a person to read. */
export function describeSees(sees: Sees): string {
  const channels = sees.channels
    .filter((channel) => channel.messages.length > 0)
    .map((channel) =>
      [`#${channel.name} (${channel.id})`, ...channel.messages.map(describeMessage)].join('\n'),
    );
  return [
    ...channels,
    ...sees.modals.map((view, index) => `modal ${index + 1} of ${sees.modals.length}: ${describeView(view)}`),
    ...(sees.home === null ? [] : [`Home: ${describeView(sees.home)}`]),
    ...sees.notices.map(({ text }) => `Slack: ${text}`),
  ].join('\n');
}

function describeMessage(message: SeenMessage): string {
  const marks = [
    message.threadTs !== undefined && 'in the thread',
    message.ephemeral && 'only visible to you',
    message.edited && 'edited',
  ]
    .filter((mark) => mark !== false)
    .join(', ');
  const author = `${nameOf(message.author)}${marks && ` (${marks})`}:`;
  return message.blocks.length === 0
    ? indented([`${author} ${readable(message.text)}`])
    : indented([author, ...message.blocks.map(describe)]);
}

function describeView(view: SeenView): string {
  return indented([
    `${view.title} [${view.callbackId}] submit: ${view.submit ?? 'none'}`,
    ...view.blocks.map(describe),
    `values: ${JSON.stringify(view.values)}`,
    ...Object.entries(view.errors).map(([blockId, error]) => `error at ${blockId}: ${error}`),
  ]).trimStart();
}

/** A block's words as a person reads them, and the action ids of what can be clicked in it. */
function describe(block: Json): string {
  return `  ${words(block).join(' | ')}`;
}

function words(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(words);
  if (typeof value !== 'object' || value === null) return [];
  if (value.type === 'rich_text_section') return [runs(value.elements ?? [])];
  return Object.entries(value).flatMap(([key, each]) => {
    if (key === 'confirm') return [];
    if (key === 'text' && typeof each === 'string') return [readable(each)];
    if (key === 'action_id') return [`<${each}>`];
    return words(each);
  });
}

/** The pieces of a line of rich text, as one. */
function runs(elements: Json): string {
  if (!Array.isArray(elements)) return '';
  return elements.map((element) => (isObject(element) ? run(element) : '')).join('');
}

function run({
  type,
  text,
  user_id: user,
  usergroup_id: group,
  channel_id: channel,
  url,
  fallback,
}: JsonObject): string {
  switch (type) {
    case 'user':
      return `@${nameOf(String(user))}`;
    case 'usergroup':
      return `@${handleOf(String(group))}`;
    case 'channel':
      return `#${channelName(String(channel))}`;
    case 'link':
      return `${text ?? url}`;
    case 'date':
      return String(fallback);
    default:
      return typeof text === 'string' ? text : '';
  }
}

/** mrkdwn with its mentions and dates as a person reads them. */
function readable(text: string): string {
  return text
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<@(\w+)>/g, (_, id: string) => `@${nameOf(id)}`)
    .replaceAll(/<!subteam\^(\w+)>/g, (_, id: string) => `@${handleOf(id)}`)
    .replaceAll(/<#(\w+)>/g, (_, id: string) => `#${channelName(id)}`)
    .replaceAll(/<[^|>]*\|([^>]*)>/g, '$1');
}

function nameOf(id: string): string {
  return id === BOT.userId ? BOT.name : ([...MEMBERS, MIRA].find((member) => member.id === id)?.name ?? id);
}

function handleOf(id: string): string {
  return USER_GROUPS.find((group) => group.id === id)?.handle ?? id;
}

function channelName(id: string): string {
  return CHANNELS.find((channel) => channel.id === id)?.name ?? id;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function indented(lines: string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
