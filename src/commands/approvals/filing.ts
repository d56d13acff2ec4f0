import type { Action, ActionKind, ApprovalRequest } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { neededText, requestLine } from '../../messages/approval-text.ts';
import { Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { channel, code, type Sentence, say } from '../../messages/kit/sentence.ts';
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
  interaction: Interaction,
  action: Action,
  reason: string | null,
): Promise<Delivered> {
  const { services, caller, deliveryKey } = interaction;
  const place = await placeFor(interaction, action.kind);
  const filed = await services.approvals.file({
    deliveryKey,
    action,
    requester: caller.memberId,
    reason,
    channel: place,
  });
  if (filed.kind === 'repeat') throw new RepeatedDelivery(say`This was already requested.`);
  if (filed.kind === 'already-open') throw new Refusal(await alreadyOpen(services, filed.request));
  const { id } = filed.request;
  interaction.log.info({ request: id, user: action.target.id }, 'an approval request was filed');
  if (place === interaction.origin.channel) return { kind: 'channel', channel: place };
  const where = isDirect(place) ? say`your direct messages with the bot` : say`${channel(place)}`;
  return { kind: 'told', sentence: say`Request ${code(id)} was filed. See ${where}.` };
}

export function isApprovalRequired({ approvals: { policy } }: Services, kind: ActionKind): boolean {
  return policy.requiredFor.includes(kind);
}

/**
 * For the form: who can approve, and where the request is posted.
 *
 * @throws {Refusal} where nobody could see it
 */
export async function whoDecides(interaction: Interaction, kind: ActionKind): Promise<Sentence> {
  const { services, caller } = interaction;
  const { botAdmins, allowSelfApproval, approvalsRequired } = services.approvals.policy;
  const place = await placeFor(interaction, kind);
  const where = isDirect(place) ? say`in your direct messages` : say`in ${channel(place)}`;
  const posted = say`The request is posted ${where}.`;
  if (!isApprovalRequired(services, kind)) return posted;
  const others = botAdmins.filter((each) => each !== caller.memberId || allowSelfApproval);
  return say`${neededText(approvalsRequired, others)} ${posted}`;
}

async function placeFor(interaction: Interaction, kind: ActionKind): Promise<ChannelId> {
  return isApprovalRequired(interaction.services, kind)
    ? await approvalPlace(interaction)
    : await resultPlace(interaction);
}

/** Says that a request about the same user is open, and where. */
export async function alreadyOpen(services: Services, open: ApprovalRequest): Promise<Sentence> {
  const line = requestLine(open, await whereRequestIs(services, open));
  return say`A request about this user is already open: ${line}`;
}
