import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import { NOT_BROUGHT_BACK } from '../../messages/lock-limits.ts';
import { userText } from '../../messages/user-text.ts';
import { approvalText } from '../approvals/filing.ts';
import { userMeant } from '../inputs/meant.ts';
import { oneUserSubcommand } from '../inputs/one-user.ts';
import { alter } from '../update/alter.ts';

/** Unlocks a user, as an update does: by an approval request where that lets a Fastly superuser back in. */
export const unlock = oneUserSubcommand({
  name: 'unlock',
  summary: 'Unlock a user',
  about: (services) =>
    say`The user can be edited in Fastly again. ${NOT_BROUGHT_BACK}${approvalText(services, 'promote', 'Unlocking a Fastly superuser')}`,
  examples: ['unlock', 'unlock amara.fenwick@example.com'],
  form: { title: 'Unlock a user', submit: () => 'Unlock' },
  purpose: 'change',
  button: (_services, name) => `Unlock ${name}`,
  note: async () => NOT_BROUGHT_BACK,
  async act(interaction, meant) {
    const user = await userMeant(interaction, meant);
    if (!user.deleted_at && !user.locked) {
      throw new Refusal(say`${userText(user)} isn't locked. Nothing was changed.`);
    }
    const wanted = { settings: { locked: false }, reason: null, lasts: null };
    return await alter(interaction, meant, wanted);
  },
});
