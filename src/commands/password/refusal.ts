import { isFastlyError } from '../../fastly/errors.ts';
import { fastlyWords, Refusal } from '../../slack/failure.ts';
import { say } from '../../slack/sentence.ts';
import { FieldError } from '../../slack/submission.ts';
import { atItsField } from '../fastly-refusal.ts';
import type { Fields } from './form.ts';

/** Names the current password before any other: not 'the new password must differ from the current password'. */
const ABOUT_THE_CURRENT = /^((?!password).)*(old|current)[ _]password/is;

/**
 * What Fastly's refusal means where a login and its password stand in for the bot's token, at the field it is about.
 * Any other failure is given back as it is.
 */
export function inTheForm(error: unknown, { current, chosen }: Fields): unknown {
  if (!isFastlyError(error)) return error;
  switch (error.kind) {
    case 'unauthorized':
      return new FieldError(
        current,
        say`Fastly does not take this login with this current password; it does not say which of the two is wrong. Nothing was changed.`,
      );
    case 'forbidden':
    case 'not_found':
    case 'duplicate':
      return new Refusal(
        say`Fastly does not let this login change its password here${fastlyWords(error)}. Nothing was changed; try it in Fastly itself.`,
      );
    default:
      return atItsField(error, [
        [ABOUT_THE_CURRENT, current],
        [/password/i, chosen],
      ]);
  }
}
