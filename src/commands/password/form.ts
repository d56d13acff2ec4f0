import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { SECRET_FIELD } from '../../slack/incoming.ts';
import type { Origin } from '../../slack/origin.ts';
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
 * Slack keeps what was typed under the same ids (docs.slack.dev, views.update), so each time the form is drawn again its
 * password fields get new block ids, by a round number that travels as the form's subject.
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

/** @param given `login` is what was typed before; `onTop` a caution, or what went wrong */
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
        say`This changes the password of a Fastly login whose current password you know. For somebody else, use ${code('/fastly-user reset')}.`,
        say`Slack shows what you type here, and it passes through Slack's servers. I keep neither password.`,
      ),
      textInput({
        id: LOGIN,
        label: 'Login',
        hint: 'The e-mail address with which one signs in to Fastly.',
        value: login,
        maxLength: LONGEST_LOGIN,
      }),
      textInput({ id: CURRENT, blockId: fields.current, label: 'Current password' }),
      textInput({
        id: CHOSEN,
        blockId: fields.chosen,
        label: 'New password',
        hint: 'At least 12 characters, with letters, digits and special characters. Paste it: as one types, phones turn quotes and dashes into others.',
      }),
    ],
  });
}

/** An address has 254 characters at most (RFC 5321). */
const LONGEST_LOGIN = 254;
