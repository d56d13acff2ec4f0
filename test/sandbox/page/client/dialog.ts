import { type ComponentChildren, h } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

type DialogProps = {
  class: string;
  label: string;
  /** Escape was pressed. */
  escaped: () => void;
  children?: ComponentChildren;
};

/** A dialog over the page, which keeps the focus until it is gone; then it is back where it was. */
export function Dialog({ class: name, label, escaped, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return h(
    'dialog',
    {
      ref: dialog,
      class: name,
      'aria-label': label,
      onCancel: (event: Event) => {
        event.preventDefault();
        if (event.target === dialog.current) escaped();
      },
    },
    children,
  );
}
