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

type UserButton = 'update' | 'lock' | 'unlock' | 'reset' | 'delete' | 'tokens' | 'revoke';

const BUTTONS: Record<UserButton, { text: string; confirm?(user: User): Confirm }> = {
  update: { text: 'Update…' },
  lock: { text: 'Lock…' },
  // It says what unlocking doesn't do.
  unlock: {
    text: 'Unlock',
    confirm: (user) => ({
      title: say`Unlock the user?`,
      text: say`${nameOf(user)} can be edited in Fastly again. ${NOT_BROUGHT_BACK}`,
      confirm: 'Unlock',
    }),
  },
  // An email can't be called back.
  reset: {
    text: 'Reset password',
    confirm: (user) => ({
      title: say`Reset the password?`,
      text: say`Fastly will email ${nameOf(user)} at ${code(user.login)} a link to choose a new password.`,
      confirm: 'Send',
    }),
  },
  delete: { text: 'Delete…' },
  tokens: { text: 'API tokens' },
  revoke: { text: 'Revoke…' },
};

/** A button that runs a subcommand about this user, or opens its form. @param alone whether its result is private */
export function userButton(name: UserButton, user: User, alone: boolean): Button {
  const { text, confirm } = BUTTONS[name];
  return button({
    actionId: `${name}.button`,
    text,
    value: ButtonValue.write({ user: meantBy(user), private: alone }),
    ...(confirm && { confirm: confirm(user) }),
  });
}
