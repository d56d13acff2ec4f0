import { useLayoutEffect, useRef } from 'preact/hooks';

/** What is open, the latest last: Escape closes one thing at a time. */
const open: { close: () => void }[] = [];

addEventListener('keydown', (event) => {
  // A dialog over everything closes itself, and a list of suggestions has said that it took the key.
  const taken = event.defaultPrevented || event.isComposing || document.querySelector(':modal') !== null;
  if (event.key === 'Escape' && !taken) open.at(-1)?.close();
});

/** Has Escape close what is drawn, while `shown` and unless something was opened after it. */
export function useEscape(shown: boolean, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  // Before it is painted: whoever sees it can press Escape.
  useLayoutEffect(() => {
    if (!shown) return;
    const entry = { close: () => latest.current() };
    open.push(entry);
    return () => {
      open.splice(open.indexOf(entry), 1);
    };
  }, [shown]);
}
