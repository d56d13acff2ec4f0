import { h } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Blocks } from './blocks/blocks.ts';
import { act, reasonOf, typeAhead } from './control.ts';
import { useEscape } from './escape.ts';
import { useNames } from './names.ts';
import type { View } from './seen.ts';
import { type Surface, SurfaceContext } from './surface.ts';

/** What is offered the focus, and if there is none of it, the next: where the app says, what holds a value, anything. */
const FIRST = ['[data-focus]', '.modal-body :is(input, textarea)', 'button'];

/** The view on top of a member's modals; `below`: how many it covers. */
export function Modal({ view, below }: { view: View; below: number }) {
  const { memberId, setting } = useNames();
  const form = useRef<HTMLFormElement>(null);
  /** What was typed is kept in the order it was typed in, and before it is submitted. */
  const kept = useRef<Promise<unknown>>(Promise.resolve());
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  /** Null once it is gone: a field tells what was typed when it is left, which nobody asks for then. */
  const shown = useRef<View | null>(view);
  shown.current = view;
  const surface = useMemo(() => surfaceOf(memberId, shown, kept), [memberId, view]);
  useLayoutEffect(
    () => () => {
      shown.current = null;
    },
    [],
  );

  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement) return;
    const first = FIRST.map((each) => form.current?.querySelector<HTMLElement>(each));
    first.find((each) => each)?.focus();
  }, [view.hash]);
  /** What stands at a field needs no saying above. */
  const atField = trouble !== null && Object.values(view.errors).includes(trouble);
  useEffect(() => {
    if (atField) setTrouble(null);
  }, [atField]);
  useEffect(() => {
    if (Object.keys(view.errors).length > 0)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [view.errors]);

  async function attempt(action: () => Promise<{ acknowledged: boolean; notice?: string }>): Promise<void> {
    setBusy(true);
    setTrouble(null);
    try {
      await kept.current;
      const outcome = await action();
      if (!outcome.acknowledged) setTrouble(outcome.notice ?? null);
    } catch (error) {
      setTrouble(reasonOf(error));
    }
    setBusy(false);
  }
  const submit = () => attempt(() => act(memberId, 'submit', {}));
  const close = (all: boolean) => attempt(() => act(memberId, 'close', { all }));
  useEscape(true, () => void close(false));

  return h(
    'form',
    {
      ref: form,
      novalidate: true,
      'aria-busy': busy,
      onSubmit: (event: Event) => {
        event.preventDefault();
        if (view.submit !== null && !busy) void submit();
      },
    },
    h(
      'header',
      { class: 'bar' },
      below > 0 &&
        h(
          'button',
          { type: 'button', class: 'close', 'aria-label': 'Back', onClick: () => close(false) },
          '‹',
        ),
      h('h2', null, view.title),
      h(
        'button',
        { type: 'button', class: 'close', 'aria-label': 'Close all', onClick: () => close(true) },
        '✕',
      ),
    ),
    h(
      'div',
      { class: 'modal-body' },
      trouble !== null && !atField && h('p', { class: 'error', role: 'alert' }, trouble),
      h(SurfaceContext.Provider, { value: surface }, h(Blocks, { blocks: view.blocks })),
    ),
    h(
      'footer',
      { class: 'dialog-buttons' },
      h('small', null, setting.bot.name),
      h(
        'button',
        { type: 'button', class: 'button', onClick: () => close(false) },
        view.close ?? (view.submit === null ? 'Close' : 'Cancel'),
      ),
      view.submit !== null &&
        h(
          'button',
          { type: 'submit', class: 'button primary', 'aria-disabled': busy, 'aria-busy': busy },
          view.submit,
        ),
    ),
  );
}

function surfaceOf(
  memberId: string,
  shown: { current: View | null },
  kept: { current: Promise<unknown> },
): Surface {
  return {
    valueOf: (blockId, actionId) => shown.current?.values[blockId]?.[actionId],
    errorAt: (blockId) => shown.current?.errors[blockId],
    use: (blockId, actionId, value) => {
      if (shown.current === null) return Promise.resolve({ acknowledged: true });
      const body = { view: 'modal', blockId, actionId, ...(value != null && { option: value }) };
      const outcome = kept.current.then(() => act(memberId, 'click', body));
      kept.current = outcome.catch(() => undefined);
      return outcome;
    },
    typeAhead: (blockId, actionId, value) => typeAhead(memberId, { view: 'modal', blockId, actionId, value }),
  };
}
