import type { Button } from '@slack/types';
import { z } from 'zod';
import { nameOf, type User } from '../../fastly/user.ts';
import { button, type Confirm } from '../../messages/kit/blocks.ts';
import { code, say } from '../../messages/kit/sentence.ts';
import { NOT_BROUGHT_BACK } from '../../messages/lock-limits.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { carryingButton } from '../carrying-button.ts';
import { Meant, meantBy } from './meant.ts';

/** The user a button is about, and whether its result is for the caller alone. */
const ButtonValue = codecFor('button', z.object({ user: Meant, private: z.boolean() }), 'get');

/** Listens for such a button. @param isPublic whether the result is public even if the card was private */
export function userButtonListener(
  id: string,
  { isPublic }: { isPublic: boolean },
  work: (shown: Interaction, user: Meant) => Promise<void>,
): Listener {
  return carryingButton(id, ButtonValue, async (shown, { user }) => {
    await work(isPublic ? shown.shownTo({ private: false }) : shown, user);
  });
}

/** The card's button. */
export function updateButton(user: User, alone: boolean): Button {
  return userButton('update.button', user, alone, 'Update…');
}

/** The card's button, which opens the form that says what locking does. */
export function lockButton(user: User, alone: boolean): Button {
  return userButton('lock.button', user, alone, 'Lock…');
}

/** The card's button. It asks first, and says what unlocking doesn't do. */
export function unlockButton(user: User, alone: boolean): Button {
  return userButton('unlock.button', user, alone, 'Unlock', {
    title: say`Unlock the user?`,
    text: say`${nameOf(user)} can be edited in Fastly again. ${NOT_BROUGHT_BACK}`,
    confirm: 'Unlock',
  });
}

/** The card's button. It asks first, because an email can't be called back. */
export function resetButton(user: User, alone: boolean): Button {
  return userButton('reset.button', user, alone, 'Reset password', {
    title: say`Reset the password?`,
    text: say`Fastly will email ${nameOf(user)} at ${code(user.login)} a link to choose a new password.`,
    confirm: 'Send',
  });
}

/** A card's button, which opens the form: a reason can be given there. */
export function deleteButton(user: User, alone: boolean): Button {
  return userButton('delete.button', user, alone, 'Delete…');
}

/** The card's button. */
export function tokensButton(user: User, alone: boolean): Button {
  return userButton('tokens.button', user, alone, 'API tokens');
}

/** Opens the form to revoke this user's tokens. */
export function revokeButton(user: User, alone: boolean): Button {
  return userButton('revoke.button', user, alone, 'Revoke…');
}

function userButton(actionId: string, user: User, alone: boolean, text: string, confirm?: Confirm): Button {
  const value = ButtonValue.write({ user: meantBy(user), private: alone });
  return button({ actionId, text, value, ...(confirm && { confirm }) });
}
