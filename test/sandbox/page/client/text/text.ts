import { h } from 'preact';
import type { Text as TextObject } from '../block-kit.ts';
import { withEmoji } from './emoji.ts';
import { Mrkdwn } from './mrkdwn.ts';

/** A text object, plain or mrkdwn. */
export function Text({ text }: { text: TextObject }) {
  return text.type === 'mrkdwn'
    ? h(Mrkdwn, { text: text.text, verbatim: text.verbatim ?? false })
    : h('span', { class: 'plain' }, plain(text));
}

/** A plain text object's words. */
export function plain({ text, emoji = true }: { text: string; emoji?: boolean | undefined }): string {
  return emoji ? withEmoji(text) : text;
}
