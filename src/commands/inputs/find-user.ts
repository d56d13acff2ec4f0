import { WebAPIPlatformError } from '@slack/web-api';
import type { User } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { MOST_OPTIONS } from '../../messages/kit/inputs.ts';
import { code, member, say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';
import { nearest, type Word, WordsError } from './command-text.ts';

/** The user that the words mean, or several to choose from. */
export type Target =
  | { kind: 'one'; user: User }
  | { kind: 'several'; typed: string; users: readonly User[]; more: boolean };

/**
 * Finds the user that the words after a subcommand mean: an ID, a login, (part of) a name, or a mention of a member
 * whose email address is a login.
 *
 * @throws {Refusal} when no user matches
 * @throws {WordsError} for a mention among other words
 */
export async function findUser(interaction: Interaction, words: readonly Word[]): Promise<Target> {
  const mentioned = words.find((word) => word.kind === 'mention');
  if (mentioned?.kind === 'mention') {
    if (words.length > 1) throw new WordsError(say`Use a mention on its own, without other words.`);
    return { kind: 'one', user: await byMention(interaction.services, mentioned.memberId) };
  }
  const typed = words.map((word) => (word.kind === 'text' ? word.text : '')).join(' ');
  const found = await interaction.services.directory.find(typed, MOST_OPTIONS);
  if (found.kind === 'none') {
    const close = nearest(typed, await interaction.services.directory.words());
    const meant = close === null ? say`` : say`Did you mean ${code(close)}? `;
    throw new Refusal(
      say`No user matches ${code(typed)}. ${meant}Search by name, email or ID. A user added in Fastly within the last minute may not show yet.`,
    );
  }
  return found.kind === 'one' ? found : { ...found, typed };
}

async function byMention({ slack, directory }: Services, memberId: MemberId): Promise<User> {
  const email = await emailOf(slack.patient, memberId);
  const user = email === null ? null : await directory.byLogin(email);
  if (user) return user;
  throw new Refusal(
    email === null
      ? say`Slack doesn't share ${member(memberId)}'s email address. Search by name or email instead.`
      : say`No user has ${member(memberId)}'s email address as a login. Search by name or email instead.`,
  );
}

async function emailOf(slack: Services['slack']['patient'], memberId: MemberId): Promise<string | null> {
  try {
    const { user } = await slack.users.info({ user: memberId });
    return user?.profile?.email ?? null;
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return null;
    throw error;
  }
}
