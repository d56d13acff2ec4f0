import { h } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ElementOf } from '../block-kit.ts';
import { Link } from '../text/inline.ts';
import { plain } from '../text/text.ts';
import { useAction } from './use-action.ts';

/** https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
export function Overflow({ element, blockId }: { element: ElementOf<'overflow'>; blockId: string }) {
  const { busy, use, beside } = useAction(element, blockId);
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    menu.current?.scrollIntoView({ block: 'nearest' });
    items(menu.current)[0]?.focus();
  }, [open]);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const choose = (value: string | undefined) => {
    close();
    use(value ?? null);
  };
  return h(
    'span',
    {
      class: 'overflow',
      onFocusOut: (event: FocusEvent) => {
        const { currentTarget, relatedTarget } = event;
        if (
          !(
            currentTarget instanceof Node &&
            relatedTarget instanceof Node &&
            currentTarget.contains(relatedTarget)
          )
        )
          setOpen(false);
      },
    },
    h(
      'button',
      {
        ref: opener,
        type: 'button',
        class: 'button',
        'aria-label': 'More',
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        'aria-busy': busy,
        onClick: () => setOpen(!open),
      },
      '•••',
    ),
    open &&
      h(
        'ul',
        {
          ref: menu,
          role: 'menu',
          class: 'menu',
          onKeyDown: (event: KeyboardEvent) => steer(event, menu.current, close),
        },
        element.options.map((option) => {
          const item = { role: 'menuitem', class: 'menu-item' } as const;
          const text = [
            plain(option.text),
            option.description !== undefined && h('small', null, plain(option.description)),
          ];
          return h(
            'li',
            { key: option.value, role: 'none' },
            option.url === undefined
              ? h('button', { ...item, type: 'button', onClick: () => choose(option.value) }, text)
              : h(Link, { ...item, url: option.url, onClick: () => choose(option.value), children: text }),
          );
        }),
      ),
    beside,
  );
}

const items = (menu: Element | null) => [...(menu?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];

function steer(event: KeyboardEvent, menu: Element | null, close: () => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === 'Escape') {
    event.preventDefault();
    close();
  } else if (step !== undefined) {
    event.preventDefault();
    const all = items(menu);
    const now = all.findIndex((item) => item.matches(':focus'));
    all.at((now + step) % all.length)?.focus();
  }
}
