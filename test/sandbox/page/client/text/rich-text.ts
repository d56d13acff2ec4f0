import { type ComponentChild, h } from 'preact';
import type { RichText as RichTextBlock } from '../block-kit.ts';
import { formatDate } from './date.ts';
import { emojiNamed } from './emoji.ts';
import { ChannelMention, GroupMention, Link, Moment, UserMention } from './inline.ts';

type Part = RichTextBlock['elements'][number];
type Run = Extract<Part, { type: 'rich_text_section' }>['elements'][number];

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export function RichText({ block }: { block: RichTextBlock }) {
  return h('div', { class: 'rich-text' }, block.elements.map(part));
}

function part(element: Part): ComponentChild {
  switch (element.type) {
    case 'rich_text_section':
      return h('div', null, element.elements.map(run));
    case 'rich_text_quote':
      return h('blockquote', null, element.elements.map(run));
    case 'rich_text_preformatted':
      return h('pre', null, element.elements.map(run));
    case 'rich_text_list': {
      const items = element.elements.map((item) => h('li', null, item.elements.map(run)));
      const indent = { class: `indent-${element.indent ?? 0}` };
      return element.style === 'ordered'
        ? h('ol', { ...indent, start: (element.offset ?? 0) + 1 }, items)
        : h('ul', indent, items);
    }
  }
}

function run(element: Run): ComponentChild {
  const { style = {} } = element;
  let drawn = bare(element);
  if (style.code) drawn = h('code', null, drawn);
  if (style.bold) drawn = h('strong', null, drawn);
  if (style.italic) drawn = h('em', null, drawn);
  if (style.strike) drawn = h('s', null, drawn);
  if (style.underline) drawn = h('u', null, drawn);
  return drawn;
}

function bare(element: Run): ComponentChild {
  switch (element.type) {
    case 'text':
      return h('span', null, element.text);
    case 'link':
      return h(Link, { url: element.url, children: element.text || element.url });
    case 'date': {
      const { timestamp, format, url = null, fallback } = element;
      return h(Moment, {
        seconds: timestamp,
        format,
        url,
        fallback: fallback ?? formatDate(timestamp, format),
      });
    }
    case 'user':
      return h(UserMention, { id: element.user_id });
    case 'channel':
      return h(ChannelMention, { id: element.channel_id });
    case 'broadcast':
      return h('span', { class: 'mention' }, `@${element.range}`);
    case 'emoji':
      return h('span', null, emojiNamed(element.name) ?? `:${element.name}:`);
    case 'color':
      return h('code', null, element.value);
    case 'team':
      return h('span', { class: 'mention' }, element.team_id);
    case 'usergroup':
      return h(GroupMention, { id: element.usergroup_id });
  }
}
