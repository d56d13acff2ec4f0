import { h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Confirm } from './block-kit.ts';
import { Dialog } from './dialog.ts';
import { plain, Text } from './text/text.ts';

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
export function ConfirmDialog({ confirm, answered }: { confirm: Confirm; answered: (yes: boolean) => void }) {
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  const title = confirm.title === undefined ? 'Are you sure?' : plain(confirm.title);
  return h(
    Dialog,
    { class: 'confirm', label: title, over: 'everything', escaped: () => answered(false) },
    h('h2', null, title),
    h('p', null, h(Text, { text: confirm.text })),
    h(
      'div',
      { class: 'dialog-buttons' },
      h(
        'button',
        { type: 'button', class: 'button', onClick: () => answered(false) },
        confirm.deny === undefined ? 'Cancel' : plain(confirm.deny),
      ),
      h(
        'button',
        {
          ref: yes,
          type: 'button',
          class: `button ${confirm.style ?? 'primary'}`,
          onClick: () => answered(true),
        },
        confirm.confirm === undefined ? 'Yes' : plain(confirm.confirm),
      ),
    ),
  );
}
