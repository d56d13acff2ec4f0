import type { Button, ConfirmationDialog, PlainTextElement } from '@slack/types';
import { cut } from './plain.ts';
import { plainText, type Sentence } from './sentence.ts';

/** A confirm dialog holds 100 characters of title, 300 of text (docs.slack.dev, confirmation dialog object). */
const CONFIRM_TITLE_LENGTH = 100;
const CONFIRM_LENGTH = 300;

/** What Slack asks before it delivers a click. */
export type Confirm = { title: Sentence; text: Sentence; confirm: string; style?: 'primary' | 'danger' };

/** A button. `value` comes back with the click, as input. */
export function button(definition: {
  actionId: string;
  text: string;
  value: string;
  style?: 'primary' | 'danger';
  confirm?: Confirm;
}): Button {
  const { actionId, text, value, style, confirm } = definition;
  return {
    type: 'button',
    action_id: actionId,
    text: label(text),
    value,
    ...(style && { style }),
    ...(confirm && { confirm: confirmDialog(confirm) }),
  };
}

/** The dialog in which Slack asks. */
export function confirmDialog({ title, text, confirm, style }: Confirm): ConfirmationDialog {
  return {
    title: label(cut(plainText(title), CONFIRM_TITLE_LENGTH)),
    text: label(cut(plainText(text), CONFIRM_LENGTH)),
    confirm: label(confirm),
    deny: label('Not now'),
    ...(style && { style }),
  };
}

function label(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
