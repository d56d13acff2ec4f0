import type { RichTextElement, TextObject } from '@slack/types';
import type { MessageBlock } from './message-block.ts';
import { cutMrkdwn, escaped, escapedCode } from './sentence.ts';

/** Slack refuses a top-level text that is much longer (docs.slack.dev, chat.postMessage). */
const LONGEST_TEXT = 2_900;

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
