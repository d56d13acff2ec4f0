import { WebAPIPlatformError } from '@slack/web-api';

type Shown = { blocks: readonly { type: string }[] };

const POINTER = /\[json-pointer:((?:\/view)?\/blocks\/(\d+)[^\]]*)\]/;

/**
 * The blocks that Slack points at in a refusal, for the log, such as `table at /blocks/1/rows`; where it points at none,
 * the kinds of all. Slack's sentences are left out, because they could quote what was typed. Each ends in a JSON pointer
 * (docs.slack.dev, `response_metadata`).
 */
export function refusedBlocks(error: unknown, { blocks }: Shown): string[] {
  const messages = error instanceof WebAPIPlatformError ? (error.data.response_metadata?.messages ?? []) : [];
  const found = messages.flatMap((message) => {
    const [, pointer, index] = POINTER.exec(message) ?? [];
    return pointer === undefined ? [] : [`${blocks[Number(index)]?.type ?? 'a block'} at ${pointer}`];
  });
  return [...new Set(found.length > 0 ? found : blocks.map(({ type }) => type))];
}
