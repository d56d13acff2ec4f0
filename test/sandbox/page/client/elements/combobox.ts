import { h } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Field, fieldAttributes } from './field.ts';

export type Item = { value: string; text: string; description: string | null; group: string | null };
/** What there is to choose, or why there is nothing. */
export type Offer = { items: Item[] } | { notice: string };

type ComboboxProps = {
  field: Field | undefined;
  /** Where no label says what it is for. */
  label: string | undefined;
  placeholder: string;
  chosen: Item[];
  several: boolean;
  busy: boolean;
  focused: boolean;
  offer: (query: string) => Promise<Offer>;
  choose: (items: Item[]) => void;
};

/** A field that offers what fits what is typed. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */
export function Combobox(props: ComboboxProps) {
  const { field, label, placeholder, chosen, several, busy, focused, choose } = props;
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState<string | null>(null);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [active, setActive] = useState(0);
  const asked = useRef(0);
  const open = query !== null;
  const items = open && offer !== null && 'items' in offer ? offer.items : [];
  const shown = open ? query : several ? '' : (chosen[0]?.text ?? '');

  function ask(text: string): void {
    setQuery(text);
    setActive(0);
    // What fitted the words before must not be taken for these.
    setOffer(null);
    asked.current += 1;
    const turn = asked.current;
    void props.offer(text).then((answer) => {
      // An answer to what is no longer typed comes too late.
      if (turn === asked.current) setOffer(answer);
    });
  }
  function close(): void {
    asked.current += 1;
    setQuery(null);
    setOffer(null);
  }
  function take(item: Item): void {
    close();
    const others = chosen.filter(({ value }) => value !== item.value);
    if (!several) choose([item]);
    else choose(others.length < chosen.length ? others : [...chosen, item]);
  }
  function steer(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!open) {
      if (step !== undefined) ask('');
      return;
    }
    const item = items[active];
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && item !== undefined) take(item);
    else if (step !== undefined) setActive((active + step + items.length) % Math.max(items.length, 1));
    else if (event.key !== 'Enter') return;
    event.preventDefault();
  }
  useEffect(
    () => document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: 'nearest' }),
    [active, offer],
  );

  return h(
    'div',
    { class: 'combobox' },
    several &&
      chosen.map((item) =>
        h(
          'button',
          {
            key: item.value,
            type: 'button',
            class: 'chip',
            'aria-label': `Remove ${item.text}`,
            onClick: () => take(item),
          },
          `${item.text} ✕`,
        ),
      ),
    h('input', {
      ...fieldAttributes(field),
      ref: input,
      type: 'text',
      role: 'combobox',
      autocomplete: 'off',
      spellcheck: false,
      'aria-label': field === undefined ? (label ?? placeholder) : undefined,
      'aria-expanded': open,
      'aria-controls': list,
      'aria-autocomplete': 'list',
      'aria-busy': busy,
      'aria-activedescendant': items[active] === undefined ? undefined : `${list}-${active}`,
      'data-focus': focused || undefined,
      placeholder,
      value: shown,
      onInput: (event: Event) => {
        if (event.currentTarget instanceof HTMLInputElement) ask(event.currentTarget.value);
      },
      onClick: () => !open && ask(''),
      onBlur: close,
      onKeyDown: steer,
    }),
    chosen.length > 0 &&
      !several &&
      field?.optional !== false &&
      h('button', { type: 'button', class: 'clear', 'aria-label': 'Clear', onClick: () => choose([]) }, '✕'),
    open &&
      h(
        'ul',
        { id: list, role: 'listbox', class: 'options', 'aria-label': label ?? placeholder },
        offer === null && h('li', { class: 'aside' }, 'Loading…'),
        offer !== null && 'notice' in offer && h('li', { class: 'aside' }, offer.notice),
        offer !== null && 'items' in offer && items.length === 0 && h('li', { class: 'aside' }, 'No results'),
        items.flatMap((item, index) => [
          item.group !== null &&
            item.group !== items[index - 1]?.group &&
            h('li', { key: `group ${item.group}`, role: 'presentation', class: 'group' }, item.group),
          h(
            'li',
            {
              key: item.value,
              id: `${list}-${index}`,
              role: 'option',
              class: index === active ? 'active' : '',
              'aria-selected': chosen.some(({ value }) => value === item.value),
              // The field keeps the focus.
              onMouseDown: (event: MouseEvent) => event.preventDefault(),
              onClick: () => take(item),
            },
            item.text,
            item.description !== null && h('small', null, item.description),
          ),
        ]),
      ),
  );
}
