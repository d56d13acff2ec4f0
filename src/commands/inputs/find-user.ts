import { openInvitation } from '../../changes/operations.ts';
import { type Found, isAddress, type Purpose } from '../../directory/directory.ts';
import type { User } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { MOST_OPTIONS } from '../../messages/kit/inputs.ts';
import {
  code,
  date,
  enumerate,
  member,
  type Sentence,
  say,
  typedWords,
} from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';
import { orNull } from '../or-null.ts';
import { linkedAddress, nearest, type Word, WordsError } from './command-text.ts';
import { lookButton } from './question.ts';

/**
 * The user that the words mean. `certain`: the words are the user's id, login or whole name, so a change needs no
 * question. `typed` is what they were, as the person saw it.
 */
export type Match = { typed: Sentence } & (
  | { kind: 'certain' | 'likely'; user: User }
  | { kind: 'several'; users: readonly [User, ...User[]]; more: boolean }
);

export type SeveralMatch = Extract<Match, { kind: 'several' }>;

export type Asking = Pick<Interaction, 'origin'> & {
  users: Pick<Interaction['users'], 'getUser'>;
  services: Pick<Services, 'directory' | 'disabled'> & {
    fastly: Pick<Services['fastly'], 'listInvitations'>;
    members: Pick<Services['members'], 'profileOf'>;
    leavers: Pick<Services['leavers'], 'met'>;
  };
  log: Pick<Interaction['log'], 'warn'>;
};

/** A member who was mentioned is asked about anew after this long. */
const MENTIONED_FRESH_MILLISECONDS = 60_000;

const MOST_NEAR = 3;
const INVITATION_PAGES = 5;

export function givenWords(words: readonly Word[]): Word[] {
  return words.filter((word) => word.kind !== 'text' || word.text.trim() !== '');
}

/**
 * Finds the user that the words after a subcommand mean: an id, a login, (part of) a name, or a mention of a member whose
 * address is a login.
 *
 * @throws {Refusal} when they mean nobody
 * @throws {WordsError} for what stands for nobody or for several, and for an address or a mention among other words
 */
export async function findUser(asking: Asking, words: readonly Word[], purpose: Purpose): Promise<Match> {
  const [first] = words;
  for (const word of words) {
    if (word.kind === 'special') {
      throw new WordsError(say`${typedWords(word.text)} isn't a user. Type a name, an email or an ID.`);
    }
    if (words.length > 1 && word.kind === 'mention') {
      throw new WordsError(say`Use a mention on its own, without other words.`);
    }
    if (word.kind === 'text' && (linkedAddress(word) !== undefined || isAddress(word.text))) {
      if (words.length > 1 || /\s/.test(word.text.trim())) throw severalWords(word.text);
    }
  }
  if (first?.kind === 'mention') return await byMention(asking, first.memberId);
  const shown = words.map((word) => (word.kind === 'mention' ? '' : word.text)).join(' ');
  return await byText(asking, shown, purpose, first && linkedAddress(first));
}

function severalWords(address: string): WordsError {
  return new WordsError(
    say`Type one email on its own, without other words. You typed more than ${typedWords(address)}. A reason goes after ${code('--reason')}, and a value with spaces in quotes.`,
  );
}

/** @param linked the address, where Slack made a link of it */
async function byText(
  asking: Asking,
  typed: string,
  purpose: Purpose,
  linked: string | undefined,
): Promise<Match> {
  const { users, services } = asking;
  const { directory } = services;
  for (const text of linked === undefined ? new Set([typed, withoutMarks(typed)]) : [linked]) {
    const found = await directory.find(text, purpose, MOST_OPTIONS, users);
    const match = matchOf(found, say`${typedWords(text)}`);
    if (match) return match;
  }
  const address = linked ?? typed;
  if (isAddress(address)) throw await nobodysAddress(asking, address, purpose);
  const close = nearest(typed, await directory.words());
  const meant = close === null ? say`` : say`Did you mean ${code(close)}? `;
  const reason =
    purpose === 'change' && /\S\s+\S+\s+\S/.test(typed)
      ? say`A reason goes after ${code('--reason')}. `
      : say``;
  throw new Refusal(
    say`No user matches ${typedWords(typed)}. ${meant}${reason}Search by name, email or ID. A user added in Fastly within the last minute may not show yet.`,
  );
}

function matchOf(found: Found, typed: Sentence): Match | null {
  switch (found.kind) {
    case 'none':
      return null;
    case 'several': {
      const [first, ...others] = found.users;
      return first ? { ...found, users: [first, ...others], typed } : null;
    }
    default:
      return { ...found, typed };
  }
}

/** Marks that people put around what they type. Each is closed by the one below it. */
const OPENING = `*_~"'\`“‘„‚«‹([{<`;
const CLOSING = `*_~"'\`”’“‘»›)]}>`;

/** Without the marks that stand around all of it in pairs, and without one sign at its end. */
function withoutMarks(typed: string): string {
  let text = typed.trim();
  let mayEnd = true;
  for (;;) {
    const place = OPENING.indexOf(text[0] ?? ' ');
    if (text.length > 2 && place !== -1 && text.at(-1) === CLOSING[place]) text = text.slice(1, -1).trim();
    else if (mayEnd && text.length > 1 && /[.,;:!?]$/.test(text)) {
      text = text.slice(0, -1);
      mayEnd = false;
    } else return text;
  }
}

/** An address that is nobody's login is never taken for a part of one. Whom it may stand for is said, and can be seen. */
async function nobodysAddress(asking: Asking, address: string, purpose: Purpose): Promise<Refusal> {
  const { services } = asking;
  const invited = await invitationOf(asking, address);
  if (invited !== null) return new Refusal(invited);
  const near = await services.directory.near(address, MOST_NEAR);
  const undone = purpose === 'change' ? say` Nothing was done.` : say``;
  const nobody = say`No user has the login ${typedWords(address)}.${undone}`;
  if (near.length === 0) return new Refusal(say`${nobody} Search by part of the name.`);
  const shown = services.disabled.has('get') ? [] : near.map((user) => lookButton(asking, user));
  return new Refusal(say`${nobody} Similar: ${enumerate(near.map(({ login }) => code(login)))}.`, {
    buttons: shown,
  });
}

async function invitationOf({ services, log }: Asking, address: string): Promise<Sentence | null> {
  const { fastly, disabled } = services;
  const why = 'the open invitations could not be looked through for an address';
  const invitation = await orNull(openInvitation(fastly, address, INVITATION_PAGES), log, why);
  if (!invitation) return null;
  const when = invitation.created_at ? say` on ${date(new Date(invitation.created_at))}` : say``;
  const withdraw = disabled.has('invitations')
    ? say``
    : say` To withdraw the invitation, run ${code('/fastly-user invitations')}.`;
  const again = disabled.has('invite')
    ? say``
    : say` To send it again, withdraw it, then run ${code('/fastly-user invite')} with the same address.`;
  return say`${typedWords(address)} was invited${when} and hasn't joined yet, so there is no user.${withdraw}${again}`;
}

async function byMention({ services }: Asking, memberId: MemberId): Promise<Match> {
  const profile = await services.members.profileOf(memberId, MENTIONED_FRESH_MILLISECONDS);
  const mentioned = profile === 'hidden' ? null : profile;
  const found = mentioned && (await services.directory.findMember(mentioned, MOST_OPTIONS));
  const match = found && matchOf(found, say`${member(memberId)}`);
  if (match && match.kind === 'certain') services.leavers.met(match.user, memberId);
  if (match) return match;
  if (profile === null) {
    throw new Refusal(
      say`Slack didn't say who ${member(memberId)} is. Nothing was done. Try again in a minute, or type the email.`,
    );
  }
  throw new Refusal(
    mentioned === null
      ? say`Slack doesn't share ${member(memberId)}'s email address. Search by name or email instead.`
      : say`No user has ${member(memberId)}'s email address as a login. Search by name or email instead.`,
  );
}
