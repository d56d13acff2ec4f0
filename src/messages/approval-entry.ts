import type { Button, KnownBlock } from '@slack/types';
import { type ApprovalRequest, deedOf } from '../approvals/request.ts';
import { mayApprove, type Policy, standingApprovers } from '../approvals/rules.ts';
import type { MemberId } from '../ids.ts';
import { APPROVE, CANCEL, DENY, requestButtons } from './approval-message.ts';
import { changesLine, reasonLine, targetWords } from './approval-words.ts';
import { toDo } from './deed-words.ts';
import { date, member, richText, type Sentence, say } from './kit/sentence.ts';

/**
 * An open request in a list that one member sees, with the buttons that mean something to them.
 *
 * @param where where its message is
 */
export function approvalEntry(
  request: ApprovalRequest,
  where: Sentence,
  viewer: MemberId,
  policy: Policy,
): KnownBlock[] {
  const { requester, expiresAt } = request;
  const buttons = requestButtons(request).filter((each) => concerns(viewer, request, each, policy));
  return [
    richText(
      say`${member(requester)} asks to ${toDo(deedOf(request.action), targetWords(request))}: ${where}.`,
      ...changesLine(request.action),
      ...reasonLine(request.reason),
      say`${standing(request, policy)} Until ${date(new Date(expiresAt))}.`,
    ),
    ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons } satisfies KnownBlock]),
  ];
}

function standing(request: ApprovalRequest, policy: Policy): Sentence {
  const { state, approvalsRequired } = request;
  const given = standingApprovers(request, policy).length;
  switch (state.kind) {
    case 'pending':
      return given === 0
        ? say`⏳ Nobody has approved yet.`
        : say`⏳ ${given} of ${approvalsRequired} approvals.`;
    case 'failed':
      return say`⚠️ It went wrong: ${state.why}`;
    default:
      return say`⚙️ Approved; I am at it.`;
  }
}

/** Who asked can take it back, the others decide. */
function concerns(
  viewer: MemberId,
  request: ApprovalRequest,
  { action_id }: Button,
  policy: Policy,
): boolean {
  const own = viewer === request.requester;
  switch (action_id) {
    case CANCEL:
      return own;
    case DENY:
      return !own;
    case APPROVE:
      return mayApprove(request, policy).includes(viewer);
    default:
      return true;
  }
}
