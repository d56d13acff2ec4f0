import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { ChangeTarget } from '../changes/change.ts';
import { ROLES } from '../changes/roles.ts';
import { type CurrentSettings, type Setting, Settings } from '../changes/settings.ts';
import { reasonLine } from '../messages/approval-text.ts';
import { message } from '../messages/kit/message.ts';
import { richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { newcomerText } from '../messages/settings-text.ts';
import { codecFor } from '../slack/carried.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { openModal } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import type { Services } from '../slack/replies/services.ts';
import type { NextForm, Submitted } from '../slack/replies/submission.ts';
import { fileRequest } from './approvals/filing.ts';
import { type Form, formListener, viewOf } from './form.ts';
import { ADDRESS, addressInput, addressInWords, readAddress } from './inputs/address.ts';
import { REASON, reasonFromFlag, reasonFromForm, reasonInput } from './inputs/reason.ts';
import {
  settingFlags,
  settingInputs,
  settingsInForm,
  settingsInWords,
  typedSettings,
  type ValueOfOff,
} from './inputs/settings-form.ts';
import type { Subcommand } from './subcommand.ts';

/** A user who is to be created or invited. */
export type Newcomer = { login: string; settings: Settings; reason: string | null };

/** The same as it was typed; `login` is null where none was. */
type NewcomerDraft = Omit<Newcomer, 'login'> & { login: string | null };

/** The form of `create` or `invite`. */
export type NewcomerForm = Form & {
  subcommand: 'create' | 'invite';
  loginLabel: string;
  /** The settings that it asks for. */
  offered: readonly Setting[];
  /** The line below the fields. */
  footer(services: Services): Sentence;
};

/**
 * Makes a subcommand that brings a new user. Without a login in words its form opens.
 *
 * @param told what help says of it, and its further listeners
 * @param work creates or invites the user
 */
export function newcomerSubcommand(
  form: NewcomerForm,
  told: Pick<Subcommand, 'summary' | 'about' | 'usage' | 'examples'> & Partial<Pick<Subcommand, 'listeners'>>,
  work: (interaction: Interaction, newcomer: Newcomer) => Promise<Delivered | NextForm>,
): Subcommand {
  return {
    ...told,
    name: form.subcommand,
    flags: { ...settingFlags(form.offered), reason: 'text' },
    async run(interaction, { words, flags }) {
      const login = addressInWords(words, this);
      const settings = settingsInWords(flags, form.offered);
      const reason = reasonFromFlag(flags);
      if (login === null) {
        await openModal(interaction, newcomerView(interaction, form, { login, settings, reason }));
        return;
      }
      const outcome = await work(interaction, { login, settings, reason });
      if (outcome.kind === 'elsewhere') await interaction.reply.privately(message(outcome.sentence));
      if (outcome.kind === 'next') await interaction.reply.privately(outcome.orElse);
    },
    listeners: [
      formListener(form, {
        work: async (interaction, submitted) => await work(interaction, newcomerIn(form, submitted)),
        again: async (interaction, submitted, problem) =>
          newcomerView(interaction, form, draftIn(form, submitted), problem),
      }),
      ...(told.listeners ?? []),
    ],
  };
}

const WITHOUT_END = say`The role is given without an end.`;

/** The form, filled in; `onTop` says why it is shown. */
export function newcomerView(
  { services, origin }: Interaction,
  form: NewcomerForm,
  { login, settings, reason }: NewcomerDraft,
  onTop?: Sentence,
): ModalView {
  return viewOf(form, origin, {
    onTop,
    subject: unticked(form).write(form.offered.filter((setting) => settings[setting] === false)),
    blocks: [
      addressInput(form.loginLabel, login),
      ...settingInputs(form.offered, settings, ROLES),
      reasonInput('Reason', reason),
      richText(form.footer(services), WITHOUT_END),
    ],
  });
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
  const { settings: changes, reason } = newcomer;
  const target = newcomerTarget(newcomer);
  return await fileRequest(interaction, { kind: 'promote', version: 1, by, target, changes }, reason);
}

/**
 * Confirms what was done, with a warning for each setting that Fastly's answer shows otherwise.
 *
 * @param now what Fastly answered
 * @param done the confirmation, around what was set: empty, or ': Role engineer' and the like
 * @param notes what there is to know beside it
 */
export async function confirmNewcomer(
  interaction: Interaction,
  { settings, reason }: Newcomer,
  now: CurrentSettings,
  done: (what: Sentence) => Sentence,
  notes: readonly Sentence[] = [],
): Promise<Delivered> {
  const { what, warnings } = newcomerText(settings, now);
  return await confirm(interaction, message(done(what), ...warnings, ...notes, ...reasonLine(reason)));
}

/** The switches that were 'no' in words: in the form they look like switches that were not given. */
function unticked({ subcommand }: NewcomerForm) {
  return codecFor('form', z.array(Settings.keyof()), subcommand);
}

function valueOfOff(form: NewcomerForm, subject: string | null): ValueOfOff {
  const off: readonly Setting[] = unticked(form).read(subject);
  return (setting) => (off.includes(setting) ? false : undefined);
}

/** @throws {FieldError} */
function newcomerIn(form: NewcomerForm, { values, subject }: Submitted): Newcomer {
  const offIs = valueOfOff(form, subject);
  return {
    login: readAddress(values[ADDRESS]),
    settings: settingsInForm(values, form.offered, { roles: ROLES, offIs }),
    reason: reasonFromForm(values),
  };
}

/** The same where it need not be valid. */
function draftIn(form: NewcomerForm, { values, subject }: Submitted): NewcomerDraft {
  return {
    login: values[ADDRESS] ?? null,
    settings: typedSettings(values, form.offered, valueOfOff(form, subject)),
    reason: values[REASON] ?? null,
  };
}
