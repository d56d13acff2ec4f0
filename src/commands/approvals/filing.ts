import type { Action, ActionKind, ApprovalRequest } from '../../approvals/request.ts';
import { deedOf } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { mentions, targetWords } from '../../messages/approval-words.ts';
import { toDo } from '../../messages/deed-words.ts';
import { Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { channel, code, member, type Sentence, say } from '../../messages/kit/sentence.ts';
import { isDirect } from '../../slack/connection/conversations.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { approvalPlace, resultPlace, whereRequestIs } from '../../slack/replies/request-link.ts';
import type { Services } from '../../slack/replies/services.ts';

/**
 * Files an approval request where those who may approve see it.
 *
 * @throws {Refusal} where nobody could see it, or there is one about the same user already
 */
export async function fileRequest(
  request: Interaction,
  action: Action,
  reason: string | null,
): Promise<Delivered> {
  const { services, caller, deliveryKey } = request;
  const place = await placeFor(request, action.kind);
  const filed = await services.approvals.file({
    deliveryKey,
    action,
    requester: caller.memberId,
    reason,
    channel: place,
  });
  if (filed.kind === 'repeat') throw new RepeatedDelivery(say`You asked for this already.`);
  if (filed.kind === 'already-open') throw new Refusal(await alreadyOpen(services, filed.request));
  const { id } = filed.request;
  request.log.info({ request: id, user: action.target.id }, 'an approval request was filed');
  if (place === request.origin.channel) return { kind: 'channel', channel: place };
  const where = isDirect(place) ? say`in our direct messages` : say`in ${channel(place)}`;
  const verb = isApprovalRequired(services, action.kind) ? say`I asked` : say`I show it`;
  return { kind: 'told', sentence: say`${verb} ${where}. It is request ${code(id)}.` };
}

export function isApprovalRequired({ approvals: { policy } }: Services, kind: ActionKind): boolean {
  return policy.requiredFor.includes(kind);
}

/**
 * Who is asked, and where, for the form.
 *
 * @throws {Refusal} where nobody could see it
 */
export async function whoDecides(request: Interaction, kind: ActionKind): Promise<Sentence> {
  const { services, caller } = request;
  const { superusers, allowSelfApproval, approvalsRequired } = services.approvals.policy;
  const place = await placeFor(request, kind);
  const where = isDirect(place) ? say`to you alone` : say`in ${channel(place)}`;
  if (!isApprovalRequired(services, kind)) return say`I show it ${where}.`;
  const others = superusers.filter((each) => each !== caller.memberId || allowSelfApproval);
  const who = mentions(others, 'or');
  return approvalsRequired === 1
    ? say`I ask for approval ${where}: ${who} can give it.`
    : say`I ask for ${approvalsRequired} approvals ${where}: ${who} can give them.`;
}

async function placeFor(request: Interaction, kind: ActionKind): Promise<ChannelId> {
  return isApprovalRequired(request.services, kind)
    ? await approvalPlace(request)
    : await resultPlace(request);
}

/** That a request about the same user is open, and where it is. */
export async function alreadyOpen(services: Services, open: ApprovalRequest): Promise<Sentence> {
  const where = await whereRequestIs(services, open);
  const what = toDo(deedOf(open.action), targetWords(open));
  return say`There is a request to ${what} already, by ${member(open.requester)}: ${where}.`;
}
