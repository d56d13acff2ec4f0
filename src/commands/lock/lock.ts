import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { LockStep } from '../../changes/lock-step.ts';
import { message } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { isApprovalRequired } from '../approvals/filing.ts';
import { formListener, viewOf } from '../form.ts';
import type { FlagValues } from '../inputs/command-text.ts';
import { findUser, givenWords, type Match } from '../inputs/find-user.ts';
import { LoginChanged, meantBy } from '../inputs/meant.ts';
import { checkedReason, reasonFromFlag } from '../inputs/reason.ts';
import { clickedUser } from '../inputs/user-button.ts';
import { pickedUser, USER_PICKER } from '../inputs/user-picker.ts';
import { whichUser } from '../inputs/which-user.ts';
import { leaverButtonListener } from '../leavers/leaver-button.ts';
import type { Subcommand } from '../subcommand.ts';
import { LOCK_TITLE, lockForm, lockFormListener } from './lock-form.ts';
import { lockUser } from './lock-or-request.ts';
import { stepButtonListeners } from './step-buttons.ts';

const PICK = { id: 'lock.pick', title: LOCK_TITLE, submit: 'Next', mainBlockId: USER_PICKER };

const WantedSchema = z.object({ steps: z.array(LockStep), reason: z.string().nullable() });
type Wanted = z.infer<typeof WantedSchema>;
const Wanted = codecFor('form', WantedSchema, 'lock');

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
      await openModal(interaction, pickForm(interaction, wanted));
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
      await openModal(interaction, pickForm(interaction, wanted, { several: match }));
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
    {
      kind: 'click',
      id: 'lock.button',
      async run(interaction, click) {
        // Results are public even if the card was private.
        const { shown, user } = clickedUser(interaction, click, { private: false });
        await openWhenReady(shown, LOCK_TITLE, () => lockForm(shown, user, { steps: [], reason: null }));
      },
    },
    formListener(PICK, {
      async work(interaction, { values, subject }) {
        const user = pickedUser(values);
        const wanted = read(subject);
        const view = await lockForm(interaction, user, wanted).catch(async (error: unknown) => {
          if (!(error instanceof LoginChanged)) throw error;
          const onTop = say`This user has another login now. Nothing was done. Check that it's still the right user, then lock.`;
          return await lockForm(interaction, meantBy(error.user), { ...wanted, onTop });
        });
        const again = code(`/fastly-user lock ${user.id}`);
        return {
          kind: 'next',
          view,
          orElse: message(say`You closed the form. Run ${again} to lock the user.`),
        };
      },
      again: async (interaction, { subject }, problem) => pickForm(interaction, read(subject), { problem }),
    }),
  ],
};

function stepsIn(flags: FlagValues): LockStep[] {
  return LockStep.options.filter((step) => flags[FLAGS[step]] === true);
}

/** The form that asks for the user. Offers the matching users if there are several. */
function pickForm(
  interaction: Interaction,
  wanted: Wanted,
  { several, problem }: { several?: Extract<Match, { kind: 'several' }>; problem?: Sentence } = {},
): ModalView {
  return viewOf(PICK, interaction.origin, {
    onTop: problem,
    subject: Wanted.write(wanted),
    blocks: whichUser(several),
  });
}

/** @throws {Refusal} for text that this version of the bot didn't write */
function read(subject: string | null): Wanted {
  const { steps, reason } = Wanted.read(subject);
  return { steps, reason: checkedReason(reason) };
}
