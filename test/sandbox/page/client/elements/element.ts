import { h } from 'preact';
import type { Element as AnyElement } from '../block-kit.ts';
import { Image } from '../blocks/image.ts';
import { Button, FeedbackButtons } from './button.ts';
import { Choices } from './choices.ts';
import { DateInput } from './date-input.ts';
import type { Field } from './field.ts';
import { Overflow } from './overflow.ts';
import { Select } from './select.ts';
import { TextInput } from './text-input.ts';

type ElementProps = { element: AnyElement; blockId: string; field?: Field };

/** https://docs.slack.dev/reference/block-kit/block-elements */
export function Element({ element, ...props }: ElementProps) {
  switch (element.type) {
    case 'button':
    case 'workflow_button':
    case 'icon_button':
      return h(Button, { element, ...props });
    case 'feedback_buttons':
      return h(FeedbackButtons, { element, ...props });
    case 'overflow':
      return h(Overflow, { element, ...props });
    case 'checkboxes':
    case 'radio_buttons':
      return h(Choices, { element, ...props });
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
    case 'rich_text_input':
      return h(TextInput, { element, ...props });
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
      return h(DateInput, { element, ...props });
    case 'image':
      return h(Image, { text: element.alt_text });
    case 'file_input':
      return h('p', { class: 'aside' }, 'Files cannot be uploaded in the sandbox.');
    default:
      return h(Select, { element, ...props });
  }
}

/** Tells one element from another across changes: what was typed stays where these ids stay. */
export const keyOf = (element: AnyElement, blockId: string) =>
  [blockId, 'action_id' in element ? element.action_id : '', element.type].join(' ');
