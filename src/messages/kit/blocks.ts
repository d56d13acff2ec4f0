import type { Button, ConfirmationDialog, HeaderBlock, TextObject } from '@slack/types';
import { label, plainName } from './plain.ts';
import { bold, date, plainText, type Sentence, say, textObject } from './sentence.ts';

/** In characters (docs.slack.dev: header block, section block, button element, confirmation dialog object). */
export const HEADER_LENGTH = 150;
const FIELD_LENGTH = 2_000;
const BUTTON_LENGTH = 75;
const CONFIRM_TITLE_LENGTH = 100;
const CONFIRM_LENGTH = 300;
const CONFIRM_BUTTON_LENGTH = 30;

export function header(text: string): HeaderBlock {
  return { type: 'header', text: label(text, HEADER_LENGTH) };
}

/** What Slack asks before it delivers a click. */
export type Confirm = { title: Sentence; text: Sentence; confirm: string; style?: 'primary' | 'danger' };

/** @param definition `value` comes back with the click, as input */
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
    text: label(plainName(text), BUTTON_LENGTH),
    value,
    ...(style && { style }),
    ...(confirm && { confirm: confirmDialog(confirm) }),
  };
}

function confirmDialog({ title, text, confirm, style }: Confirm): ConfirmationDialog {
  return {
    title: label(plainText(title), CONFIRM_TITLE_LENGTH),
    text: label(plainText(text), CONFIRM_LENGTH),
    confirm: label(confirm, CONFIRM_BUTTON_LENGTH),
    deny: label('Not now', CONFIRM_BUTTON_LENGTH),
    ...(style && { style }),
  };
}

/** A labelled value, for a section's `fields`. */
export function field(name: string, value: Sentence): TextObject {
  return textObject(say`${bold(name)}\n${value}`, FIELD_LENGTH);
}

/** A moment as a field; none for `undefined`, which Fastly did not send. @param iso ISO 8601 */
export function momentField(name: string, iso: string | null | undefined, none: Sentence): TextObject[] {
  if (iso === undefined) return [];
  return [field(name, iso === null ? none : say`${date(new Date(iso))}`)];
}
