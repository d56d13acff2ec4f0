import type { TextObject } from '@slack/types';
import { bold, date, type Sentence, say, textObject } from './sentence.ts';

/** A section's field holds 2,000 characters (docs.slack.dev, section block). */
const FIELD_LENGTH = 2_000;

/** A labelled value in a section. */
export function field(label: string, value: Sentence): TextObject {
  return textObject(say`${bold(label)}\n${value}`, FIELD_LENGTH);
}

/** Nothing for what Fastly did not send, 'not set' for what has no value. */
export function optionalField<T>(
  label: string,
  value: T | null | undefined,
  draw: (value: T) => Sentence,
): TextObject[] {
  if (value === undefined) return [];
  return [field(label, value === null ? say`not set` : draw(value))];
}

/** When somebody last used Fastly: `null` is never, where Fastly did not send it nothing is said. */
export function lastActive(iso: string | null | undefined): TextObject[] {
  if (iso === undefined) return [];
  return [field('Last active', iso === null ? say`never` : moment(iso))];
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
