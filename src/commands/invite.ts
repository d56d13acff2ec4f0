import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { invitation, openInvitation } from '../changes/operations.ts';
import { Settings } from '../changes/settings.ts';
import { settingsOfInvitation } from '../changes/took-effect.ts';
import { reasonLine } from '../messages/approval-words.ts';
import { button } from '../messages/kit/blocks.ts';
import { type Message, message } from '../messages/kit/message.ts';
import { bold, code, date, member, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { newcomerWords } from '../messages/newcomer-words.ts';
import { carried } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { FormValues } from '../slack/incoming.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { formView, openModal } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import type { Services } from '../slack/replies/services.ts';
import { FieldError, type NextForm } from '../slack/replies/submission.ts';
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
import type { Subcommand } from './subcommand.ts';

/** What an invitation says beside the address. */
const OFFERED = ['role', 'limit_services'] as const;
const TITLE = 'Invite somebody';
const FORM = 'invite.form';

/** Whom to invite. */
type Invitee = { email: string; settings: Settings; reason: string | null };

/** Has Fastly e-mail somebody an invitation, or asks for it where they are to be a Fastly superuser. */
export const invite: Subcommand = {
  name: 'invite',
  summary: 'Invite somebody to the Fastly account',
  about: (services) =>
    say`Fastly e-mails a link that is good for 7 days; they choose their name and password themselves.${superuserWaits(services)}`,
  usage: '[email] [--role …] [--limit-services yes|no] [--reason …] [--private]',
  examples: ['invite', 'invite hedy@example.com', 'invite joan@example.com --role engineer'],
  flags: { ...settingFlags(OFFERED), reason: 'text' },
  async run(request, { words, flags }) {
    const email = addressInWords(words, this);
    const settings = settingsInWords(flags, OFFERED);
    const reason = reasonInWords(flags);
    if (email === null) {
      await openModal(request, inviteForm(request, { email: null, settings, reason }));
      return;
    }
    const sent = await sendInvitation(request, { email, settings, reason });
    if (sent.kind === 'told') await request.reply.privately(message(sent.sentence));
  },
  listeners: [
    {
      kind: 'submission',
      id: FORM,
      form: {
        title: TITLE,
        mainBlockId: ADDRESS,
        work: async (request, { values }) => await sendInvitation(request, inviteeIn(values)),
        again: async (request, { values }, problem) => {
          const settings = {
            ...(values.role && { role: values.role }),
            ...(values.limit_services === 'yes' && { limit_services: true }),
          };
          const email = values[ADDRESS] ?? null;
          return inviteForm(request, { email, settings, reason: values.reason ?? null, onTop: problem });
        },
      },
    },
    inviteButtonListener(),
  ],
};

function superuserWaits(services: Services): Sentence {
  return isApprovalRequired(services, 'promote')
    ? say` Inviting a Fastly superuser waits for approval.`
    : say``;
}

/** What a button fills the form in with. It comes back as input. */
const Filled = carried(
  'button',
  z.object({
    private: z.boolean(),
    email: z.string().max(254),
    settings: Settings.pick({ role: true, limit_services: true }),
  }),
  'invite',
);

/** A button that opens the form, filled in where it is known for whom. What is private stays so. */
export function inviteButton(
  { origin }: Interaction,
  text: string,
  { email = '', settings = {} }: Partial<Invitee> = {},
) {
  const { role, limit_services } = settings;
  const offered = { ...(role && { role }), ...(limit_services !== undefined && { limit_services }) };
  const value = Filled.write({ private: origin.private, email, settings: offered });
  return button({ actionId: 'invite.button', text, value });
}

function inviteButtonListener(): Listener {
  return {
    kind: 'click',
    id: 'invite.button',
    async run(interaction, { value }) {
      const filled = Filled.read(value);
      const request = interaction.shownTo(filled);
      await openModal(request, inviteForm(request, { ...filled, reason: null }));
    },
  };
}

/** For who cannot be created directly here: the private message that offers an invitation instead. */
export function invitationOffer(
  request: Interaction,
  { login, settings }: { login: string; settings: Settings },
): Message {
  const offered = message(notHere(login));
  const invitee = { email: login, settings };
  offered.blocks.push({ type: 'actions', elements: [inviteButton(request, 'Invite them…', invitee)] });
  return offered;
}

/** The same in the form that was to create them. */
export function offerInvitation(
  request: Interaction,
  user: { login: string; settings: Settings; reason: string | null },
): NextForm {
  const { login, settings, reason } = user;
  const onTop = notHere(login);
  return {
    kind: 'next',
    view: inviteForm(request, { email: login, settings, reason, onTop }),
    orElse: invitationOffer(request, user),
  };
}

function notHere(login: string): Sentence {
  return say`This Fastly account cannot create users directly, so nothing was done. You can invite ${code(login)} instead: they choose their name and password themselves, and what else you wanted can be set once they are there.`;
}

async function sendInvitation(
  request: Interaction,
  { email, settings, reason }: Invitee,
): Promise<Delivered> {
  const { fastly, directory } = request.services;
  if (await directory.byLogin(email)) throw new FieldError(ADDRESS, isUserAlready(email));
  if (await openInvitation(fastly, email)) {
    throw new FieldError(
      ADDRESS,
      say`${code(email)} is invited already. ${code('/fastly-user invitations')} shows the invitation.`,
    );
  }
  if (settings.role === 'superuser') {
    const target = { id: null, login: email, name: email };
    const action = { kind: 'promote', version: 1, by: 'invitation', target, changes: settings } as const;
    return await fileRequest(request, action, reason);
  }
  try {
    const sent = await makeChange(request, {
      kind: 'invite',
      target: { id: null, login: email, name: email },
      settings,
      reason,
      operation: invitation(fastly, { email, settings }),
    });
    request.log.info({ invitation: sent.id }, 'an invitation was sent');
    const by = member(request.caller.memberId);
    const { what, warnings } = newcomerWords(settings, settingsOfInvitation(sent));
    return await confirm(
      request,
      message(
        say`✉️ ${by} had Fastly invite ${bold(sent.email)}, ${date(new Date())}${what}. The invitation is good for 7 days.`,
        ...warnings,
        ...reasonLine(reason),
      ),
    );
  } catch (error) {
    throw atItsField(error, [
      [/\brole\b|service limited/i, blockOf('role')],
      [/e-?mail|duplicate|invited/i, ADDRESS],
    ]);
  }
}

/** @throws {FieldError} */
function inviteeIn(values: FormValues): Invitee {
  return {
    email: readAddress(values[ADDRESS]),
    settings: settingsInForm(values, OFFERED, { roles: ROLES, offIs: () => undefined }),
    reason: givenReason(values),
  };
}

function inviteForm(
  request: Interaction,
  filled: { email: string | null; settings: Settings; reason: string | null; onTop?: Sentence },
): ModalView {
  const { email, settings, reason, onTop } = filled;
  return formView({
    callbackId: FORM,
    title: TITLE,
    submit: 'Invite',
    origin: request.origin,
    blocks: [
      ...(onTop ? [richText(say`⚠️ ${onTop}`)] : []),
      addressInput('E-mail address', email),
      ...settingInputs(OFFERED, settings, ROLES),
      reasonInput('Reason', reason),
      richText(
        say`Fastly e-mails them a link that is good for 7 days, and chooses the role if you do not.${superuserWaits(request.services)}`,
      ),
    ],
  });
}
