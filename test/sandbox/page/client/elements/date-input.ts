import { Fragment, h } from 'preact';
import { useState } from 'preact/hooks';
import type { ElementOf } from '../block-kit.ts';
import { useSurface } from '../surface.ts';
import { type Field, fieldAttributes } from './field.ts';
import { useAction } from './use-action.ts';

type DateElement = ElementOf<'datepicker' | 'timepicker' | 'datetimepicker'>;

const TYPES = { datepicker: 'date', timepicker: 'time', datetimepicker: 'datetime-local' } as const;

/** The browser's own field for a date, a time, or both. */
export function DateInput({
  element,
  blockId,
  field,
}: {
  element: DateElement;
  blockId: string;
  field?: Field;
}) {
  const surface = useSurface();
  const { use, beside } = useAction(element, blockId);
  const [initial] = useState(() => held(surface.valueOf(blockId, element.action_id ?? '') ?? { ...element }));
  return h(
    Fragment,
    null,
    h('input', {
      ...fieldAttributes(field),
      type: TYPES[element.type],
      'aria-label': field === undefined ? 'Date' : undefined,
      defaultValue: initial,
      onChange: ({ currentTarget: input }: Event) => {
        if (!(input instanceof HTMLInputElement)) return;
        const seconds = element.type === 'datetimepicker' && input.value !== '';
        use(seconds ? String(new Date(input.value).getTime() / 1000) : input.value || null);
      },
    }),
    beside,
  );
}

function held(state: { [key: string]: unknown }): string {
  const value = Object.entries(state).find(([key, each]) => /^(selected|initial)_/.test(key) && each)?.[1];
  if (typeof value !== 'number') return typeof value === 'string' ? value : '';
  const date = new Date(value * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
