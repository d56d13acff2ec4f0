import { verbOf } from '../approvals/action.ts';
import { approvalsNeeded, mayApprove } from '../approvals/approvers.ts';
import { isOutcome, type OutcomeStep, type Step } from '../approvals/event.ts';
import type { ApprovalPolicy } from '../approvals/policy.ts';
import type { ApprovalRequest } from '../approvals/request.ts';
import type { ListedToken } from '../changes/token.ts';
import { askedText, postponed, RETRY_CLOSED, subjectOf, targetText } from './approval-text.ts';
import { channel, code, counted, date, member, type Sentence, say } from './kit/sentence.ts';
import { commentText, outcomeText, withMark } from './outcome-text.ts';
import { tokenNames } from './tokens/text.ts';
import { infinitive } from './verb-text.ts';

/** An outcome as the thread and the requester's direct message tell it. */
export function outcomeStepText({ event, actor }: OutcomeStep, request: ApprovalRequest): Sentence {
  return outcomeText(event, subjectOf(request, actor));
}

/** A step as the request's thread tells it; null for a step that the message itself shows. */
export function stepText(step: Step, request: ApprovalRequest, policy: ApprovalPolicy): Sentence | null {
  if (isOutcome(step)) return outcomeStepText(step, request);
  const { event, actor } = step;
  const who = actor === null ? say`A bot admin` : say`${member(actor)}`;
  const { expiresAt } = request;
  const needed = approvalsNeeded(request, policy);
  switch (event.kind) {
    case 'approved':
      return needed > 1
        ? say`✅ ${who} approved (${event.given} of ${needed})${commentText(event.comment)}`
        : say`✅ ${who} approved${commentText(event.comment)}`;
    case 'reminded': {
      const asked = mayApprove(request, policy);
      if (asked.length === 0) return null;
      const who = askedText(asked, policy.mentioned, 'and');
      const expires = say`It expires ${date(new Date(expiresAt))}.`;
      return who === null
        ? say`⏰ This request still needs approval. ${expires}`
        : say`⏰ ${who}: this request still needs approval. ${expires}`;
    }
    case 'started':
      return event.mayBeDone ? say`🔎 Checking whether an earlier attempt already worked.` : null;
    case 'postponed':
      return withMark(postponed(event.until, event.waitsFor ?? (event.unclear ? 'check' : 'fastly')));
    case 'retried':
      return say`🔁 ${who} retried.`;
    case 'locked':
      return lockedText(who, request, event.comment);
    case 'revoked':
      return say`🔑 ${counted(event.revoked, 'token')} revoked.`;
    case 'stopped':
      return say`🛑 ${who} stopped this. The user under way may still be locked.`;
    case 'unlocked':
      return say`🔓 ${who} unlocked ${counted(event.users, 'user')}.`;
    case 'asked-again':
      return askedAgainText(event.unseen, request, policy);
    case 'closed':
      return say`⌛ ${RETRY_CLOSED}`;
    default:
      return null;
  }
}

/** Why an approved request waits once more, and for whom. */
function askedAgainText(
  unseen: readonly ListedToken[],
  request: ApprovalRequest,
  policy: ApprovalPolicy,
): Sentence {
  const shown = unseen.length === 1 ? "wasn't shown" : "weren't shown";
  const why = say`⚠️ ${targetText(request)} has ${counted(unseen.length, 'token')} that ${shown}: ${tokenNames(unseen)}. The user still exists. The approvals so far no longer count.`;
  const asked = request.state.kind === 'pending' ? mayApprove(request, policy) : [];
  if (asked.length === 0) return why;
  const who = askedText(asked, policy.mentioned, 'and');
  return who === null ? say`${why} Check the new list.` : say`${why} ${who}: check the new list.`;
}

/** That **Lock now** was used, in every place that tells it. */
export function lockedText(who: Sentence, request: ApprovalRequest, comment?: string): Sentence {
  return say`🔒 ${who} locked ${targetText(request)}${commentText(comment)}`;
}

/** In place of a request's message once people of another company can read it. It names nobody. */
export const HIDDEN_REQUEST = say`This request isn't shown here any more, because people of another company can read this channel. Bot admins find it on the Home tab and with ${code('/fastly-user approvals')}.`;

/** Why a channel did not take a request, for good. @param refusal Slack's error code */
export function unseenText(refusal: string): Sentence {
  return say`Slack refused the message (${refusal}). Try again in another channel.`;
}

/** For the requester: a request that goes on although its channel does not show it, and who can mend that. */
export function notShownText(request: ApprovalRequest, refusal: string): Sentence {
  const { action, id, channel: where } = request;
  const about = say`request ${code(id)} to ${infinitive(verbOf(action), targetText(request))}`;
  return say`${channel(where)} doesn't show the ${about} as it is now. ${remedyText(refusal)} Until then, bot admins find the request on the Home tab and with ${code('/fastly-user approvals')}.`;
}

/** @param refusal Slack's error code, of those that a person mends */
function remedyText(refusal: string): Sentence {
  switch (refusal) {
    case 'not_in_channel':
    case 'channel_not_found':
      return say`The bot isn't in that channel: add it with ${code('/invite')}.`;
    case 'is_archived':
    case 'is_inactive':
      return say`The channel is archived: unarchive it.`;
    case 'restricted_action':
    case 'restricted_action_read_only_channel':
    case 'restricted_action_thread_only_channel':
    case 'posting_to_channel_denied':
      return say`The bot may not post in that channel: change who can post there.`;
    default:
      return say`Slack refuses it (${refusal}): ask an administrator of the workspace to allow it.`;
  }
}
