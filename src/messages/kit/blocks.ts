import type { Button, ConfirmationDialog, HeaderBlock, TextObject } from '@slack/types';
import { label } from './plain.ts';
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
    text: label(text, BUTTON_LENGTH),
    value,
    ...(style && { style }),
    ...(confirm && { confirm: confirmDialog(confirm) }),
  };
}

export function confirmDialog({ title, text, confirm, style }: Confirm): ConfirmationDialog {
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

/** No field for `undefined`, which Fastly did not send. @param none what the field says for `null` */
export function optionalField<T>(
  name: string,
  value: T | null | undefined,
  draw: (value: T) => Sentence,
  none = say`not set`,
): TextObject[] {
  return value === undefined ? [] : [field(name, value === null ? none : draw(value))];
}

/** @param iso ISO 8601, as Fastly sent it */
export function lastActive(iso: string | null | undefined): TextObject[] {
  return optionalField('Last active', iso, moment, say`never`);
}

export function yesOrNo(value: boolean): Sentence {
  return say`${value ? 'yes' : 'no'}`;
}

export function onOrOff(value: boolean): Sentence {
  return say`${value ? 'on' : 'off'}`;
}

/** @param iso ISO 8601 */
export function moment(iso: string): Sentence {
  return say`${date(new Date(iso))}`;
}
