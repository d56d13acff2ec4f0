import { type ComponentChildren, h } from 'preact';
import { useCallback, useRef } from 'preact/hooks';

type DialogProps = {
  class: string;
  label: string;
  /** What cannot be used meanwhile: all the page, or what the page itself makes inert. */
  over: 'everything' | 'workspace';
  /** The reader wants to be rid of it: Escape, or what stands for it on a device without keys. */
  escaped?: () => void;
  children?: ComponentChildren;
};

/** A dialog, which has the focus until it is gone; then it is back where it was. */
export function Dialog({ class: name, label, over, escaped, children }: DialogProps) {
  const before = useRef<Element | null>(null);
  // By a reference, so that it is open when what is in it takes the focus.
  const open = useCallback((dialog: HTMLDialogElement | null) => {
    if (dialog !== null) {
      before.current = document.activeElement;
      if (over === 'everything') dialog.showModal();
      else dialog.show();
      return;
    }
    // Only when all is drawn can what was covered have the focus again.
    queueMicrotask(() => {
      if (document.activeElement === document.body && before.current instanceof HTMLElement)
        before.current.focus();
    });
  }, []);
  return h(
    'dialog',
    {
      ref: open,
      class: name,
      'aria-label': label,
      onCancel: (event: Event) => {
        event.preventDefault();
        if (event.target === event.currentTarget) escaped?.();
      },
    },
    children,
  );
}
