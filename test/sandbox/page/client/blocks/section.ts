import { h } from 'preact';
import type { BlockOf } from '../block-kit.ts';
import { Element, keyOf } from '../elements/element.ts';
import { Text } from '../text/text.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
export function Section({ block }: { block: BlockOf<'section'> }) {
  const { text, fields, accessory, block_id: blockId = '' } = block;
  return h(
    'div',
    { class: 'section' },
    h(
      'div',
      { class: 'section-words' },
      text !== undefined && h('div', null, h(Text, { text })),
      fields !== undefined &&
        h(
          'div',
          { class: 'fields' },
          fields.map((field) => h('div', null, h(Text, { text: field }))),
        ),
    ),
    accessory !== undefined &&
      h(
        'div',
        { class: 'accessory' },
        h(Element, { key: keyOf(accessory, blockId), element: accessory, blockId }),
      ),
  );
}
