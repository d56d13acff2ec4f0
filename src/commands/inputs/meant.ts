import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type User, UserId } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import { userText } from '../../messages/user-text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';

/** The user a person meant, as they saw them: the id, and the login, or what stands for one that is too long. */
export const Meant = z.object({ id: UserId, login: z.string() });
export type Meant = z.infer<typeof Meant>;

/** Ids on record have 22 characters, and an option's value holds 75 (docs.slack.dev, option object). */
const LOGIN_LENGTH = 50;
const DIGEST_LENGTH = 22;

export function meantBy({ id, login }: Pick<User, 'id' | 'login'>): Meant {
  return { id, login: login.length <= LOGIN_LENGTH ? login.toWellFormed() : shortened(login) };
}

/** Two long logins that only end differently are told apart by the digest. */
function shortened(login: string): string {
  const digest = createHash('sha256').update(login).digest('base64url').slice(0, DIGEST_LENGTH);
  return `${login.slice(0, LOGIN_LENGTH - DIGEST_LENGTH).toWellFormed()}${digest}`;
}

/** As the value of an option. */
export function meantValue(user: User): string {
  const { id, login } = meantBy(user);
  return `${id} ${login}`;
}

/** `null` for text that `meantValue` didn't write. */
export function readMeant(value: string | null | undefined): Meant | null {
  const [, id, login] = /^(\S+) (.*)$/s.exec(value ?? '') ?? [];
  return Meant.safeParse({ id, login }).data ?? null;
}

/** The user has another login than the person saw, so somebody else may have the account now. */
export class LoginChanged extends Refusal {
  readonly user: User;

  constructor(user: User) {
    super(
      say`${userText(user)} had another login when you chose. Nothing was done. If it's still the right user, choose the user again.`,
    );
    this.user = user;
  }
}

/**
 * The user as Fastly has them now, that is in this interaction.
 *
 * @throws {LoginChanged} where the login is no longer what the person saw
 */
export async function userMeant(
  { users, services: { directory } }: Pick<Interaction, 'users' | 'services'>,
  meant: Meant,
): Promise<User> {
  const user = await users.getUser(meant.id);
  if (meantBy(user).login === meant.login) return user;
  // Where the person chose from a list, the next one they see has the login of now.
  directory.usersChanged();
  throw new LoginChanged(user);
}
