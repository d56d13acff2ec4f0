import { isFastlyError } from '../../fastly/errors.ts';
import { PASSWORD_REFUSALS } from '../../fastly/redaction.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import type { Fields } from './form.ts';

/**
 * Turns Fastly's refusal of a new password into an error at the field it is about. The call authenticates with the
 * login and its password instead of the bot's token, so 'unauthorized' means that one of those is wrong. Any other
 * failure is returned as it is.
 */
export function inTheForm(error: unknown, fields: Fields): unknown {
  if (!isFastlyError(error)) return error;
  switch (error.kind) {
    case 'unauthorized':
      return new FieldError(fields.current, say`Wrong login or current password. Nothing was changed.`);
    case 'forbidden':
    case 'not_found':
    case 'duplicate':
      return new Refusal(
        say`Fastly doesn't let this login change its password through the bot. Nothing was changed. Change it in Fastly.`,
      );
    case 'invalid':
      return whatIsInvalid(error.msg, fields);
    default:
      return error;
  }
}

function whatIsInvalid(why: string | null, { current, chosen }: Fields): Refusal {
  switch (why) {
    case PASSWORD_REFUSALS.current:
      return new FieldError(current, say`Wrong current password. Nothing was changed.`);
    case PASSWORD_REFUSALS.reused:
      return new FieldError(
        chosen,
        say`This password was used before. Nothing was changed. Choose another one.`,
      );
    case PASSWORD_REFUSALS.weak:
      return new FieldError(
        chosen,
        say`Fastly rejected this password as too weak. Nothing was changed. Choose a longer one, or one that is harder to guess.`,
      );
    default:
      return new Refusal(
        say`Fastly refused this for a reason that isn't shown, because it could quote a password. Nothing was changed. Change the password in Fastly.`,
      );
  }
}
