import type { Answer } from '../../approvals/approvals.ts';
import { type ApprovalRequest, deedOf } from '../../approvals/request.ts';
import { mayApprove, type Policy, standingApprovers } from '../../approvals/rules.ts';
import { mentions, obstacleWords, targetWords } from '../../messages/approval-words.ts';
import { doing, done, subcommandFor, toDo } from '../../messages/deed-words.ts';
import { code, date, member, type Sentence, say } from '../../messages/kit/sentence.ts';

/** What a click came to, where the request's message is not in sight. */
export function successWords(request: ApprovalRequest, policy: Policy): Sentence {
  const { state, approvalsRequired } = request;
  const target = targetWords(request);
  const deed = deedOf(request.action);
  switch (state.kind) {
    case 'pending':
      return say`Noted: ${doing(deed, target)} has ${standingApprovers(request, policy).length} of ${approvalsRequired} approvals now.`;
    case 'approved':
    case 'executing':
      return say`Noted: I ${toDo(deed, target)} now. The request's message shows how it went.`;
    default:
      return say`Noted. ${standingWords(request)}`;
  }
}

/** Why a click changed nothing, and what is the case. */
export function answerWords(answer: Exclude<Answer, { kind: 'step' }>, policy: Policy): Sentence {
  if (answer.kind === 'unknown') {
    return say`I know no such request. It may be from before my database was set up anew. ${code('/fastly-user approvals')} lists what waits.`;
  }
  const { objection, request } = answer;
  const { approvalsRequired, requester, expiresAt } = request;
  switch (objection) {
    case 'own-request': {
      const others = mayApprove(request, policy).filter((each) => each !== requester);
      const who = others.length === 0 ? say`another superuser` : mentions(others, 'or');
      return say`You asked for this yourself, so it is for ${who} to decide. You can take it back with ${code('Take back')}.`;
    }
    case 'already-approved':
      return request.state.kind === 'pending'
        ? say`You have approved this already. It has ${standingApprovers(request, policy).length} of ${approvalsRequired} approvals.`
        : say`You have approved this already. ${standingWords(request)}`;
    case 'too-late':
      return say`That comes too late: the time for this request was over ${date(new Date(expiresAt))}. ${code(`/fastly-user ${subcommandFor(deedOf(request.action))}`)} asks again.`;
    case 'not-the-requester':
      return request.state.kind === 'failed'
        ? say`Only ${member(requester)}, who asked for this, can take it back. You can retry it.`
        : say`Only ${member(requester)}, who asked for this, can take it back. You can deny it.`;
    case 'not-waiting':
    case 'not-failed':
    case 'another-claim':
      return say`That comes too late. ${standingWords(request)}`;
  }
}

/** How a request stands, in a sentence of its own. */
function standingWords(request: ApprovalRequest): Sentence {
  const { state, approvers } = request;
  const target = targetWords(request);
  const deed = deedOf(request.action);
  const it = say`The request to ${toDo(deed, target)}`;
  const by = approvers.length === 0 ? say`` : say` by ${mentions(approvers)}`;
  switch (state.kind) {
    case 'pending':
      return say`${it} waits for approval.`;
    case 'approved':
    case 'executing':
      return say`${it} was approved${by}, and I am at it.`;
    case 'completed':
      return say`${target} is ${done(deed)}, as approved${by}.`;
    case 'failed':
      return state.retryable
        ? say`${it} was approved${by}, but went wrong. Any superuser can retry it.`
        : say`${it} was approved${by}, but went wrong, and its time is over.`;
    case 'refused':
      return say`${it} was approved${by}, but I did not do it: ${obstacleWords(state.obstacle)}`;
    case 'denied':
      return say`${member(state.by)} denied ${doing(deed, target)}.`;
    case 'cancelled':
      return say`${it} was taken back.`;
    case 'expired':
      return say`The time for the request to ${toDo(deed, target)} is over.`;
  }
}
