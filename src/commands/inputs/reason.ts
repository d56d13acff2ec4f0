import type { InputBlock } from '@slack/types';
import { REASON_LENGTH } from '../../approvals/request.ts';
import { textInput } from '../../messages/kit/inputs.ts';
import { say } from '../../messages/kit/sentence.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import type { FlagValues } from './command-text.ts';

/** Block and action id of the field. */
export const REASON = 'reason';

/** A field for why something should be done, or should not. */
export function reasonInput(label: string, reason: string | null = null): InputBlock {
  return textInput({
    id: REASON,
    label,
    hint: 'It stays in the audit log.',
    value: reason,
    maxLength: REASON_LENGTH,
    optional: true,
  });
}

/** @throws {FieldError} when it is longer than a reason may be */
export function givenReason(values: FormValues): string | null {
  return readReason(values[REASON] ?? null);
}

/** The reason after `--reason`. @throws {FieldError} when it is longer than a reason may be */
export function reasonInWords({ reason }: FlagValues): string | null {
  return readReason(typeof reason === 'string' ? reason : null);
}

/**
 * A reason as it is kept; null where nothing was said. What a database cannot hold is taken out.
 *
 * @throws {FieldError} when it is longer than a reason may be
 */
export function readReason(text: string | null): string | null {
  const reason = (text ?? '').replaceAll('\0', '').toWellFormed().trim();
  if (reason.length > REASON_LENGTH) {
    throw new FieldError(
      REASON,
      say`The reason has ${reason.length} characters; keep it to ${REASON_LENGTH}.`,
    );
  }
  return reason === '' ? null : reason;
}
