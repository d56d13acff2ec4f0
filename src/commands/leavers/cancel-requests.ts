import { type ApprovalRequest, RequestId } from '../../approvals/request.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, enumerate, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { LeaverValue, leaverActionId } from '../../slack/leaver-buttons.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { objectionText } from '../approvals/answer-text.ts';
import { refuseWhoMayNotDecide } from '../approvals/deciders.ts';
import { carryingButton } from '../carrying-button.ts';
import { stillGone } from './leaver-button.ts';

const REASON = 'The requester left Slack.';

/** The button that ends what somebody who left has asked for. It denies each request, as its own button would. */
export const cancelRequestsListener: Listener = carryingButton(
  leaverActionId('requests'),
  LeaverValue,
  async (shown, { leaver: id }) => {
    const { services, reply } = shown;
    const { member } = await stillGone(shown, id);
    const denied: Sentence[] = [];
    const kept: Sentence[] = [];
    for (const request of await services.leavers.requestsOf(member)) {
      const why = await deny(shown, request);
      if (why === null) denied.push(say`${code(request.id)}`);
      else kept.push(say`${code(request.id)}: ${why}`);
    }
    await services.leavers.showAgain(id);
    const done = denied.length === 0 ? say`No request was denied.` : say`Denied: ${enumerate(denied)}.`;
    await reply.privately(message(done, ...kept));
  },
);

/** Null where it is denied, or why it isn't. */
async function deny(interaction: Interaction, { id }: ApprovalRequest): Promise<Sentence | null> {
  const { services, caller } = interaction;
  const { approvals } = services;
  try {
    await refuseWhoMayNotDecide(interaction, await approvals.get(RequestId.parse(id)), 'deny');
    const answer = await approvals.deny(id, caller.memberId, REASON);
    return answer.kind === 'step' ? null : objectionText(answer, approvals.policy);
  } catch (error) {
    if (error instanceof Refusal) return error.sentence;
    throw error;
  }
}
