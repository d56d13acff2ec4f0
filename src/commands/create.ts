import { creation } from '../changes/operations.ts';
import { SETTINGS } from '../changes/settings.ts';
import { settingsOf } from '../changes/snapshot.ts';
import { isSuperuserRole } from '../changes/superuser.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { madeText } from '../messages/change-text.ts';
import { loginTaken, Refusal } from '../messages/failure-text.ts';
import { code, say } from '../messages/kit/sentence.ts';
import { userText } from '../messages/user-text.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import type { Delivered } from '../slack/replies/reply.ts';
import { FieldError, type NextForm } from '../slack/replies/submission.ts';
import { approvalText } from './approvals/filing.ts';
import { ADDRESS, atItsField, isUserAlready } from './inputs/address.ts';
import { blockOf } from './inputs/settings-form.ts';
import { offerInvitation } from './invite.ts';
import { makeChange } from './make-change.ts';
import {
  askForSuperuser,
  confirmNewcomer,
  type Newcomer,
  type NewcomerForm,
  newcomerSubcommand,
  newcomerTarget,
} from './newcomer.ts';

const LEFT_OUT = say`Empty fields use Fastly's defaults.`;

const FORM: NewcomerForm = {
  subcommand: 'create',
  id: 'create.form',
  title: 'Create a user',
  submit: 'Create',
  mainBlockId: ADDRESS,
  loginLabel: 'Login',
  /** All that Fastly takes for a new user, beside the login (seed). */
  offered: SETTINGS,
  footer: (services) => say`${LEFT_OUT}${approvalText(services, 'promote', 'Creating a Fastly superuser')}`,
};

/** Creates a user, or files an approval request for a Fastly superuser. */
export const create = newcomerSubcommand(
  FORM,
  {
    summary: 'Create a user',
    about: (services) => {
      const waits = approvalText(services, 'promote', 'Creating a Fastly superuser');
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
  },
  createUser,
);

/** Where the account can't create users directly, the form to invite the user follows. */
async function createUser(interaction: Interaction, user: Newcomer): Promise<Delivered | NextForm> {
  const { login, settings, reason } = user;
  const { fastly, directory } = interaction.services;
  if (isSuperuserRole(settings.role)) {
    if ((await directory.withLogin(login)).length > 0) throw new FieldError(ADDRESS, isUserAlready(login));
    return await askForSuperuser(interaction, 'creation', user);
  }
  // A user who has the login already was not created by this call, should its answer be lost. An account without a
  // list of users does not tell, but then a look shows nothing either.
  const before = await directory.withLogin(login).catch(() => []);
  const operation = creation(fastly, { login, settings }, () => before.length === 0);
  try {
    const target = newcomerTarget(user);
    const created = await makeChange(interaction, { kind: 'create', target, settings, reason, operation });
    interaction.services.leavers.met(created);
    interaction.log.info({ user: created.id }, 'a user was created');
    const done = madeText('create', interaction.caller.memberId, userText(created));
    return await confirmNewcomer(interaction, user, settingsOf(created), (what) => say`${done}${what}.`);
  } catch (error) {
    if (isFastlyError(error) && operation.finalObstacle(error)?.kind === 'only-invited') {
      interaction.log.info({ err: error }, 'this account does not create users directly');
      if (!interaction.services.disabled.has('invite')) return offerInvitation(interaction, user);
      throw new Refusal(
        say`This Fastly account can't create users directly. Nothing was created. Ask the bot's operator to enable ${code('invite')}.`,
      );
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
