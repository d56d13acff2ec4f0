import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { creation } from '../changes/operations.ts';
import { Settings } from '../changes/settings.ts';
import { settingsOf } from '../changes/snapshot.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { nameOf } from '../fastly/user.ts';
import { reasonLine } from '../messages/approval-words.ts';
import { loginTaken, Refusal } from '../messages/failure-text.ts';
import { message } from '../messages/kit/message.ts';
import { code, date, member, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { newcomerWords } from '../messages/newcomer-words.ts';
import { userWords } from '../messages/user-words.ts';
import { carried } from '../slack/carried.ts';
import type { FormValues } from '../slack/incoming.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { formView, openModal } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import { FieldError } from '../slack/replies/submission.ts';
import { fileRequest, isApprovalRequired } from './approvals/filing.ts';
import { makeChange } from './change.ts';
import { ADDRESS, addressInput, addressInWords, isUserAlready, readAddress } from './inputs/address.ts';
import { atItsField } from './inputs/fastly-refusal.ts';
import { givenReason, reasonInput, reasonInWords } from './inputs/reason.ts';
import {
  blockOf,
  ROLES,
  settingFlags,
  settingInputs,
  settingsInForm,
  settingsInWords,
} from './inputs/settings-form.ts';
import { invitationOffer, offerInvitation } from './invite.ts';
import type { Subcommand } from './subcommand.ts';

/** All that Fastly takes for a new user, beside the login (seed). */
const OFFERED = Settings.keyof().options;
const TITLE = 'Create a user';
const FORM = 'create.form';

const LEFT_OUT = say`What you leave out, Fastly chooses.`;
const SUPERUSER_WAITS = say`Creating a Fastly superuser waits for approval.`;

/** Whom to create. */
type NewUser = { login: string; settings: Settings; reason: string | null };

/** Creates a user, or asks for it where they are to be a Fastly superuser. */
export const create: Subcommand = {
  name: 'create',
  summary: 'Create a user',
  about: (services) => {
    const waits = isApprovalRequired(services, 'promote') ? say` ${SUPERUSER_WAITS}` : say``;
    const otherwise = services.disabled.has('invite')
      ? say``
      : say` Where the account cannot create users directly, I offer to invite them.`;
    return say`With a login I create them at once; without one a form opens. ${LEFT_OUT}${waits}${otherwise}`;
  },
  usage:
    '[login] [--name …] [--role …] [--locked yes|no] [--limit-services yes|no] [--require-new-password yes|no] [--two-factor-auth-enabled yes|no] [--two-factor-setup-required yes|no] [--reason …] [--private]',
  examples: [
    'create',
    'create grace@example.com --name "Grace Example" --role engineer',
    'create linus@example.com --role billing --require-new-password yes',
  ],
  flags: { ...settingFlags(OFFERED), reason: 'text' },
  async run(request, { words, flags }) {
    const login = addressInWords(words, this);
    const settings = settingsInWords(flags, OFFERED);
    const reason = reasonInWords(flags);
    if (login === null) return await openCreateForm(request, { settings, reason });
    const created = await createUser(request, { login, settings, reason });
    if (created.kind === 'told') await request.reply.privately(message(created.sentence));
    if (created.kind === 'not-here') await request.reply.privately(invitationOffer(request, created.user));
  },
  listeners: [
    {
      kind: 'submission',
      id: FORM,
      form: {
        title: TITLE,
        mainBlockId: ADDRESS,
        async work(request, { values, subject }) {
          const user = newUserIn(values, subject);
          const created = await createUser(request, user);
          return created.kind === 'not-here' ? offerInvitation(request, created.user) : created;
        },
        async again(request, { values, subject }, problem) {
          const filled = typedIn(values, subject);
          return createForm(request, { ...filled, problem });
        },
      },
    },
  ],
};

/** Opens the form, with what is known already. */
export async function openCreateForm(
  request: Interaction,
  given: { settings?: Settings; reason?: string | null } = {},
): Promise<void> {
  await openModal(request, createForm(request, { login: null, settings: {}, reason: null, ...given }));
}

/** What came of it: `not-here` where the account has to invite people. */
type Created = Delivered | { kind: 'not-here'; user: NewUser };

async function createUser(request: Interaction, user: NewUser): Promise<Created> {
  const { login, settings, reason } = user;
  const { fastly, directory } = request.services;
  if (settings.role === 'superuser') {
    if (await directory.byLogin(login)) throw new FieldError(ADDRESS, isUserAlready(login));
    const target = { id: null, login, name: settings.name ?? login };
    const action = { kind: 'promote', version: 1, by: 'creation', target, changes: settings } as const;
    return await fileRequest(request, action, reason);
  }
  // Who was there before was not created, should the answer be lost. Where Fastly has no list, no look shows either.
  const before = await directory.byLogin(login).catch(() => null);
  const operation = creation(fastly, { login, settings }, () => before === null);
  try {
    const created = await makeChange(request, {
      kind: 'create',
      target: { id: null, login, name: settings.name ?? login },
      settings,
      reason,
      operation,
    });
    request.log.info({ user: created.id }, 'a user was created');
    const who = userWords({ name: nameOf(created), login: created.login });
    const { what, warnings } = newcomerWords(settings, settingsOf(created));
    const by = member(request.caller.memberId);
    return await confirm(
      request,
      message(say`🆕 ${by} created ${who}, ${date(new Date())}${what}.`, ...warnings, ...reasonLine(reason)),
    );
  } catch (error) {
    if (isFastlyError(error) && operation.refusal(error)?.kind === 'only-invited') {
      request.log.info({ err: error }, 'this account does not create users directly');
      if (request.services.disabled.has('invite')) throw new Refusal(onlyInvites());
      return { kind: 'not-here', user };
    }
    if (isFastlyError(error) && error.kind === 'duplicate') {
      throw new FieldError(ADDRESS, loginTaken(error, login));
    }
    throw atItsField(error, [
      [/login|e-?mail/i, ADDRESS],
      [/\brole\b|service limited/i, blockOf('role')],
      [/\bname\b/i, blockOf('name')],
    ]);
  }
}

function onlyInvites(): Sentence {
  return say`This Fastly account cannot create users directly, so nothing was done. It takes invitations only, and ${code('invite')} is switched off here; whoever runs the bot can change that.`;
}

/** What of the words a form cannot show: a switch that was to be 'no', which looks like one not given. */
const Words = carried('form', z.object({ off: z.array(Settings.keyof()) }), 'create');

function offOf(settings: Settings): string {
  return Words.write({ off: OFFERED.filter((setting) => settings[setting] === false) });
}

function offIn(subject: string | null): readonly string[] {
  return Words.read(subject).off;
}

/** @throws {FieldError} */
function newUserIn(values: FormValues, subject: string | null): NewUser {
  const off = offIn(subject);
  return {
    login: readAddress(values[ADDRESS]),
    settings: settingsInForm(values, OFFERED, {
      roles: ROLES,
      offIs: (setting) => (off.includes(setting) ? false : undefined),
    }),
    reason: givenReason(values),
  };
}

/** The same, whether or not it can be taken. */
function typedIn(values: FormValues, subject: string | null): Parameters<typeof createForm>[1] {
  const off = offIn(subject);
  const entries = OFFERED.map((setting) => {
    if (setting === 'name' || setting === 'role') return [setting, values[setting] ?? undefined] as const;
    return [setting, values[setting] === 'yes' || (off.includes(setting) ? false : undefined)] as const;
  });
  const settings = Settings.parse(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
  return { login: values[ADDRESS] ?? null, settings, reason: values.reason ?? null };
}

function createForm(
  request: Interaction,
  filled: { login: string | null; settings: Settings; reason: string | null; problem?: Sentence },
): ModalView {
  const { login, settings, reason, problem } = filled;
  return formView({
    callbackId: FORM,
    title: TITLE,
    submit: 'Create',
    origin: request.origin,
    subject: offOf(settings),
    blocks: [
      ...(problem ? [richText(say`⚠️ ${problem}`)] : []),
      addressInput('Login', login),
      ...settingInputs(OFFERED, settings, ROLES),
      reasonInput('Reason', reason),
      richText(
        isApprovalRequired(request.services, 'promote') ? say`${LEFT_OUT} ${SUPERUSER_WAITS}` : LEFT_OUT,
      ),
    ],
  });
}
