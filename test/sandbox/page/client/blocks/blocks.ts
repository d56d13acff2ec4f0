import { type ComponentChild, h } from 'preact';
import type { Block } from '../block-kit.ts';
import { Element, keyOf } from '../elements/element.ts';
import { RichText } from '../text/rich-text.ts';
import { plain, Text } from '../text/text.ts';
import { Card } from './card.ts';
import { Container } from './container.ts';
import { DataTable } from './data-table.ts';
import { Image } from './image.ts';
import { Input } from './input.ts';
import { PieChart } from './pie-chart.ts';
import { Section } from './section.ts';
import { Table } from './table.ts';

/** https://docs.slack.dev/reference/block-kit/blocks */
export function Blocks({ blocks }: { blocks: Block[] }) {
  return h(
    'div',
    { class: 'blocks' },
    blocks.map((block, index) => h(OneBlock, { key: block.block_id ?? index, block })),
  );
}

function OneBlock({ block }: { block: Block }): ComponentChild {
  switch (block.type) {
    case 'header':
      return h('h3', { class: 'header' }, plain(block.text));
    case 'section':
      return h(Section, { block });
    case 'context':
      return h(
        'div',
        { class: 'context' },
        block.elements.map((element) =>
          element.type === 'image'
            ? h(Image, { text: element.alt_text })
            : h('span', null, h(Text, { text: element })),
        ),
      );
    case 'actions':
    case 'context_actions': {
      const { block_id: blockId = '' } = block;
      return h(
        'div',
        { class: 'actions' },
        block.elements.map((element) => h(Element, { key: keyOf(element, blockId), element, blockId })),
      );
    }
    case 'divider':
      return h('hr', null);
    case 'rich_text':
      return h(RichText, { block });
    case 'table':
      return h(Table, { block });
    case 'data_table':
      return h(DataTable, { block });
    case 'data_visualization':
      return h(PieChart, { block });
    case 'alert':
      return h(
        'div',
        { class: `alert ${block.level ?? 'default'}`, role: 'note' },
        h(Text, { text: block.text }),
      );
    case 'input':
      return h(Input, { block });
    case 'image':
      return h(
        'figure',
        null,
        h(Image, { text: block.alt_text }),
        block.title && h('figcaption', null, plain(block.title)),
      );
    case 'card':
      return h(Card, { block });
    case 'carousel':
      return h(
        'div',
        { class: 'carousel' },
        block.elements.map((card) => h(Card, { block: card })),
      );
    case 'container':
      return h(Container, { block });
    default:
      return h(
        'pre',
        { class: 'undrawn' },
        `The sandbox does not draw '${block.type}':\n${JSON.stringify(block, null, 2)}`,
      );
  }
}
