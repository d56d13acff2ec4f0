import type { KnownBlock } from '@slack/types';
import type { ApprovalRequest, RequestId } from '../../approvals/request.ts';
import type { StepResult } from '../../approvals/steps.ts';
import { approvalFormText, cancelFormText, denialFormText } from '../../messages/approval-form.ts';
import { APPROVE, CANCEL, DENY, RETRY } from '../../messages/approval-message.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { richText } from '../../messages/kit/sentence.ts';
import { offText } from '../../messages/promotion-text.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { doneText, objectionText } from './answer-text.ts';
import { refuseWhoItIsAbout, refuseWhoMayNotDecide } from './deciders.ts';
import { isShown, requestButtonListener } from './request-button.ts';
import { type StepForm, stepListeners } from './step-form.ts';

/** The listeners of a request's buttons, but for **Lock now**. */
export const decisions: readonly Listener[] = [
  ...stepListeners({
    actionId: APPROVE,
    title: 'Approve a request',
    submit: 'Approve',
    close: 'Not now',
    comment: 'Comment',
    says: approvalFormText,
    more: endThatIsOff,
    ...checkedAndTaken('approve'),
  }),
  ...stepListeners({
    actionId: DENY,
    title: 'Deny a request',
    submit: 'Deny',
    close: 'Not now',
    comment: 'Reason',
    says: denialFormText,
    ...checkedAndTaken('deny'),
  }),
  ...stepListeners({
    actionId: CANCEL,
    title: 'Cancel a request',
    submit: 'Cancel request',
    close: 'Keep request',
    comment: 'Comment',
    says: cancelFormText,
    ...checkedAndTaken('cancel'),
  }),
  // What is tried again has been approved, in a form.
  requestButtonListener(RETRY, async ({ interaction, id, seenAt }) => {
    const { approvals } = interaction.services;
    await refuseWhoMayNotDecide(interaction, await approvals.get(id), 'retry');
    const request = stepTaken(interaction, await approvals.retry(id, interaction.caller.memberId));
    if (!isShown(seenAt, request)) {
      await interaction.reply.privately(message(doneText(request, approvals.policy)));
    }
    return 'done';
  }),
];

/** That a role of the user ends, where the request sets one: then that end is off. */
async function endThatIsOff({ services }: Interaction, { action }: ApprovalRequest): Promise<KnownBlock[]> {
  const { id } = action.target;
  if (id === null || !('changes' in action) || action.changes.role === undefined) return [];
  const running = await services.promotions.of(id);
  return running === null ? [] : [richText(offText(running, action.kind === 'promote-for'))];
}

/** The rules are asked first, which takes no call; then who clicks, whom Slack may have to be asked for. */
function checkedAndTaken(step: 'approve' | 'deny' | 'cancel'): Pick<StepForm, 'check' | 'take'> {
  const refuseWhoCannot = async (interaction: Interaction, id: RequestId) => {
    const { services, caller } = interaction;
    const request = stepTaken(interaction, await services.approvals.foresee(id, caller.memberId, step));
    if (step !== 'cancel') await refuseWhoItIsAbout(interaction, request, step);
    return request;
  };
  return {
    check: refuseWhoCannot,
    async take(interaction, id, { comment, seen }) {
      const { services, caller } = interaction;
      const { approvals } = services;
      const by = caller.memberId;
      if (step !== 'cancel') await refuseWhoMayNotDecide(interaction, await approvals.get(id), step);
      const taken =
        step === 'approve' ? approvals.approve(id, by, comment, seen) : approvals[step](id, by, comment);
      const request = stepTaken(interaction, await taken);
      return { request, told: message(doneText(request, approvals.policy)), isShown: true };
    },
  };
}

/** @throws {Refusal} where it was not taken, with why and how the request stands */
function stepTaken({ services }: Interaction, answer: StepResult): ApprovalRequest {
  if (answer.kind === 'step') return answer.request;
  throw new Refusal(objectionText(answer, services.approvals.policy));
}
