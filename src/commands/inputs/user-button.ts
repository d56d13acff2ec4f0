import type { Button } from '@slack/types';
import { z } from 'zod';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import { button, type Confirm, confirmDialog } from '../../messages/kit/blocks.ts';
import { menu } from '../../messages/kit/inputs.ts';
import { context, type Message, message } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor, type Origin } from '../../slack/carried.ts';
import type { Incoming } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { userOptions } from './user-picker.ts';

/** The user a click is about, and whether its result is for the caller alone. Short, as options hold 75 characters. */
const About = codecFor('button', z.object({ user: UserId, private: z.boolean() }), 'get');

const CARRIED = 'carried: ';

/** A block's id holds 255 characters (docs.slack.dev, blocks); this much is left for what else was asked for. */
export const CARRIED_LENGTH = 255 - CARRIED.length;

/** What else was asked for travels in the id of its block, as an option's value has no room for it. */
function carrying(text: string | null): { block_id?: string } {
  return text === null ? {} : { block_id: `${CARRIED}${text}` };
}

function carriedBy(blockId: string): string | null {
  return blockId.startsWith(CARRIED) ? blockId.slice(CARRIED.length) : null;
}

/** A button about one user, with a dialog if `confirm` is given. */
function userButton(actionId: string, user: User, alone: boolean, text: string, confirm?: Confirm): Button {
  const value = About.write({ user: user.id, private: alone });
  return button({ actionId, text, value, ...(confirm && { confirm }) });
}

/**
 * The private question which of several matching users is meant.
 *
 * @param carried what else was asked for, which comes back with the choice as input
 * @param confirm the dialog for a choice that changes something
 */
export function whichUser(
  actionId: string,
  { origin }: Interaction,
  target: { typed: string; users: readonly User[]; more: boolean },
  {
    verb,
    carried: carriedText = null,
    confirm,
  }: { verb: string; carried?: string | null; confirm?: Confirm },
): Message {
  const { typed, users, more } = target;
  const asked = message(
    say`${users.length}${more ? '+' : ''} users match ${code(typed)}. Which one do you want to ${verb}?`,
  );
  const options = userOptions(users, ({ id }) => About.write({ user: id, private: origin.private }));
  asked.blocks.push({
    type: 'actions',
    ...carrying(carriedText),
    elements: [
      menu({
        id: actionId,
        placeholder: 'Choose a user',
        options,
        ...(confirm && { confirm: confirmDialog(confirm) }),
      }),
    ],
  });
  if (more) {
    asked.blocks.push(
      context(say`These are the best ${users.length} matches. Type more of the name to narrow it down.`),
    );
  }
  return asked;
}

/** The private question that follows a caution: continue anyway? */
export function allTheSame(
  actionId: string,
  { origin }: Interaction,
  user: User,
  caution: Sentence,
  verb: string,
  carriedText: string | null = null,
): Message {
  const asked = message(caution, say`User: ${nameOf(user)} (${code(user.login)}).`);
  asked.blocks.push({
    type: 'actions',
    ...carrying(carriedText),
    elements: [userButton(actionId, user, origin.private, `${verb} anyway`)],
  });
  return asked;
}

/**
 * The user behind a click on such a button or option, and the interaction with its result shown as the button says.
 *
 * @throws {Refusal} when it names no user
 */
export function clickedUser(
  interaction: Interaction,
  { value, blockId }: Extract<Incoming, { kind: 'click' }>,
  override: Partial<Pick<Origin, 'private'>> = {},
): { shown: Interaction; id: UserId; carried: string | null } {
  const about = About.read(value);
  const shown = interaction.shownTo({ private: about.private, ...override });
  return { shown, id: about.user, carried: carriedBy(blockId) };
}

/** The card's button. */
export function updateButton(user: User, alone: boolean): Button {
  return userButton('update.button', user, alone, 'Update…');
}

/** The card's button. It asks first, because an email can't be called back. */
export function resetButton(user: User, alone: boolean): Button {
  return userButton('reset.button', user, alone, 'Reset password', {
    title: say`Reset the password?`,
    text: say`Fastly will email ${nameOf(user)} at ${user.login} a link to choose a new password.`,
    confirm: 'Send',
  });
}

/** A card's button, which opens the form: a reason can be given there. */
export function deleteButton(user: User, alone: boolean): Button {
  return userButton('delete.button', user, alone, 'Delete…');
}
