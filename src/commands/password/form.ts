import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Origin } from '../../slack/carried.ts';
import { SECRET_FIELD } from '../../slack/incoming.ts';
import { formView } from '../../slack/replies/modal.ts';

export const FORM = 'password.form';
export const TITLE = 'Change a password';

/** Block and action id of the login's field. */
export const LOGIN = 'login';

/** Action ids of the password fields. */
export const CURRENT = `${SECRET_FIELD}current-password`;
export const CHOSEN = `${SECRET_FIELD}new-password`;

/** Block ids of the password fields of one form. */
export type Fields = { current: string; chosen: string };

/**
 * How often the form was redrawn. Slack keeps what was typed under an id that it knows (docs.slack.dev, views.update), so
 * the round is part of the password fields' block ids. It travels as the form's subject.
 */
const Round = z.coerce.number().int().min(0).max(10_000).catch(0);

/** @param subject of the form that was submitted */
export function fieldsOf(subject: string | null): Fields {
  return fieldsOfRound(Round.parse(subject));
}

/** @param subject of the form that was submitted */
export function nextRound(subject: string | null): number {
  return Round.parse(subject) + 1;
}

function fieldsOfRound(round: number): Fields {
  return { current: `current-password.${round}`, chosen: `new-password.${round}` };
}

/** @param given `login` prefills the login's field; `onTop` is a caution or an error */
export function passwordForm(
  origin: Origin,
  { round = 0, login = null, onTop }: { round?: number; login?: string | null; onTop: Sentence | null },
): ModalView {
  const fields = fieldsOfRound(round);
  return formView({
    callbackId: FORM,
    title: TITLE,
    submit: 'Change',
    origin,
    subject: String(round),
    blocks: [
      ...(onTop ? [richText(say`⚠️ ${onTop}`)] : []),
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

/** An email address has at most 254 characters (RFC 5321). */
const LONGEST_LOGIN = 254;
