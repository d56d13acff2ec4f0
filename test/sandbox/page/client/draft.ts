import { useState } from 'preact/hooks';

/** What was typed and not sent, by where. */
const drafts = new Map<string, string>();

/** Text that is still there when the reader comes back to where it was typed. */
export function useDraft(where: string): [string, (change: (before: string) => string) => void] {
  const [text, setText] = useState(drafts.get(where) ?? '');
  return [
    text,
    (change) => {
      const now = change(drafts.get(where) ?? '');
      drafts.set(where, now);
      setText(now);
    },
  ];
}
