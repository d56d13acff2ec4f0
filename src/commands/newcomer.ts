import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { ChangeTarget } from '../changes/change.ts';
import { type CurrentSettings, type Setting, Settings } from '../changes/settings.ts';
import { reasonLine } from '../messages/approval-text.ts';
import { message } from '../messages/kit/message.ts';
import { richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { newcomerText } from '../messages/settings-text.ts';
import { codecFor } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { FormValues } from '../slack/incoming.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { formView } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import type { Services } from '../slack/replies/services.ts';
import type { NextForm } from '../slack/replies/submission.ts';
import { fileRequest } from './approvals/filing.ts';
import { ADDRESS, addressInput, addressInWords, readAddress } from './inputs/address.ts';
import { givenReason, REASON, reasonInput, reasonInWords } from './inputs/reason.ts';
import { ROLES, settingInputs, settingsInForm, settingsInWords } from './inputs/settings-form.ts';
import type { Subcommand, Typed } from './subcommand.ts';

/** A user who is to be created or invited. */
export type Newcomer = { login: string; settings: Settings; reason: string | null };

/** The same as it was typed; `login` is null where none was. */
export type NewcomerDraft = Omit<Newcomer, 'login'> & { login: string | null };

/** The form of `create` or `invite`. */
export type NewcomerForm = {
  subcommand: 'create' | 'invite';
  title: string;
  submit: string;
  loginLabel: string;
  /** The settings that it asks for. */
  offered: readonly Setting[];
  /** The line below the fields. */
  footer(services: Services): Sentence;
};

/** @throws {WordsError | FieldError} for what cannot be the login, a setting or the reason of a user */
export function newcomerInWords(
  subcommand: Subcommand,
  { words, flags }: Typed,
  offered: readonly Setting[],
): NewcomerDraft {
  return {
    login: addressInWords(words, subcommand),
    settings: settingsInWords(flags, offered),
    reason: reasonInWords(flags),
  };
}

/** The form, filled in; `onTop` says why it is shown. */
export function newcomerView(
  { services, origin }: Interaction,
  form: NewcomerForm,
  { login, settings, reason }: NewcomerDraft,
  onTop?: Sentence,
): ModalView {
  return formView({
    callbackId: formId(form),
    title: form.title,
    submit: form.submit,
    origin,
    subject: unticked(form).write(form.offered.filter((setting) => settings[setting] === false)),
    blocks: [
      ...(onTop ? [richText(say`⚠️ ${onTop}`)] : []),
      addressInput(form.loginLabel, login),
      ...settingInputs(form.offered, settings, ROLES),
      reasonInput('Reason', reason),
      richText(form.footer(services)),
    ],
  });
}

/** @param work creates or invites the user whom the form describes */
export function newcomerListener(
  form: NewcomerForm,
  work: (interaction: Interaction, newcomer: Newcomer) => Promise<Delivered | NextForm>,
): Listener {
  return {
    kind: 'submission',
    id: formId(form),
    form: {
      title: form.title,
      mainBlockId: ADDRESS,
      work: async (interaction, { values, subject }) =>
        await work(interaction, newcomerIn(form, values, subject)),
      again: async (interaction, { values, subject }, problem) =>
        newcomerView(interaction, form, draftIn(form, values, subject), problem),
    },
  };
}

/** As a change or a request names the user. */
export function newcomerTarget({ login, settings }: Newcomer): ChangeTarget & { id: null } {
  return { id: null, login, name: settings.name ?? login };
}

/** Asks other bot admins for a new Fastly superuser. @throws {Refusal} as `fileRequest` does */
export async function askForSuperuser(
  interaction: Interaction,
  by: 'creation' | 'invitation',
  newcomer: Newcomer,
): Promise<Delivered> {
  const target = newcomerTarget(newcomer);
  return await fileRequest(
    interaction,
    { kind: 'promote', version: 1, by, target, changes: newcomer.settings },
    newcomer.reason,
  );
}

/**
 * Confirms what was done, with a warning for each setting that Fastly's answer shows otherwise.
 *
 * @param now what Fastly answered
 * @param done the confirmation, around what was set: empty, or ': Role engineer' and the like
 */
export async function confirmNewcomer(
  interaction: Interaction,
  { settings, reason }: Newcomer,
  now: CurrentSettings,
  done: (what: Sentence) => Sentence,
): Promise<Delivered> {
  const { what, warnings } = newcomerText(settings, now);
  return await confirm(interaction, message(done(what), ...warnings, ...reasonLine(reason)));
}

function formId({ subcommand }: NewcomerForm): string {
  return `${subcommand}.form`;
}

/** The switches that were 'no' in words: in the form they look like switches that were not given. */
function unticked({ subcommand }: NewcomerForm) {
  return codecFor('form', z.array(Settings.keyof()), subcommand);
}

/** @throws {FieldError} */
function newcomerIn(form: NewcomerForm, values: FormValues, subject: string | null): Newcomer {
  const off: readonly Setting[] = unticked(form).read(subject);
  return {
    login: readAddress(values[ADDRESS]),
    settings: settingsInForm(values, form.offered, {
      roles: ROLES,
      offIs: (setting) => (off.includes(setting) ? false : undefined),
    }),
    reason: givenReason(values),
  };
}

/** The same where it need not be valid. */
function draftIn(form: NewcomerForm, values: FormValues, subject: string | null): NewcomerDraft {
  const off: readonly Setting[] = unticked(form).read(subject);
  const entries = form.offered.map((setting) => {
    if (setting === 'name' || setting === 'role') return [setting, values[setting] ?? undefined] as const;
    return [setting, values[setting] === 'yes' || (off.includes(setting) ? false : undefined)] as const;
  });
  return {
    login: values[ADDRESS] ?? null,
    settings: Settings.parse(Object.fromEntries(entries.filter(([, value]) => value !== undefined))),
    reason: values[REASON] ?? null,
  };
}
