import { isExtension, verbOf } from '../approvals/action.ts';
import { approvalsNeeded, standingApprovers } from '../approvals/approvers.ts';
import type { ApprovalPolicy } from '../approvals/policy.ts';
import type { ApprovalRequest } from '../approvals/request.ts';
import { actionNotes } from './approval-message.ts';
import { changesLine, reasonLine, targetText } from './approval-text.ts';
import { member, type Sentence, say } from './kit/sentence.ts';
import { newEndText } from './promotion-text.ts';
import { inUseNote } from './tokens/notes.ts';
import { consequence, infinitive } from './verb-text.ts';

/** What a form says of the step that it is sent for: whom it is about, and what will happen. */
type FormText = readonly [Sentence, ...Sentence[]];

export function approvalFormText(request: ApprovalRequest, policy: ApprovalPolicy): FormText {
  const { action, requester, reason } = request;
  const left = approvalsNeeded(request, policy) - standingApprovers(request, policy).length - 1;
  return [
    // What of the user's tokens ends, the notes say.
    consequence(verbOf(action), targetText(request), action.kind !== 'demote-with-tokens'),
    ...inUseNote(action),
    ...changesLine(action),
    ...(isExtension(action) ? [newEndText(action, Date.now())] : []),
    ...actionNotes(request),
    say`Requested by ${member(requester)}.`,
    ...reasonLine(reason),
    ...(left > 0
      ? [say`After yours, ${left} more ${left === 1 ? 'approval is' : 'approvals are'} needed.`]
      : []),
  ];
}

export function denialFormText(request: ApprovalRequest): FormText {
  return [say`This closes the request to ${wanted(request)}.`];
}

export function cancelFormText(request: ApprovalRequest): FormText {
  return [
    say`This closes your request to ${wanted(request)}. It can't be reopened. Nothing will change in Fastly.`,
  ];
}

export function lockFormText(request: ApprovalRequest): FormText {
  return [
    say`${targetText(request)} will be locked in Fastly at once, without approval. The lock stays, however the request ends. You can unlock the user later.`,
    say`The request to delete the user stays open.`,
  ];
}

function wanted(request: ApprovalRequest): Sentence {
  return infinitive(verbOf(request.action), targetText(request));
}
