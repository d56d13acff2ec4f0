import { z } from 'zod';
import { invitation, openInvitation } from '../changes/operations.ts';
import { Settings } from '../changes/settings.ts';
import { settingsOf } from '../changes/snapshot.ts';
import { button } from '../messages/kit/blocks.ts';
import { type Message, message } from '../messages/kit/message.ts';
import { bold, code, date, member, type Sentence, say } from '../messages/kit/sentence.ts';
import { codecFor } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { openModal } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import type { Services } from '../slack/replies/services.ts';
import { FieldError, type NextForm } from '../slack/replies/submission.ts';
import { isApprovalRequired } from './approvals/filing.ts';
import { makeChange } from './change.ts';
import { ADDRESS, atItsField, isUserAlready } from './inputs/address.ts';
import { blockOf, settingFlags } from './inputs/settings-form.ts';
import {
  askForSuperuser,
  confirmNewcomer,
  type Newcomer,
  type NewcomerForm,
  newcomerInWords,
  newcomerListener,
  newcomerTarget,
  newcomerView,
} from './newcomer.ts';
import type { Subcommand } from './subcommand.ts';

const FORM: NewcomerForm = {
  subcommand: 'invite',
  title: 'Invite a user',
  submit: 'Invite',
  loginLabel: 'Email address',
  /** All that an invitation says beside the address. */
  offered: ['role', 'limit_services'],
  footer: (services) =>
    say`Fastly emails a link that is valid for 7 days. Without a role, Fastly assigns one.${superuserWaits(services)}`,
};

/** Has Fastly email an invitation, or files an approval request for a Fastly superuser. */
export const invite: Subcommand = {
  name: 'invite',
  summary: 'Invite a user to the Fastly account',
  about: (services) =>
    say`Fastly emails a link that is valid for 7 days. The invited user chooses a name and a password.${superuserWaits(services)}`,
  usage: '[email] [--role …] [--limit-services yes|no] [--reason …] [--private]',
  examples: ['invite', 'invite hedy@example.com', 'invite joan@example.com --role engineer'],
  flags: { ...settingFlags(FORM.offered), reason: 'text' },
  async run(interaction, typed) {
    const { login, ...wanted } = newcomerInWords(this, typed, FORM.offered);
    if (login === null) {
      await openModal(interaction, newcomerView(interaction, FORM, { login, ...wanted }));
      return;
    }
    const sent = await sendInvitation(interaction, { login, ...wanted });
    if (sent.kind === 'elsewhere') await interaction.reply.privately(message(sent.sentence));
  },
  listeners: [newcomerListener(FORM, sendInvitation), inviteButtonListener()],
};

function superuserWaits(services: Services): Sentence {
  return isApprovalRequired(services, 'promote') ? say` Inviting a Fastly superuser needs approval.` : say``;
}

/** What a button fills the form with. */
const Filled = codecFor(
  'button',
  z.object({
    private: z.boolean(),
    email: z.string().max(254),
    settings: Settings.pick({ role: true, limit_services: true }),
  }),
  'invite',
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

function inviteButtonListener(): Listener {
  return {
    kind: 'click',
    id: 'invite.button',
    async run(interaction, { value }) {
      const { email: login, settings, private: alone } = Filled.read(value);
      const shown = interaction.shownTo({ private: alone });
      await openModal(shown, newcomerView(shown, FORM, { login, settings, reason: null }));
    },
  };
}

/** Where users cannot be created directly: the private message that offers an invitation instead. */
export function invitationOffer(interaction: Interaction, newcomer: Newcomer): Message {
  const offered = message(notHere(newcomer.login));
  offered.blocks.push({ type: 'actions', elements: [inviteButton(interaction, 'Invite…', newcomer)] });
  return offered;
}

/** The same as the form that follows the one to create a user. */
export function offerInvitation(interaction: Interaction, newcomer: Newcomer): NextForm {
  return {
    kind: 'next',
    view: newcomerView(interaction, FORM, newcomer, notHere(newcomer.login)),
    orElse: invitationOffer(interaction, newcomer),
  };
}

function notHere(login: string): Sentence {
  return say`This Fastly account can't create users directly, so nothing was created. Invite ${code(login)} instead. They'll set a name and password, and you can change other settings once they've joined.`;
}

async function sendInvitation(interaction: Interaction, newcomer: Newcomer): Promise<Delivered> {
  const { login: email, settings, reason } = newcomer;
  const { fastly, directory } = interaction.services;
  if (await directory.byLogin(email)) throw new FieldError(ADDRESS, isUserAlready(email));
  if (await openInvitation(fastly, email)) {
    throw new FieldError(
      ADDRESS,
      say`${code(email)} already has an open invitation. Run ${code('/fastly-user invitations')} to see it.`,
    );
  }
  if (settings.role === 'superuser') {
    return await askForSuperuser(interaction, 'invitation', newcomer);
  }
  try {
    const sent = await makeChange(interaction, {
      kind: 'invite',
      target: newcomerTarget(newcomer),
      settings,
      reason,
      operation: invitation(fastly, { email, settings }),
    });
    interaction.log.info({ invitation: sent.id }, 'an invitation was sent');
    const by = member(interaction.caller.memberId);
    return await confirmNewcomer(
      interaction,
      newcomer,
      settingsOf(sent),
      (what) =>
        say`✉️ ${by} invited ${bold(sent.email)}, ${date(new Date())}${what}. The invitation is valid for 7 days.`,
    );
  } catch (error) {
    throw atItsField(error, [
      [/\brole\b|service limited/i, blockOf('role')],
      [/e-?mail|duplicate|invited/i, ADDRESS],
    ]);
  }
}
