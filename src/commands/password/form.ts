import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { Secret } from '../../config/secret.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { PASSWORD_REFUSALS } from '../../fastly/refusal.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, enumerate, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Origin } from '../../slack/carried.ts';
import { SECRET_FIELD } from '../../slack/incoming.ts';
import { FieldError, type Submitted } from '../../slack/replies/submission.ts';
import { viewOf } from '../form.ts';

/** Block and action id of the login's field. */
export const LOGIN = 'login';
export const FORM = { id: 'password.form', title: 'Change a password', submit: 'Change', mainBlockId: LOGIN };
/** An email address has at most 254 characters (RFC 5321). */
const LONGEST_LOGIN = 254;
/** Action ids of the password fields. */
const CURRENT = `${SECRET_FIELD}current-password`;
const CHOSEN = `${SECRET_FIELD}new-password`;
/** Fastly's rules since May 2025 (its status notice). The form's hint has all of them, an error only the broken ones. */
const FEWEST_CHARACTERS = 12;

/**
 * How often the form was redrawn. Slack keeps what was typed under an id that it knows (docs.slack.dev, views.update), so
 * the round is part of the password fields' block ids. It travels as the form's subject.
 */
const Round = z.coerce.number().int().min(0).max(10_000).catch(0);

/** Block ids of the password fields of one form. */
type Fields = { current: string; chosen: string };

function fieldsOf(round: number): Fields {
  return { current: `current-password.${round}`, chosen: `new-password.${round}` };
}

/** @param given `login` prefills the login's field; `onTop` is a caution or an error */
export function passwordForm(
  origin: Origin,
  { round = 0, login = null, onTop }: { round?: number; login?: string | null; onTop: Sentence | null },
): ModalView {
  const fields = fieldsOf(round);
  return viewOf(FORM, origin, {
    onTop,
    subject: String(round),
    blocks: [
      richText(
        say`Change a Fastly password. You need the current one. To reset another user's password, run ${code('/fastly-user reset')}.`,
        say`Slack doesn't hide what you type here, and it passes through Slack's servers. The bot keeps neither password.`,
      ),
      textInput({
        id: LOGIN,
        label: 'Login',
        hint: 'The email address used to sign in to Fastly.',
        value: login,
        maxLength: LONGEST_LOGIN,
      }),
      textInput({ id: CURRENT, blockId: fields.current, label: 'Current password' }),
      textInput({
        id: CHOSEN,
        blockId: fields.chosen,
        label: 'New password',
        hint: 'Use at least 12 characters, with letters, digits and special characters. Paste it rather than type it: phones change quotes and dashes.',
      }),
    ],
  });
}

/** The form as it was submitted, without the passwords. */
export function passwordFormAgain(
  origin: Origin,
  { values, subject }: Submitted,
  problem: Sentence,
): ModalView {
  const round = Round.parse(subject) + 1;
  return passwordForm(origin, { round, login: values[LOGIN] ?? null, onTop: problem });
}

/** What a submitted form holds, and the block ids of its password fields. */
export type Wanted = { login: string; current: Secret; chosen: Secret; fields: Fields };

/** Reads the form. @throws {FieldError} for the first problem. It never repeats what was typed. */
export function readForm({ values, secrets, subject }: Submitted): Wanted {
  const fields = fieldsOf(Round.parse(subject));
  const login = (values[LOGIN] ?? '').trim();
  const { [CURRENT]: current, [CHOSEN]: chosen } = secrets;
  if (login === '') throw new FieldError(LOGIN, say`Type the login.`);
  // Login and password are sent as basic authentication, where a colon ends the login (RFC 7617).
  if (/[\s\p{C}:]/u.test(login)) throw new FieldError(LOGIN, say`A login can't contain spaces or colons.`);
  if (!current) throw new FieldError(fields.current, say`Type the current password.`);
  if (!chosen) throw new FieldError(fields.chosen, say`Type a new password.`);
  if ([current, chosen].some((secret) => secret.reveal() === login)) {
    throw new FieldError(LOGIN, say`This is the same as one of the passwords. Type the login here.`);
  }
  return { login, current, chosen, fields };
}

/** @throws {FieldError} when Fastly would refuse the new password */
export function checkNewPassword({ current, chosen, fields }: Wanted): void {
  const text = chosen.reveal();
  const lacks = [
    !/\p{L}/u.test(text) && 'a letter',
    !/\p{N}/u.test(text) && 'a digit',
    !/[^\p{L}\p{N}]/u.test(text) && 'a special character such as ! or -',
  ].filter((lack) => lack !== false);
  const wrong = [
    ...([...text].length < FEWEST_CHARACTERS ? [say`is too short`] : []),
    ...(lacks.length > 0 ? [say`lacks ${enumerate(lacks.map((lack) => say`${lack}`))}`] : []),
  ];
  if (wrong.length > 0) throw new FieldError(fields.chosen, say`This password ${enumerate(wrong)}.`);
  if (text === current.reveal()) {
    throw new FieldError(fields.chosen, say`This is the current password. Choose another one.`);
  }
}

/**
 * Turns Fastly's refusal of a new password into an error at the field it is about. The call authenticates with the
 * login and its password instead of the bot's token, so 'unauthorized' means that one of those is wrong. Any other
 * failure is returned as it is.
 */
export function inTheForm(error: unknown, { current, chosen }: Fields): unknown {
  if (!isFastlyError(error)) return error;
  switch (error.kind) {
    case 'unauthorized':
      return new FieldError(current, say`Wrong login or current password. Nothing was changed.`);
    case 'forbidden':
    case 'not_found':
    case 'duplicate':
      return new Refusal(
        say`Fastly doesn't let this login change its password through the bot. Nothing was changed. Change it in Fastly.`,
      );
    case 'invalid':
      break;
    default:
      return error;
  }
  switch (error.msg) {
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
