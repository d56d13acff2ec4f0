import { Fragment, h } from 'preact';
import type { ElementOf } from '../block-kit.ts';
import { Link } from '../text/inline.ts';
import { plain } from '../text/text.ts';
import { useAction } from './use-action.ts';

type ButtonElement = ElementOf<'button'> | ElementOf<'workflow_button'> | ElementOf<'icon_button'>;

export function Button({ element, blockId }: { element: ButtonElement; blockId: string }) {
  const { busy, use, beside } = useAction(element, blockId);
  const text = plain(element.text);
  const look = `button ${'style' in element ? (element.style ?? '') : ''}`;
  if ('url' in element && element.url !== undefined) {
    const link = { url: element.url, class: look, onClick: () => use() };
    return h(Fragment, null, h(Link, link, `${text} ↗`), beside);
  }
  return h(
    Fragment,
    null,
    h(
      'button',
      {
        type: 'button',
        class: look,
        'aria-label': element.accessibility_label,
        'aria-busy': busy,
        onClick: () => use(),
      },
      element.type === 'icon_button' ? `🗑 ${text}` : text,
    ),
    beside,
  );
}

export function FeedbackButtons({
  element,
  blockId,
}: {
  element: ElementOf<'feedback_buttons'>;
  blockId: string;
}) {
  const { busy, use, beside } = useAction(element, blockId);
  const one = (button: typeof element.positive_button) =>
    h(
      'button',
      { type: 'button', class: 'button', 'aria-busy': busy, onClick: () => use(button.value) },
      plain(button.text),
    );
  return h(Fragment, null, one(element.positive_button), one(element.negative_button), beside);
}
