import { z } from 'zod';
import { invitation, openInvitation } from '../changes/operations.ts';
import { Settings } from '../changes/settings.ts';
import { settingsOf } from '../changes/snapshot.ts';
import { isSuperuserRole } from '../changes/superuser.ts';
import { madeText } from '../messages/change-text.ts';
import { button } from '../messages/kit/blocks.ts';
import { message } from '../messages/kit/message.ts';
import { bold, code, say } from '../messages/kit/sentence.ts';
import { NO_SERVICE_NAMED } from '../messages/settings-text.ts';
import { codecFor } from '../slack/carried.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { openModal } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import { FieldError, type NextForm } from '../slack/replies/submission.ts';
import { approvalText } from './approvals/filing.ts';
import { carryingButton } from './carrying-button.ts';
import { ADDRESS, atItsField, isUserAlready } from './inputs/address.ts';
import { blockOf } from './inputs/settings-form.ts';
import { makeChange } from './make-change.ts';
import {
  askForSuperuser,
  confirmNewcomer,
  type Newcomer,
  type NewcomerForm,
  newcomerSubcommand,
  newcomerTarget,
  newcomerView,
} from './newcomer.ts';
import { together } from './together.ts';

const FORM: NewcomerForm = {
  subcommand: 'invite',
  id: 'invite.form',
  title: 'Invite a user',
  submit: 'Invite',
  mainBlockId: ADDRESS,
  loginLabel: 'Email address',
  offered: ['role', 'limit_services'],
  footer: (services) =>
    say`Fastly emails a link that is valid for 7 days. Without a role, Fastly assigns one.${approvalText(services, 'promote', 'Inviting a Fastly superuser')}`,
};

const Filled = codecFor(
  'button',
  z.object({
    private: z.boolean(),
    email: z.string().max(254),
    settings: Settings.pick({ role: true, limit_services: true }),
  }),
  'invite',
);

/** Has Fastly email an invitation, or files an approval request for a Fastly superuser. */
export const invite = newcomerSubcommand(
  FORM,
  {
    summary: 'Invite a user to the Fastly account',
    about: (services) =>
      say`Fastly emails a link that is valid for 7 days. The invited user chooses a name and a password.${approvalText(services, 'promote', 'Inviting a Fastly superuser')}`,
    usage: '[email] [--role …] [--limit-services yes|no] [--reason …] [--private]',
    examples: ['invite', 'invite hedy@example.com', 'invite joan@example.com --role engineer'],
    listeners: [
      carryingButton('invite.button', Filled, async (shown, { email: login, settings }) => {
        await openModal(shown, newcomerView(shown, FORM, { login, settings, reason: null }));
      }),
    ],
  },
  sendInvitation,
);

/** A button that opens the form, filled with what is known. A private message's button has a private result. */
export function inviteButton(
  { origin }: Interaction,
  text: string,
  { login: email = '', settings = {} }: Partial<Newcomer> = {},
) {
  const { role, limit_services } = settings;
  const offered = { ...(role && { role }), ...(limit_services !== undefined && { limit_services }) };
  const value = Filled.write({ private: origin.private, email, settings: offered });
  return button({ actionId: 'invite.button', text, value });
}

/**
 * Where users cannot be created directly: the form that follows the one to create a user. Where there is no modal, a
 * private message offers it.
 */
export function offerInvitation(interaction: Interaction, newcomer: Newcomer): NextForm {
  const notHere = say`This Fastly account can't create users directly, so nothing was created. Invite ${code(newcomer.login)} instead. They'll set a name and password, and you can change other settings once they've joined.`;
  const orElse = message(notHere);
  orElse.blocks.push({ type: 'actions', elements: [inviteButton(interaction, 'Invite…', newcomer)] });
  return { kind: 'next', view: newcomerView(interaction, FORM, newcomer, notHere), orElse };
}

async function sendInvitation(interaction: Interaction, newcomer: Newcomer): Promise<Delivered> {
  const { login: email, settings, reason } = newcomer;
  const { fastly, directory } = interaction.services;
  const [users, open] = await together(directory.withLogin(email), openInvitation(fastly, email));
  if (users.length > 0) throw new FieldError(ADDRESS, isUserAlready(email));
  if (open) {
    throw new FieldError(
      ADDRESS,
      say`${code(email)} already has an open invitation. Run ${code('/fastly-user invitations')} to see it.`,
    );
  }
  if (isSuperuserRole(settings.role)) return await askForSuperuser(interaction, 'invitation', newcomer);
  try {
    const sent = await makeChange(interaction, {
      kind: 'invite',
      target: newcomerTarget(newcomer),
      settings,
      reason,
      operation: invitation(fastly, { email, settings }),
    });
    interaction.services.leavers.admitted(sent.email);
    interaction.log.info({ invitation: sent.id }, 'an invitation was sent');
    const done = madeText('invite', interaction.caller.memberId, say`${bold(sent.email)}`);
    return await confirmNewcomer(
      interaction,
      newcomer,
      settingsOf(sent),
      (what) => say`${done}${what}. The invitation is valid for 7 days.`,
      settings.limit_services ? [NO_SERVICE_NAMED] : [],
    );
  } catch (error) {
    throw atItsField(error, [
      [/\brole\b|service limited/i, blockOf('role')],
      [/e-?mail|duplicate|invited/i, ADDRESS],
    ]);
  }
}
