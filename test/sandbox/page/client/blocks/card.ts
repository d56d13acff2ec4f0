import { h } from 'preact';
import type { BlockOf } from '../block-kit.ts';
import { Element, keyOf } from '../elements/element.ts';
import { Text } from '../text/text.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/card-block */
export function Card({ block }: { block: BlockOf<'card'> }) {
  const { title, subtitle, body, actions = [], block_id: blockId = '' } = block;
  return h(
    'div',
    { class: 'card' },
    title !== undefined && h('strong', null, h(Text, { text: title })),
    subtitle !== undefined && h('small', null, h(Text, { text: subtitle })),
    body !== undefined && h('div', null, h(Text, { text: body })),
    h(
      'div',
      { class: 'actions' },
      actions.map((element) => h(Element, { key: keyOf(element, blockId), element, blockId })),
    ),
  );
}
