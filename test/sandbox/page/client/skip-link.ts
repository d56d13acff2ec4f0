import { h } from 'preact';

/** Id of the field in which one types into the open channel. */
export const MESSAGE_BOX = 'message-box';
/** Id of what is open, with or without such a field. */
export const CONTENT = 'content';

type SkipLinkProps = { to: typeof MESSAGE_BOX | typeof CONTENT; inert: boolean; children: string };

/** Leads past everything in front of what is open. It shows when it has the focus, and leaves the address alone. */
export function SkipLink({ to, inert, children }: SkipLinkProps) {
  return h(
    'a',
    {
      class: 'skip-link',
      href: `#${to}`,
      inert,
      onClick: (event: Event) => {
        event.preventDefault();
        document.getElementById(to)?.focus();
      },
    },
    children,
  );
}
