import { h } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { BlockOf } from '../block-kit.ts';
import { Element, keyOf } from '../elements/element.ts';
import { useSurface } from '../surface.ts';
import { plain } from '../text/text.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/input-block: a field with its label, its hint and its error. */
export function Input({ block }: { block: BlockOf<'input'> }) {
  const { element, label, hint, optional = false, block_id: blockId = '' } = block;
  const id = useId();
  const error = useSurface().errorAt(blockId);
  const mended = useRef<string | null>(null);
  if (error !== undefined) mended.current = error;
  const words = [plain(label), optional && h('span', { class: 'optional' }, ' (optional)')];
  const group = element.type === 'checkboxes' || element.type === 'radio_buttons';
  const field = { id, describedBy: `${id}-hint ${id}-error`, invalid: error !== undefined, optional };
  return h(
    'div',
    { class: `input ${error === undefined ? '' : 'invalid'}` },
    group
      ? h('span', { id: `${id}-label`, class: 'label' }, words)
      : h('label', { for: id, class: 'label' }, words),
    h(Element, { key: keyOf(element, blockId), element, blockId, field }),
    error !== undefined && h('p', { id: `${id}-error`, class: 'error', role: 'alert' }, error),
    // It leaves its room behind: the button that is being clicked next does not move away.
    error === undefined && mended.current !== null && h('p', { class: 'error mended' }, mended.current),
    hint !== undefined && h('p', { id: `${id}-hint`, class: 'hint' }, plain(hint)),
  );
}
