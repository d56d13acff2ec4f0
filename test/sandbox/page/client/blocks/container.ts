import { h } from 'preact';
import type { BlockOf } from '../block-kit.ts';
import { RichText } from '../text/rich-text.ts';
import { plain, Text } from '../text/text.ts';
import { Blocks } from './blocks.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/container-block */
export function Container({ block }: { block: BlockOf<'container'> }) {
  const { title, rich_text_title: richTitle, subtitle, child_blocks: children } = block;
  const heading = [
    title !== undefined && h('strong', null, plain(title)),
    richTitle !== undefined && h(RichText, { block: richTitle }),
    subtitle !== undefined && h('small', null, h(Text, { text: subtitle })),
  ];
  const inside = h(Blocks, { blocks: children });
  return block.is_collapsible
    ? h('details', { class: 'card', open: !block.default_collapsed }, h('summary', null, heading), inside)
    : h('div', { class: 'card' }, heading, inside);
}
