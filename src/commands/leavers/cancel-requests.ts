import { isNewer, NeedsNewerVersion, type StoredRequest } from '../../approvals/newer.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, counted, namesInShort, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { LeaverValue, leaverActionId } from '../../slack/leaver-buttons.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { objectionText } from '../approvals/answer-text.ts';
import { refuseWhoMayNotDecide } from '../approvals/deciders.ts';
import { carryingButton } from '../carrying-button.ts';
import { stillGone } from './leaver-button.ts';

const REASON = 'The requester left Slack.';
/** Of many requests that could not be cancelled, so many are explained. */
const MOST_EXPLAINED = 10;

/** The button that ends what somebody who left has asked for. It denies each request, as its own button would. */
export const cancelRequestsListener: Listener = carryingButton(
  leaverActionId('requests'),
  LeaverValue,
  async (shown, { leaver: id }) => {
    const { services, reply } = shown;
    const { member } = await stillGone(shown, id);
    const cancelled: Sentence[] = [];
    const kept: Sentence[] = [];
    const open = await services.approvals.openOf(member);
    for (const { request } of open.filter(
      ({ request: each }) => isNewer(each) || each.state.kind === 'pending',
    )) {
      const why = await deny(shown, request);
      if (why === null) cancelled.push(say`${code(request.id)}`);
      else kept.push(say`${code(request.id)}: ${why}`);
    }
    await services.leavers.showAgain(id);
    const done =
      cancelled.length === 0
        ? say`No request was cancelled.`
        : say`Cancelled ${counted(cancelled.length, 'request')}: ${namesInShort(cancelled)}.`;
    const more = kept.length - MOST_EXPLAINED;
    const others = more > 0 ? [say`${counted(more, 'more request')} could not be cancelled.`] : [];
    await reply.privately(message(done, ...kept.slice(0, MOST_EXPLAINED), ...others));
  },
);

/** Null where it is cancelled, or why it isn't. */
async function deny(interaction: Interaction, { id }: StoredRequest): Promise<Sentence | null> {
  const { services, caller } = interaction;
  const { approvals } = services;
  try {
    await refuseWhoMayNotDecide(interaction, await approvals.get(id), 'deny');
    const answer = await approvals.deny(id, caller.memberId, REASON);
    return answer.kind === 'step' ? null : objectionText(answer, approvals.policy);
  } catch (error) {
    if (error instanceof Refusal) return error.sentence;
    if (error instanceof NeedsNewerVersion) return say`It needs a newer version of the bot.`;
    throw error;
  }
}
