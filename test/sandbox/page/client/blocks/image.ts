import { h } from 'preact';

/** An image's words in its place: the page fetches nothing from elsewhere. */
export function Image({ text, title }: { text: string; title?: string }) {
  return h('span', { class: 'image', role: 'img', 'aria-label': text, title }, `🖼 ${title ?? text}`);
}
