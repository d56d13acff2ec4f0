import { isFastlyError } from '../../fastly/errors.ts';
import { PASSWORD_REFUSALS } from '../../fastly/redaction.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import type { Fields } from './form.ts';

/**
 * What Fastly's refusal means where a login and its password stand in for the bot's token, at the field it is about.
 * Any other failure is given back as it is.
 */
export function inTheForm(error: unknown, fields: Fields): unknown {
  if (!isFastlyError(error)) return error;
  switch (error.kind) {
    case 'unauthorized':
      return new FieldError(
        fields.current,
        say`Fastly does not take this login with this current password; it does not say which of the two is wrong. Nothing was changed.`,
      );
    case 'forbidden':
    case 'not_found':
    case 'duplicate':
      return new Refusal(
        say`Fastly does not let this login change its password here. Nothing was changed; try it in Fastly itself.`,
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
      return new FieldError(current, say`Fastly does not take this current password. Nothing was changed.`);
    case PASSWORD_REFUSALS.reused:
      return new FieldError(
        chosen,
        say`This one was in use before, and Fastly wants another. Nothing was changed.`,
      );
    case PASSWORD_REFUSALS.weak:
      return new FieldError(
        chosen,
        say`Fastly finds this one too weak. Choose one that is longer or harder to guess. Nothing was changed.`,
      );
    default:
      return new Refusal(
        say`Fastly refused this, in words that I do not repeat, as they could quote a password. Nothing was changed; try it in Fastly itself.`,
      );
  }
}
