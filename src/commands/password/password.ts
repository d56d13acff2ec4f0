import { passwordChange } from '../../changes/operations.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import { madeText } from '../../messages/change-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { confirm } from '../../slack/replies/confirmation.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { FieldError, type Submitted } from '../../slack/replies/submission.ts';
import { formListener } from '../form.ts';
import { looksLikeAnAddress } from '../inputs/address.ts';
import { makeChange } from '../make-change.ts';
import { orNull } from '../or-null.ts';
import { singleSignOnCaution } from '../reset.ts';
import type { Subcommand } from '../subcommand.ts';
import {
  checkNewPassword,
  FORM,
  inTheForm,
  LOGIN,
  passwordForm,
  passwordFormAgain,
  readForm,
  type Wanted,
} from './form.ts';

/** Changes the password of a Fastly login whose current password the caller knows. Takes it from a form only. */
export const password: Subcommand = {
  name: 'password',
  summary: 'Change a Fastly password, using the current one',
  about: say`A form asks for the login, the current password and a new one. The bot keeps neither password. To reset another user's password, run ${code('/fastly-user reset')}.`,
  usage: '',
  examples: ['password'],
  flags: {},
  unread: say`Don't type passwords in a message: Slack keeps them. If that was one, choose another password. Run ${code('/fastly-user password')} on its own.`,
  async run(interaction) {
    await openWhenReady(interaction, FORM.title, async () =>
      passwordForm(interaction.origin, { onTop: await caution(interaction) }),
    );
  },
  listeners: [
    formListener(FORM, {
      work: changePassword,
      again: async ({ origin }, submitted, problem) => passwordFormAgain(origin, submitted, problem),
    }),
  ],
};

async function caution({ services: { directory }, log }: Interaction): Promise<Sentence | null> {
  const why = 'the account could not be read, so the form opens without its settings';
  return singleSignOnCaution(await orNull(directory.account(), log, why));
}

async function changePassword(interaction: Interaction, submitted: Submitted): Promise<Delivered> {
  const wanted = readForm(submitted);
  const user = await userBehind(interaction, wanted);
  checkNewPassword(wanted);
  const { current, chosen, fields } = wanted;
  const login = user?.login ?? wanted.login;
  try {
    await makeChange(interaction, {
      kind: 'password',
      target: user ? { id: user.id, login, name: nameOf(user) } : { id: null, login: UNKNOWN, name: UNKNOWN },
      operation: passwordChange(interaction.services.fastly, { login, current, chosen }),
    });
  } catch (error) {
    throw inTheForm(error, fields);
  }
  interaction.log.info({ user: user?.id ?? null }, 'password changed');
  const done = madeText('password', interaction.caller.memberId, say`${code(login)}`);
  return await confirm(interaction, message(say`${done}.`));
}

/**
 * Recorded in place of a login that no user of the account has: it could be a password in the wrong field, and the audit
 * log keeps it forever. The confirmation names the login, because by then Fastly has accepted it.
 */
const UNKNOWN = 'an unknown login';

/**
 * The user with this login. `null` where the account has none, because the login may be another account's.
 *
 * @throws {FieldError} when the fields seem mixed up, or the login is neither known nor an email address
 */
async function userBehind(
  { services: { directory }, log }: Interaction,
  { login, current, chosen }: Wanted,
): Promise<User | null> {
  const passwords = [current.reveal(), chosen.reveal()];
  const found = await Promise.all([login, ...passwords].map((text) => directory.withLogin(text))).catch(
    (error: unknown) => {
      log.warn({ err: error }, 'the users could not be listed, so a password is changed by the login alone');
      return [];
    },
  );
  const [[user = null] = [], ...usersByPasswords] = found;
  if (usersByPasswords.some((others) => others.length > 0) || (!user && passwords.some(looksLikeAnAddress))) {
    throw new FieldError(
      LOGIN,
      say`The fields may be mixed up: a password you typed looks like a login. Type the login here and the passwords below. If a password really looks like that, change it in Fastly.`,
    );
  }
  if (user || looksLikeAnAddress(login)) return user;
  throw new FieldError(LOGIN, say`This is neither a known login nor an email address. Check the login.`);
}
