import type { MrkdwnElement } from '@slack/types';
import { cut } from './plain.ts';
import { bold, date, mrkdwn, type Sentence, say } from './sentence.ts';

/** A section's field holds 2,000 characters (docs.slack.dev, section block). */
const FIELD_LENGTH = 2_000;

/** A labelled value in a section. */
export function field(label: string, value: Sentence): MrkdwnElement {
  return {
    type: 'mrkdwn',
    text: cut(`${mrkdwn(say`${bold(label)}`)}\n${mrkdwn(value)}`, FIELD_LENGTH),
    verbatim: true,
  };
}

/** Nothing for what Fastly did not send, 'not set' for what has no value. */
export function optionalField<T>(
  label: string,
  value: T | null | undefined,
  draw: (value: T) => Sentence,
): MrkdwnElement[] {
  if (value === undefined) return [];
  return [field(label, value === null ? say`not set` : draw(value))];
}

/** When somebody last used Fastly: `null` is never, where Fastly did not send it nothing is said. */
export function lastActive(iso: string | null | undefined): MrkdwnElement[] {
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
