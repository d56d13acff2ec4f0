import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { needsReason } from '../../approvals/policy.ts';
import { LockStep } from '../../changes/lock-step.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { approvalText, isApprovalRequired, whoDecides } from '../approvals/filing.ts';
import { formListener, viewOf } from '../form.ts';
import { findUser, givenWords } from '../inputs/find-user.ts';
import { LoginChanged, Meant, meantBy, userMeant } from '../inputs/meant.ts';
import { checkedReason, REASON, reasonFromFlag, reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { userButtonListener } from '../inputs/user-button.ts';
import { USER_PICKER } from '../inputs/user-picker.ts';
import { type UserFirst, userFirstForm, userFirstListener } from '../inputs/which-user.ts';
import { leaverButtonListener } from '../leavers/leaver-button.ts';
import type { Subcommand } from '../subcommand.ts';
import { lockInputs, offerFor, tickedSteps } from './lock-inputs.ts';
import { lockUser, refuseWhereInTheWay } from './lock-or-request.ts';
import { stepButtonListeners } from './step-buttons.ts';

const LOCK_TITLE = 'Lock a user';
const FORM = { id: 'lock.form', title: LOCK_TITLE, submit: 'Lock', mainBlockId: REASON };

/** On top of the form, which shows the login of now: sending it says that it is the right user. */
const ANOTHER_LOGIN = say`This user has another login now. Nothing was done. Check that it's still the right user, then lock.`;

const About = codecFor('form', Meant, 'lock');

type Wanted = { steps: readonly LockStep[]; reason: string | null };

const USER_FIRST: UserFirst<Wanted> = {
  form: { id: 'lock.pick', title: LOCK_TITLE, submit: 'Next', mainBlockId: USER_PICKER },
  carried: codecFor('form', z.object({ steps: z.array(LockStep), reason: z.string().nullable() }), 'lock'),
  next: (interaction, user, { steps, reason }, onTop) =>
    lockForm(interaction, user, { steps, reason: checkedReason(reason) }, onTop),
  anotherLogin: ANOTHER_LOGIN,
  closed: (again) => say`You closed the form. Run ${again} to lock the user.`,
};

const FLAGS: Record<LockStep, string> = {
  'end-sessions': 'end-sessions',
  revoke: 'revoke-tokens',
  reset: 'email-reset',
};

export const lock: Subcommand = {
  name: 'lock',
  summary: 'Lock a user at once',
  about: (services) => {
    const superusers = approvalText(services, 'demote', 'Locking a Fastly superuser');
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
    const steps = LockStep.options.filter((step) => flags[FLAGS[step]] === true);
    const wanted = { steps, reason: reasonFromFlag(flags) };
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
    formListener(FORM, {
      async work(interaction, { values, subject }) {
        const wanted = { steps: tickedSteps(values), reason: reasonFromForm(values) };
        try {
          return await lockUser(interaction, About.read(subject), wanted);
        } catch (error) {
          if (!(error instanceof LoginChanged)) throw error;
          const view = await lockForm(interaction, meantBy(error.user), wanted, ANOTHER_LOGIN);
          return { kind: 'next', view, orElse: message(error.sentence) };
        }
      },
      async again(interaction, { values, subject }, problem) {
        const { id } = About.read(subject);
        const user = await interaction.users.getUser(id);
        const filled = { steps: tickedSteps(values), reason: values[REASON] ?? null };
        return await lockForm(interaction, meantBy(user), filled, problem);
      },
    }),
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

/** The form that says what locking does and does not do. @throws {Refusal} for a user who is gone */
async function lockForm(
  interaction: Interaction,
  meant: Meant,
  { steps, reason }: Wanted,
  onTop?: Sentence,
): Promise<ModalView> {
  const user = await userMeant(interaction, meant);
  if (user.deleted_at) throw new Refusal(say`${code(user.login)} was deleted, so it can't be locked.`);
  const needsRequest = mayBeSuperuser(user);
  const open = await interaction.services.approvals.openAbout(user.id);
  await refuseWhereInTheWay(interaction, user, open);
  const [offer, note] = await Promise.all([
    offerFor(interaction, user, open),
    needsRequest ? whoDecides(interaction, 'demote') : null,
  ]);
  const { approvals } = interaction.services;
  const waits = needsRequest && isApprovalRequired(interaction.services, 'demote');
  const form = waits ? { ...FORM, submit: 'Request lock' } : FORM;
  return viewOf(form, interaction.origin, {
    onTop,
    subject: About.write(meantBy(user)),
    blocks: [
      ...lockInputs(interaction, user, offer, steps),
      ...(note === null ? [] : [richText(say`Locking a Fastly superuser is a request. ${note}`)]),
      reasonInput('Reason', reason, { optional: !(needsRequest && needsReason(approvals.policy, 'demote')) }),
    ],
  });
}
