import type { Json, SeenMessage, SeenView, Sees } from './protocol.ts';

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
  const marks = [message.ephemeral && 'only visible to you', message.edited && 'edited']
    .filter((mark) => mark !== false)
    .join(', ');
  return indented([
    `${message.author}${marks && ` (${marks})`}: ${message.text}`,
    ...message.blocks.map(describe),
  ]);
}

function describeView(view: SeenView): string {
  return indented([
    `${view.title} [${view.callbackId}] submit: ${view.submit ?? 'none'}`,
    ...view.blocks.map(describe),
    `values: ${JSON.stringify(view.values)}`,
    ...Object.entries(view.errors).map(([blockId, error]) => `error at ${blockId}: ${error}`),
  ]).trimStart();
}

/** A block by its type, its words and the action ids in it. */
function describe(block: Json): string {
  return `  ${words(block).join(' | ')}`;
}

function words(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(words);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    if (key === 'text' && typeof each === 'string') return [each];
    if (key === 'action_id') return [`<${each}>`];
    return words(each);
  });
}

function indented(lines: string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
