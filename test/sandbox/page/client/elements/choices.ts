import { h } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Choice, ElementOf } from '../block-kit.ts';
import { useSurface } from '../surface.ts';
import { Text } from '../text/text.ts';
import type { Field } from './field.ts';
import { useAction } from './use-action.ts';

type ChoicesElement = ElementOf<'checkboxes'> | ElementOf<'radio_buttons'>;

/** Checkboxes or radio buttons. */
export function Choices({
  element,
  blockId,
  field,
}: {
  element: ChoicesElement;
  blockId: string;
  field?: Field;
}) {
  const surface = useSurface();
  const { busy, use, beside } = useAction(element, blockId);
  const group = useId();
  const kept = surface.valueOf(blockId, element.action_id ?? '');
  const [here, setHere] = useState<string[] | null>(null);
  const checked = here ?? (kept === undefined ? initialOf(element) : valuesIn(kept));
  const several = element.type === 'checkboxes';
  const toggle = (value: string) => {
    const values = !several
      ? [value]
      : element.options
          .map((option) => option.value)
          .filter((each) => (each === value ? !checked.includes(each) : checked.includes(each)));
    setHere(values);
    use(several ? values : value);
  };
  return h(
    'div',
    {
      class: 'choices',
      id: field?.id,
      role: several ? 'group' : 'radiogroup',
      'aria-labelledby': field === undefined ? undefined : `${field.id}-label`,
      'aria-describedby': field?.describedBy,
      'aria-busy': busy,
    },
    element.options.map((option, index) =>
      h(
        'label',
        { key: option.value, class: 'choice' },
        h('input', {
          type: several ? 'checkbox' : 'radio',
          name: group,
          checked: checked.includes(option.value),
          'data-focus': (element.focus_on_load && index === 0) || undefined,
          onChange: () => toggle(option.value),
        }),
        h(
          'span',
          null,
          h(Text, { text: option.text }),
          option.description !== undefined && h('small', null, h(Text, { text: option.description })),
        ),
      ),
    ),
    beside,
  );
}

function initialOf(element: ChoicesElement): string[] {
  const initial =
    element.type === 'checkboxes' ? (element.initial_options ?? []) : [element.initial_option ?? []].flat();
  return initial.map(({ value }) => value);
}

function valuesIn(state: { [key: string]: unknown }): string[] {
  return [state.selected_option, state.selected_options]
    .flat()
    .flatMap((each) => (isChoice(each) ? [each.value] : []));
}

function isChoice(value: unknown): value is Choice {
  return typeof value === 'object' && value !== null && 'value' in value;
}
