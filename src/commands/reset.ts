import { passwordReset } from '../changes/operations.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { type Customer, nameOf, type User } from '../fastly/user.ts';
import { madeText } from '../messages/change-text.ts';
import { Refusal } from '../messages/failure-text.ts';
import { message } from '../messages/kit/message.ts';
import { code, date, type Sentence, say } from '../messages/kit/sentence.ts';
import { userText } from '../messages/user-text.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Services } from '../slack/replies/services.ts';
import { userMeant } from './inputs/meant.ts';
import { oneUserSubcommand } from './inputs/one-user.ts';
import { makeChange } from './make-change.ts';
import { together } from './together.ts';

export const reset = oneUserSubcommand({
  name: 'reset',
  summary: 'Send a password reset email',
  about: say`Fastly emails the user a link to choose a new password. The old password works until then. The bot sees neither.`,
  examples: ['reset', 'reset edda.morton@example.com', 'reset "Silas Morton" --private'],
  form: { title: 'Reset a password', submit: () => 'Send' },
  purpose: 'change',
  button: (_services, name) => `Reset ${name}`,
  caution,
  async act(interaction, meant) {
    const { fastly } = interaction.services;
    // The caution has been seen by now; a refusal holds at the moment of the change, too.
    const [, user] = await together(caution(interaction.services), userMeant(interaction, meant));
    refuseWherePointless(interaction.services, user);
    await makeChange(interaction, {
      kind: 'reset',
      target: { id: user.id, login: user.login, name: nameOf(user) },
      operation: passwordReset(fastly, user.login),
    });
    interaction.log.info({ user: user.id }, 'password reset requested');
    const done = madeText('reset', interaction.caller.memberId, userText(user));
    return await confirm(interaction, message(say`${done}.`));
  },
});

/** Without its settings an account is still the account; a wrong token, or another account, ends it. */
const BEYOND_DOUBT: readonly string[] = ['unauthorized', 'other_user'];

/** Warns of account settings that make a reset pointless (`can_reset_passwords`, `force_sso`). */
async function caution({ directory, log }: Services): Promise<Sentence | null> {
  const account = await directory.account().catch((error: unknown) => {
    if (isFastlyError(error) && BEYOND_DOUBT.includes(error.kind)) throw error;
    log.warn({ err: error }, 'the account could not be read, so a reset goes ahead without its settings');
    return null;
  });
  if (account?.can_reset_passwords === false) {
    throw new Refusal(
      say`This Fastly account doesn't allow password resets. Nothing was sent. The account's owner can change this in Fastly's settings.`,
    );
  }
  return singleSignOnCaution(account);
}

function refuseWherePointless({ disabled }: Services, user: User): void {
  const who = userText(user);
  if (user.deleted_at) {
    throw new Refusal(
      say`${who} was deleted ${date(new Date(user.deleted_at))}, so there's no password to reset.`,
    );
  }
  if (user.locked) {
    const unlock = disabled.has('unlock')
      ? say`Unlock the user in Fastly first.`
      : say`Run ${code(`/fastly-user unlock ${user.login}`)} first.`;
    throw new Refusal(say`${who} is locked, so a new password wouldn't help. Nothing was sent. ${unlock}`);
  }
}

/** A caution to show before a new password is asked for. @param account `null` where it could not be read */
export function singleSignOnCaution(account: Customer | null): Sentence | null {
  return account?.force_sso
    ? say`This Fastly account requires single sign-on, so a new password may have no effect.`
    : null;
}
