import type { ActionsBlock, Button, ContextBlock, SectionBlock } from '@slack/types';
import type { MessageBlock } from './message-block.ts';
import { cutMrkdwn, mrkdwn, richText, type Sentence, textObject } from './sentence.ts';
import { textOfBlocks } from './text-of-blocks.ts';

/**
 * What is posted: blocks, and the text that notifications and screen readers use in their place. `plainer` is the message
 * without a kind of block that not every Slack takes.
 */
export type Message = { text: string; blocks: MessageBlock[]; plainer?: Message };

/** A message in one form, as it goes to Slack. No blocks: the text is all there is. */
export type MessageForm = { text: string; blocks: MessageBlock[] };

/** All forms of a message, the simplest last. That one has its words as text alone, which is refused for no form. */
export function formsOf({ plainer, text, blocks }: Message): [MessageForm, ...MessageForm[]] {
  return [
    { text, blocks },
    ...(plainer ? formsOf(plainer) : [{ text: textOfBlocks(blocks) || text, blocks: [] }]),
  ];
}

/** As it is posted: text alone has no list of blocks, rather than an empty one. */
export function withoutNoBlocks({ text, blocks }: MessageForm): Omit<MessageForm, 'blocks'> | MessageForm {
  return blocks.length === 0 ? { text } : { text, blocks };
}

/** A message of sentences, each on its own line. The first is its notification text. */
export function message(first: Sentence, ...others: readonly Sentence[]): Message {
  return { text: notification(first), blocks: [richText(first, ...others)] };
}

/** A message's top-level text; Slack refuses what is much longer (docs.slack.dev, chat.postMessage). */
export function notification(sentence: Sentence): string {
  return cutMrkdwn(mrkdwn(sentence), 2_900);
}

/** The same message with a small grey line under it. */
export function withFootnote(original: Message, footnote: Sentence): Message {
  const { blocks, plainer } = original;
  return {
    ...original,
    blocks: [...blocks, context(footnote)],
    ...(plainer && { plainer: withFootnote(plainer, footnote) }),
  };
}

/** The same message with buttons under it. */
export function withButtons(original: Message, buttons: readonly Button[]): Message {
  return { ...original, blocks: [...original.blocks, ...rowsOf(buttons)] };
}

/** An action id stands once in a block (docs.slack.dev, block elements): another button of one kind begins a row. */
function rowsOf(buttons: readonly Button[]): ActionsBlock[] {
  const rows: Button[][] = [];
  for (const button of buttons) {
    const row = rows.find((others) => others.every(({ action_id }) => action_id !== button.action_id));
    if (row) row.push(button);
    else rows.push([button]);
  }
  return rows.map((elements) => ({ type: 'actions', elements }));
}

/** So many characters are in a small grey line or beside a button (docs.slack.dev, context block, section block). */
const TEXT_LENGTH = 3_000;

/** A small grey line. */
export function context(sentence: Sentence): ContextBlock {
  return { type: 'context', elements: [textObject(sentence, TEXT_LENGTH)] };
}

/** A line with a button beside it. */
export function lineWith(accessory: Button, sentence: Sentence): SectionBlock {
  return { type: 'section', text: textObject(sentence, TEXT_LENGTH), accessory };
}

/** How every message is sent: nothing in it is looked up, linked or previewed (docs.slack.dev, chat.postMessage). */
export const PLAIN_POSTING = { unfurl_links: false, unfurl_media: false, parse: 'none' } as const;
