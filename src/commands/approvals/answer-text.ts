import { verbOf } from '../../approvals/action.ts';
import { mayApprove } from '../../approvals/approvers.ts';
import type { ApprovalPolicy } from '../../approvals/policy.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { StepResult } from '../../approvals/steps.ts';
import { stateInAnswer, stateText, targetText } from '../../messages/approval-text.ts';
import { code, date, member, mentions, type Sentence, say } from '../../messages/kit/sentence.ts';
import { gerund, subcommandFor } from '../../messages/verb-text.ts';
import { ABOUT_YOU } from './deciders.ts';

/** What a click did, for a caller who does not see the request's message. */
export function doneText(request: ApprovalRequest, policy: ApprovalPolicy): Sentence {
  const { state } = request;
  const doing = gerund(verbOf(request.action), targetText(request));
  switch (state.kind) {
    case 'pending':
      return say`✅ You approved ${doing}. ${stateInAnswer(request, policy)}`;
    case 'approved':
    case 'executing':
      return say`⚙️ Approved. Now ${doing}. The request shows the result.`;
    default:
      return stateText(request, policy);
  }
}

/** Why a click changed nothing, and how the request stands. */
export function objectionText(
  answer: Exclude<StepResult, { kind: 'step' }>,
  policy: ApprovalPolicy,
): Sentence {
  if (answer.kind === 'unknown') {
    return say`This request no longer exists. Run ${code('/fastly-user approvals')} to list open requests.`;
  }
  const { objection, request } = answer;
  const { requester, expiresAt } = request;
  switch (objection) {
    case 'own-request':
      return say`You can't decide on your own request. ${others(request, policy)} can, or you can cancel it.`;
    case 'about-you':
      return ABOUT_YOU;
    case 'other-tokens':
      return say`The user's tokens aren't those that you saw any more. Nothing was approved. Close this form and check the request.`;
    case 'added-later':
      return say`You were added after this was filed, so you can't decide on it. ${others(request, policy)} can.`;
    case 'already-approved':
      return say`You already approved this request. ${stateInAnswer(request, policy)}`;
    case 'too-late':
      return say`This request expired ${date(new Date(expiresAt))}. Run ${code(`/fastly-user ${subcommandFor(verbOf(request.action))}`)} to make a new one.`;
    case 'not-the-requester':
      return say`Only ${member(requester)} can cancel this request. You can ${request.state.kind === 'failed' ? 'retry' : 'deny'} it.`;
    case 'not-waiting':
    case 'not-failed':
    case 'another-claim':
      return say`Too late. ${stateInAnswer(request, policy)}`;
  }
}

/** Those who can approve, but for the requester. */
function others(request: ApprovalRequest, policy: ApprovalPolicy): Sentence {
  const able = mayApprove(request, policy).filter((each) => each !== request.requester);
  return able.length === 0 ? say`Another bot admin` : mentions(able, 'or');
}
