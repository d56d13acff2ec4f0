import type { Secret } from '../../config/secret.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { PASSWORD_REFUSALS } from '../../fastly/refusal.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { enumerate, type Sentence, say } from '../../messages/kit/sentence.ts';
import { FieldError, type Submitted } from '../../slack/replies/submission.ts';
import { CHOSEN, CURRENT, type Fields, LOGIN } from './form.ts';

/** What a submitted form holds. */
export type Wanted = { login: string; current: Secret; chosen: Secret };

/**
 * Reads the form. Each field has to be filled in, and the login has to be possible.
 *
 * @throws {FieldError} for the first problem. It never repeats what was typed.
 */
export function readForm({ values, secrets }: Submitted, fields: Fields): Wanted {
  const login = (values[LOGIN] ?? '').trim();
  const { [CURRENT]: current, [CHOSEN]: chosen } = secrets;
  const wrongLogin = problemOfLogin(login);
  if (wrongLogin) throw new FieldError(LOGIN, wrongLogin);
  if (!current) throw new FieldError(fields.current, say`Type the current password.`);
  if (!chosen) throw new FieldError(fields.chosen, say`Type a new password.`);
  if ([current, chosen].some((secret) => secret.reveal() === login)) {
    throw new FieldError(LOGIN, say`This is the same as one of the passwords. Type the login here.`);
  }
  return { login, current, chosen };
}

/** @throws {FieldError} when Fastly would refuse the new password */
export function checkNewPassword({ current, chosen }: Wanted, fields: Fields): void {
  const wrong = problemOfNewPassword(chosen, current);
  if (wrong) throw new FieldError(fields.chosen, wrong);
}

function problemOfLogin(login: string): Sentence | null {
  if (login === '') return say`Type the login.`;
  // Login and password are sent as basic authentication, where a colon ends the login (RFC 7617).
  return /[\s\p{C}:]/u.test(login) ? say`A login can't contain spaces or colons.` : null;
}

/** Fastly's rules since May 2025 (its status notice). The form's hint has all of them, an error only the broken ones. */
const FEWEST_CHARACTERS = 12;

function problemOfNewPassword(chosen: Secret, current: Secret): Sentence | null {
  const text = chosen.reveal();
  const short = [...text].length < FEWEST_CHARACTERS;
  const lacks = [
    !/\p{L}/u.test(text) && 'a letter',
    !/\p{N}/u.test(text) && 'a digit',
    !/[^\p{L}\p{N}]/u.test(text) && 'a special character such as ! or -',
  ].filter((lack) => lack !== false);
  const wrong = [
    ...(short ? [say`is too short`] : []),
    ...(lacks.length > 0 ? [say`lacks ${enumerate(lacks.map((lack) => say`${lack}`))}`] : []),
  ];
  if (wrong.length > 0) return say`This password ${enumerate(wrong)}.`;
  return text === current.reveal() ? say`This is the current password. Choose another one.` : null;
}

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
