import type { ModalView } from '@slack/types';
import { needsReason } from '../../approvals/policy.ts';
import type { LockStep } from '../../changes/lock-step.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { nameOf } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { isApprovalRequired, whoDecides } from '../approvals/filing.ts';
import { formListener, viewOf } from '../form.ts';
import { LoginChanged, Meant, meantBy, userMeant } from '../inputs/meant.ts';
import { REASON, reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { lockInputs, offerFor, tickedSteps } from './lock-inputs.ts';
import { lockUser, refuseWhereInTheWay } from './lock-or-request.ts';

export const LOCK_TITLE = 'Lock a user';
const FORM = { id: 'lock.form', title: LOCK_TITLE, submit: 'Lock', mainBlockId: REASON };

/** On top of the form, which shows the login of now: sending it says that it is the right user. */
export const ANOTHER_LOGIN = say`This user has another login now. Nothing was done. Check that it's still the right user, then lock.`;

/** The user a form is about. */
const About = codecFor('form', Meant, 'lock');

type Filled = { steps: readonly LockStep[]; reason: string | null; onTop?: Sentence };

/** The form that says what locking does and does not do. @throws {Refusal} for a user who is gone */
export async function lockForm(
  interaction: Interaction,
  meant: Meant,
  { steps, reason, onTop }: Filled,
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
      ...lockInputs(interaction, { login: user.login, name: nameOf(user) }, offer, steps),
      ...(note === null ? [] : [richText(say`Locking a Fastly superuser is a request. ${note}`)]),
      reasonInput('Reason', reason, { optional: !(needsRequest && needsReason(approvals.policy, 'demote')) }),
    ],
  });
}

export const lockFormListener: Listener = formListener(FORM, {
  async work(interaction, { values, subject }) {
    const wanted = { steps: tickedSteps(values), reason: reasonFromForm(values) };
    try {
      return await lockUser(interaction, About.read(subject), wanted);
    } catch (error) {
      if (!(error instanceof LoginChanged)) throw error;
      const filled = { ...wanted, onTop: ANOTHER_LOGIN };
      const view = await lockForm(interaction, meantBy(error.user), filled);
      return { kind: 'next', view, orElse: message(error.sentence) };
    }
  },
  async again(interaction, { values, subject }, problem) {
    const { id } = About.read(subject);
    const user = await interaction.users.getUser(id);
    const filled = { steps: tickedSteps(values), reason: values[REASON] ?? null, onTop: problem };
    return await lockForm(interaction, meantBy(user), filled);
  },
});
