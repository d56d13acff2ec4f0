import { creation } from '../changes/operations.ts';
import { SETTINGS } from '../changes/settings.ts';
import { settingsOf } from '../changes/snapshot.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { nameOf } from '../fastly/user.ts';
import { loginTaken, Refusal } from '../messages/failure-text.ts';
import { message } from '../messages/kit/message.ts';
import { code, date, member, type Sentence, say } from '../messages/kit/sentence.ts';
import { userText } from '../messages/user-text.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { openModal } from '../slack/replies/modal.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import { FieldError } from '../slack/replies/submission.ts';
import { isApprovalRequired } from './approvals/filing.ts';
import { makeChange } from './change.ts';
import { ADDRESS, atItsField, isUserAlready } from './inputs/address.ts';
import { blockOf, settingFlags } from './inputs/settings-form.ts';
import { invitationOffer, offerInvitation } from './invite.ts';
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

const LEFT_OUT = say`Empty fields use Fastly's defaults.`;
const SUPERUSER_WAITS = say`Creating a Fastly superuser needs approval.`;

const FORM: NewcomerForm = {
  subcommand: 'create',
  title: 'Create a user',
  submit: 'Create',
  loginLabel: 'Login',
  /** All that Fastly takes for a new user, beside the login (seed). */
  offered: SETTINGS,
  footer: (services) =>
    isApprovalRequired(services, 'promote') ? say`${LEFT_OUT} ${SUPERUSER_WAITS}` : LEFT_OUT,
};

/** Creates a user, or files an approval request for a Fastly superuser. */
export const create: Subcommand = {
  name: 'create',
  summary: 'Create a user',
  about: (services) => {
    const waits = isApprovalRequired(services, 'promote') ? say` ${SUPERUSER_WAITS}` : say``;
    const otherwise = services.disabled.has('invite')
      ? say``
      : say` If the account can't create users directly, you can invite them.`;
    return say`With a login, the user is created at once. Without one, a form opens. ${LEFT_OUT}${waits}${otherwise}`;
  },
  usage:
    '[login] [--name …] [--role …] [--locked yes|no] [--limit-services yes|no] [--require-new-password yes|no] [--two-factor-auth-enabled yes|no] [--two-factor-setup-required yes|no] [--reason …] [--private]',
  examples: [
    'create',
    'create grace@example.com --name "Grace Example" --role engineer',
    'create linus@example.com --role billing --require-new-password yes',
  ],
  flags: { ...settingFlags(FORM.offered), reason: 'text' },
  async run(interaction, typed) {
    const { login, ...wanted } = newcomerInWords(this, typed, FORM.offered);
    if (login === null) {
      await openModal(interaction, newcomerView(interaction, FORM, { login, ...wanted }));
      return;
    }
    const created = await createUser(interaction, { login, ...wanted });
    if (created.kind === 'elsewhere') await interaction.reply.privately(message(created.sentence));
    if (created.kind === 'not-here')
      await interaction.reply.privately(invitationOffer(interaction, created.user));
  },
  listeners: [
    newcomerListener(FORM, async (interaction, user) => {
      const created = await createUser(interaction, user);
      return created.kind === 'not-here' ? offerInvitation(interaction, created.user) : created;
    }),
  ],
};

/** `not-here` where the account can't create users directly and has to invite them. */
type Created = Delivered | { kind: 'not-here'; user: Newcomer };

async function createUser(interaction: Interaction, user: Newcomer): Promise<Created> {
  const { login, settings, reason } = user;
  const { fastly, directory } = interaction.services;
  if (settings.role === 'superuser') {
    if (await directory.byLogin(login)) throw new FieldError(ADDRESS, isUserAlready(login));
    return await askForSuperuser(interaction, 'creation', user);
  }
  // A user who has the login already was not created by this call, should its answer be lost. An account without a
  // list of users does not tell, but then a look shows nothing either.
  const before = await directory.byLogin(login).catch(() => null);
  const operation = creation(fastly, { login, settings }, () => before === null);
  try {
    const created = await makeChange(interaction, {
      kind: 'create',
      target: newcomerTarget(user),
      settings,
      reason,
      operation,
    });
    interaction.log.info({ user: created.id }, 'a user was created');
    const who = userText({ name: nameOf(created), login: created.login });
    const by = member(interaction.caller.memberId);
    return await confirmNewcomer(
      interaction,
      user,
      settingsOf(created),
      (what) => say`🆕 ${by} created ${who}, ${date(new Date())}${what}.`,
    );
  } catch (error) {
    if (isFastlyError(error) && operation.finalObstacle(error)?.kind === 'only-invited') {
      interaction.log.info({ err: error }, 'this account does not create users directly');
      if (interaction.services.disabled.has('invite')) throw new Refusal(onlyInvites());
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
  return say`This Fastly account can't create users directly. Nothing was created. Ask the bot's operator to enable ${code('invite')}.`;
}
