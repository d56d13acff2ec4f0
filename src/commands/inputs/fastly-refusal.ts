import { type FastlyError, isFastlyError } from '../../fastly/errors.ts';
import { explain } from '../../messages/failure-text.ts';
import { FieldError } from '../../slack/replies/submission.ts';

/** Which block of a form a refusal is about, by a word that Fastly uses; the first that fits counts. */
export type FieldsByWord = readonly (readonly [word: RegExp, block: string])[];

/** Fastly's refusal of what was sent, at the field it speaks of; anything else as it is. */
export function atItsField(error: unknown, fields: FieldsByWord): unknown {
  if (!isFastlyError(error) || (error.kind !== 'invalid' && error.kind !== 'duplicate')) return error;
  const words = wordsOf(error);
  const field = fields.find(([word]) => word.test(words));
  return field ? new FieldError(field[1], explain(error)) : error;
}

function wordsOf(error: Extract<FastlyError, { msg: string | null }>): string {
  return `${error.msg ?? ''} ${error.detail ?? ''}`;
}
