import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  RichTextElement,
  SectionBlock,
  TextObject,
} from '@slack/types';
import { cutMrkdwn, escaped, escapedCode, mrkdwn, richText, type Sentence, textObject } from './sentence.ts';

/** A pie chart. `@slack/types` has none yet. @see https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
export type PieChartBlock = {
  type: 'data_visualization';
  block_id?: string;
  title: string;
  chart: { type: 'pie'; segments: { label: string; value: number }[] };
};

/** What a message is made of. */
export type MessageBlock = KnownBlock | PieChartBlock;

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

/** Slack refuses a top-level text that is much longer (docs.slack.dev, chat.postMessage). */
const LONGEST_TEXT = 2_900;

export function notification(sentence: Sentence): string {
  return cutMrkdwn(mrkdwn(sentence), LONGEST_TEXT);
}

/** All words in these blocks, a line a block, as a message's text. What can be clicked is left out. */
export function textOfBlocks(blocks: readonly MessageBlock[]): string {
  const lines = blocks.map(textOf).filter((line) => line !== '');
  return cutMrkdwn(lines.join('\n'), LONGEST_TEXT);
}

function textOf(block: MessageBlock): string {
  switch (block.type) {
    case 'header':
      return ofText(block.text);
    case 'section':
      return [...(block.text ? [block.text] : []), ...(block.fields ?? [])].map(ofText).join('\n');
    case 'context':
      return block.elements.map((element) => ('text' in element ? ofText(element) : '')).join('  ');
    case 'rich_text':
      return block.elements
        .flatMap((section) => (section.type === 'rich_text_section' ? section.elements : []))
        .map(ofElement)
        .join('');
    default:
      return '';
  }
}

function ofText({ type, text }: TextObject): string {
  return type === 'mrkdwn' ? text : escaped(text);
}

function ofElement(element: RichTextElement): string {
  switch (element.type) {
    case 'text':
      return element.style?.code ? escapedCode(element.text) : escaped(element.text);
    case 'user':
      return `<@${element.user_id}>`;
    case 'channel':
      return `<#${element.channel_id}>`;
    case 'link':
      return `<${escaped(element.url)}|${escaped(element.text ?? element.url)}>`;
    case 'date':
      return `<!date^${element.timestamp}^${element.format}|${element.fallback ?? ''}>`;
    default:
      return '';
  }
}

export function withFootnote(original: Message, footnote: Sentence): Message {
  const { blocks, plainer } = original;
  return {
    ...original,
    blocks: [...blocks, context(footnote)],
    ...(plainer && { plainer: withFootnote(plainer, footnote) }),
  };
}

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

export function lineWith(accessory: Button, sentence: Sentence): SectionBlock {
  return { type: 'section', text: textObject(sentence, TEXT_LENGTH), accessory };
}

/** How every message is sent: nothing in it is looked up, linked or previewed (docs.slack.dev, chat.postMessage). */
export const PLAIN_POSTING = { unfurl_links: false, unfurl_media: false, parse: 'none' } as const;
