import { z } from 'zod';
import { LockStep } from '../../changes/lock-step.ts';
import { message } from '../../messages/kit/message.ts';
import { code, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { isApprovalRequired } from '../approvals/filing.ts';
import type { FlagValues } from '../inputs/command-text.ts';
import { findUser, givenWords } from '../inputs/find-user.ts';
import { meantBy } from '../inputs/meant.ts';
import { checkedReason, reasonFromFlag } from '../inputs/reason.ts';
import { userButtonListener } from '../inputs/user-button.ts';
import { USER_PICKER } from '../inputs/user-picker.ts';
import { type UserFirst, userFirstForm, userFirstListener } from '../inputs/which-user.ts';
import { leaverButtonListener } from '../leavers/leaver-button.ts';
import type { Subcommand } from '../subcommand.ts';
import { ANOTHER_LOGIN, LOCK_TITLE, lockForm, lockFormListener } from './lock-form.ts';
import { lockUser } from './lock-or-request.ts';
import { stepButtonListeners } from './step-buttons.ts';

type Wanted = { steps: LockStep[]; reason: string | null };
const Carried = codecFor<Wanted>(
  'form',
  z.object({ steps: z.array(LockStep), reason: z.string().nullable() }),
  'lock',
);

const USER_FIRST: UserFirst<Wanted> = {
  form: { id: 'lock.pick', title: LOCK_TITLE, submit: 'Next', mainBlockId: USER_PICKER },
  carried: {
    write: Carried.write,
    read(subject) {
      const { steps, reason } = Carried.read(subject);
      return { steps, reason: checkedReason(reason) };
    },
  },
  next: (interaction, user, wanted, onTop) =>
    lockForm(interaction, user, { ...wanted, ...(onTop && { onTop }) }),
  anotherLogin: ANOTHER_LOGIN,
  closed: (again) => say`You closed the form. Run ${again} to lock the user.`,
};

const FLAGS: Record<LockStep, string> = {
  'end-sessions': 'end-sessions',
  revoke: 'revoke-tokens',
  reset: 'email-reset',
};

/** Locks a user, and does what is to follow. */
export const lock: Subcommand = {
  name: 'lock',
  summary: 'Lock a user at once',
  about: (services) => {
    const superusers = isApprovalRequired(services, 'demote')
      ? say` Locking a Fastly superuser needs approval.`
      : say``;
    return say`Keeps the user from being edited in Fastly, which promises no more. Sign-in, browser sessions and API tokens of a locked user may go on working. ${code('--end-sessions')} ends the browser sessions, ${code('--revoke-tokens')} requests that the API tokens are revoked, and ${code('--email-reset')} has Fastly email the user a link to choose a new password. The user is locked first. With a user's whole email, ID or name the lock is made at once. Otherwise a form opens.${superusers}`;
  },
  usage: '[user] [--end-sessions] [--revoke-tokens] [--email-reset] [--reason …] [--private]',
  examples: [
    'lock',
    'lock amara.fenwick@example.com',
    'lock "Leif Drummond" --end-sessions --reason "Lost laptop"',
  ],
  flags: {
    ...Object.fromEntries(Object.values(FLAGS).map((flag) => [flag, 'switch' as const])),
    reason: 'text',
  },
  async run(interaction, { words, flags }) {
    const wanted = { steps: stepsIn(flags), reason: reasonFromFlag(flags) };
    const given = givenWords(words);
    if (given.length === 0) {
      await openModal(interaction, userFirstForm(USER_FIRST, interaction, wanted));
      return;
    }
    const match = await findUser(interaction, given, 'change');
    if (match.kind === 'certain') {
      const delivered = await lockUser(interaction, meantBy(match.user), wanted);
      if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
      return;
    }
    // The form names the user, and nothing is done before it is sent: it is the question.
    if (match.kind === 'several')
      await openModal(interaction, userFirstForm(USER_FIRST, interaction, wanted, { offered: match }));
    else
      await openWhenReady(interaction, LOCK_TITLE, () => lockForm(interaction, meantBy(match.user), wanted));
  },
  listeners: [
    lockFormListener,
    ...stepButtonListeners,
    leaverButtonListener('lock', async (interaction, whom) => {
      await openWhenReady(interaction, LOCK_TITLE, async () =>
        lockForm(interaction, await whom(), { steps: [], reason: null }),
      );
    }),
    userButtonListener('lock.button', { isPublic: true }, async (shown, user) => {
      await openWhenReady(shown, LOCK_TITLE, () => lockForm(shown, user, { steps: [], reason: null }));
    }),
    userFirstListener('lock', USER_FIRST),
  ],
};

function stepsIn(flags: FlagValues): LockStep[] {
  return LockStep.options.filter((step) => flags[FLAGS[step]] === true);
}
