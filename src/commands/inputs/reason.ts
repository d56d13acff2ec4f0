import type { InputBlock } from '@slack/types';
import { REASON_LENGTH } from '../../approvals/request.ts';
import { textInput } from '../../messages/kit/inputs.ts';
import { say } from '../../messages/kit/sentence.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import type { FlagValues } from './command-text.ts';

/** Block and action id of the input. */
export const REASON = 'reason';

/** An input for the reason of a change, a request or a denial, or a comment on another step of a request. */
export function reasonInput(
  label: string,
  reason: string | null = null,
  { optional = true } = {},
): InputBlock {
  return textInput({
    id: REASON,
    label,
    hint: `The ${label.toLowerCase()} stays in the audit log.`,
    value: reason,
    maxLength: REASON_LENGTH,
    optional,
  });
}

/** @param what the input's label, in lower case @throws {FieldError} for more than `REASON_LENGTH` characters */
export function reasonFromForm(values: FormValues, what = 'reason'): string | null {
  return checkedReason(values[REASON] ?? null, what);
}

export function reasonFromFlag({ reason }: FlagValues): string | null {
  return checkedReason(typeof reason === 'string' ? reason : null);
}

/**
 * The reason as it is stored, or `null` where there is none. Takes out what a database can't hold: NUL, and halves of
 * characters.
 *
 * @throws {FieldError} for more than `REASON_LENGTH` characters
 */
export function checkedReason(text: string | null, what = 'reason'): string | null {
  const reason = (text ?? '').replaceAll('\0', '').toWellFormed().trim();
  if (reason.length > REASON_LENGTH) {
    throw new FieldError(
      REASON,
      say`The ${what} has ${reason.length} characters. Shorten it to ${REASON_LENGTH}.`,
    );
  }
  return reason === '' ? null : reason;
}
