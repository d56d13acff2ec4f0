import { Fragment, h } from 'preact';
import { useState } from 'preact/hooks';
import type { ElementOf } from '../block-kit.ts';
import { useSurface } from '../surface.ts';
import { plain } from '../text/text.ts';
import { type Field, fieldAttributes } from './field.ts';
import { useAction } from './use-action.ts';

export type TextElement = ElementOf<
  'plain_text_input' | 'email_text_input' | 'url_text_input' | 'number_input' | 'rich_text_input'
>;

const KEYBOARDS: { [type: string]: 'email' | 'url' | 'decimal' } = {
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'decimal',
};

/** A field for text. What is typed goes to Slack when the field is left, or at once where the app wants each character. */
export function TextInput({
  element,
  blockId,
  field,
}: {
  element: TextElement;
  blockId: string;
  field?: Field;
}) {
  const surface = useSurface();
  const { use, beside } = useAction(element, blockId);
  const [initial] = useState(() => textIn(surface.valueOf(blockId, element.action_id ?? '') ?? {}, element));
  const [length, setLength] = useState(initial.length);
  const lines =
    element.type === 'rich_text_input' || (element.type === 'plain_text_input' && element.multiline);
  const longest = element.type === 'plain_text_input' ? element.max_length : undefined;
  const eachCharacter =
    element.dispatch_action_config?.trigger_actions_on.includes('on_character_entered') ?? false;
  const textOf = ({ currentTarget: input }: Event) =>
    input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement ? input.value : '';
  const typed = (event: Event) => {
    setLength(textOf(event).length);
    if (eachCharacter) use(textOf(event));
  };
  const attributes = {
    ...fieldAttributes(field),
    'aria-label': field === undefined ? 'Text' : undefined,
    'data-focus': element.focus_on_load || undefined,
    placeholder: element.placeholder === undefined ? undefined : plain(element.placeholder),
    defaultValue: initial,
    autocomplete: 'off',
    onInput: typed,
    onChange: (event: Event) => use(textOf(event)),
  } as const;
  return h(
    Fragment,
    null,
    lines
      ? h('textarea', { ...attributes, rows: 4 })
      : h('input', {
          ...attributes,
          type: 'text',
          inputMode: KEYBOARDS[element.type] ?? 'text',
        }),
    longest !== undefined &&
      h('span', { class: `count ${length > longest ? 'over' : ''}` }, `${length} of ${longest}`),
    beside,
  );
}

/** What the state holds, else what the element begins with; rich text as its words. */
function textIn(state: { [key: string]: unknown }, element: TextElement): string {
  const value = state.value ?? state.rich_text_value ?? element.initial_value ?? '';
  return typeof value === 'string' ? value : wordsOf(value);
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join('');
  if (typeof value !== 'object' || value === null) return '';
  if ('text' in value && typeof value.text === 'string') return value.text;
  return 'elements' in value ? wordsOf(value.elements) : '';
}
