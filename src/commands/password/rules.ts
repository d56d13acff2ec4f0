import type { Secret } from '../../config/secret.ts';
import { enumerate, type Sentence, say } from '../../messages/kit/sentence.ts';
import { FieldError, type Submitted } from '../../slack/replies/submission.ts';
import { CHOSEN, CURRENT, type Fields, LOGIN } from './form.ts';

/** What a form asks for. */
export type Wanted = { login: string; current: Secret; chosen: Secret };

/**
 * Reads the form, as far as each field is there and the login could be one.
 *
 * @throws {FieldError} with the first thing that is wrong; it repeats nothing that was typed
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

/** @throws {FieldError} when Fastly would not take the new password */
export function checkNewPassword({ current, chosen }: Wanted, fields: Fields): void {
  const wrong = problemOfNewPassword(chosen, current);
  if (wrong) throw new FieldError(fields.chosen, wrong);
}

function problemOfLogin(login: string): Sentence | null {
  if (login === '') return say`Type the login.`;
  // A colon ends the login where both go to Fastly (RFC 7617).
  return /[\s\p{C}:]/u.test(login) ? say`A login has no spaces and no colons.` : null;
}

/** Fastly's own rules since May 2025 (its status notice). The form's hint has them all, so an error says what is amiss. */
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
  if (wrong.length > 0) return say`This one ${enumerate(wrong)}.`;
  return text === current.reveal() ? say`This is the current password. Choose another one.` : null;
}
