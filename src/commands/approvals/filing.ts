import {
  type Action,
  type ActionKind,
  isLockOfSeveral,
  loginsOf,
  revokesTokens,
  verbOf,
} from '../../approvals/action.ts';
import { needsReason, waitsForApproval } from '../../approvals/policy.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { SubcommandName } from '../../config/subcommand-names.ts';
import type { ChannelId, MemberId } from '../../ids.ts';
import { neededText, requestLine } from '../../messages/approval-text.ts';
import { Refusal, RepeatedDelivery, tokenProblemText } from '../../messages/failure-text.ts';
import { channel, code, link, type Sentence, say } from '../../messages/kit/sentence.ts';
import { subcommandFor } from '../../messages/verb-text.ts';
import { trace } from '../../observability/trace.ts';
import { membersWith, type Roll } from '../../slack/bot-admins/bot-admins.ts';
import { missingText } from '../../slack/bot-admins/missing-text.ts';
import { isDirect } from '../../slack/connection/conversations.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { isOnItsWay, whereRequestIs } from '../../slack/replies/request-link.ts';
import type { Services } from '../../slack/replies/services.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { REASON } from '../inputs/reason.ts';
import { together } from '../together.ts';
import { adminsWithLogin } from './deciders.ts';

/**
 * Files an approval request.
 *
 * @param instead where it is shown if approvers can't see where it was asked for
 * @throws {Refusal} where nobody could see it, or one about the same user is open
 */
export async function fileRequest(
  interaction: Interaction,
  action: Action,
  reason: string | null,
  instead: ChannelId | null = null,
): Promise<Delivered> {
  return await whereToSee(interaction, await file(interaction, action, reason, { instead }));
}

/**
 * Files an approval request, and says nothing of it.
 *
 * @param deliveryKey not the interaction's own, where that does more than one thing
 * @throws {Refusal} as `fileRequest`
 */
export async function file(
  interaction: Interaction,
  action: Action,
  reason: string | null,
  {
    deliveryKey = interaction.deliveryKey,
    instead = null,
  }: { deliveryKey?: string; instead?: ChannelId | null } = {},
): Promise<ApprovalRequest> {
  const { services } = interaction;
  const kinds: ActionKind[] = revokesTokens(action) ? [action.kind, 'revoke'] : [action.kind];
  const subcommand = subcommandFor(verbOf(action));
  refuseWithoutReason(services, kinds, reason, {
    // `unlock` takes no reason.
    subcommand: subcommand === 'unlock' ? 'update' : subcommand,
    nothing: say`Nothing was requested.`,
  });
  await refuseWhereTokenCannot(services);
  const requester = interaction.caller.memberId;
  const [channelId, roll] = await together(
    placeFor(interaction, action.kind, instead),
    services.botAdmins.read(),
  );
  const about = loginsOf(action).flatMap((login) => adminsWithLogin(services, login));
  refuseWithoutApprovers(interaction, action, { about, roll });
  const filed = await services.approvals.file({
    deliveryKey,
    action,
    requester,
    reason,
    about,
    channel: channelId,
  });
  const { id } = filed.request;
  trace({ request: id });
  if (filed.kind === 'repeat') throw new RepeatedDelivery(say`This was already requested.`);
  if (filed.kind === 'already-open') throw new Refusal(await alreadyOpen(services, filed.request));
  interaction.log.info({ user: action.target.id }, 'an approval request was filed');
  return filed.request;
}

/**
 * @param kinds what the change is, with what is a part of it
 * @param subcommand the one that takes a reason: buttons have no field for it
 * @throws {FieldError} where one of the kinds needs a reason and none was given
 */
export function refuseWithoutReason(
  { approvals }: Services,
  kinds: readonly ActionKind[],
  reason: string | null,
  { subcommand, nothing }: { subcommand: SubcommandName; nothing: Sentence },
): void {
  if (reason !== null || !kinds.some((kind) => needsReason(approvals.policy, kind))) return;
  const command = code(`/fastly-user ${subcommand}`);
  throw new FieldError(
    REASON,
    say`A reason is needed. ${nothing} Run ${command} with ${code('--reason "…"')}, or enter one in its form.`,
  );
}

/** Says where the request is, unless its message is before the caller. */
async function whereToSee(
  { services, origin }: Interaction,
  { id, channel: place }: ApprovalRequest,
): Promise<Delivered> {
  const where = isDirect(place) ? say`your direct messages with the bot` : say`${channel(place)}`;
  if (await isOnItsWay(services, id)) {
    return { kind: 'elsewhere', sentence: say`Request ${code(id)} was filed. It's on its way to ${where}.` };
  }
  if (place === origin.channel) return { kind: 'channel', channel: place };
  const posted = await services.approvals.messageOf(id);
  const address = posted && (await services.conversations.linkTo(posted.channel, posted.ts));
  const name = address ? link(`request ${id}`, address) : code(id);
  return { kind: 'elsewhere', sentence: say`Requested in ${where}: ${name}.` };
}

/** @throws {Refusal} where Fastly says that the bot's token cannot change users, with what its operator does about it */
export async function refuseWhereTokenCannot({ fastly }: Services): Promise<void> {
  const problem = await fastly.tokenProblem();
  if (problem !== null) throw new Refusal(say`${tokenProblemText(problem)} Nothing was changed.`);
}

/** @throws {Refusal} where too few are left to approve, with who is missing */
function refuseWithoutApprovers(
  interaction: Interaction,
  { kind }: Action,
  { about, roll }: { about: readonly MemberId[]; roll: Roll },
): void {
  const { services } = interaction;
  if (!isApprovalRequired(services, kind)) return;
  const able = membersWith(roll, 'able');
  const left = approversFor(interaction).filter((each) => able.includes(each) && !about.includes(each));
  if (left.length >= services.approvals.policy.approvalsRequired) return;
  const lasting = say`Nothing was requested. Ask the bot's operator to add a bot admin.`;
  throw new Refusal(missingText(roll, { about, lasting }));
}

function approversFor({ services, caller }: Interaction): MemberId[] {
  const { botAdmins, allowSelfApproval } = services.approvals.policy;
  return botAdmins.filter((each) => each !== caller.memberId || allowSelfApproval);
}

/** ' Creating a Fastly superuser needs approval.', behind another sentence; nothing where it doesn't. */
export function approvalText(services: Services, kind: ActionKind, doing: string): Sentence {
  return isApprovalRequired(services, kind) ? say` ${doing} needs approval.` : say``;
}

export function isApprovalRequired({ approvals: { policy } }: Services, kind: ActionKind): boolean {
  return waitsForApproval(policy, kind);
}

/**
 * For the form: who can approve, and where the request is posted.
 *
 * @param needs what the sentence about approvals begins with
 * @param instead where it is shown if approvers can't see where it was asked for
 * @throws {Refusal} where nobody could see it
 */
export async function whoDecides(
  interaction: Interaction,
  kind: ActionKind,
  { needs = 'Needs', instead = null }: { needs?: string; instead?: ChannelId | null } = {},
): Promise<Sentence> {
  const { services } = interaction;
  const place = await placeFor(interaction, kind, instead);
  const where = isDirect(place) ? say`in your direct messages` : say`in ${channel(place)}`;
  const posted = say`The request is posted ${where}.`;
  if (!isApprovalRequired(services, kind)) return posted;
  const { approvalsRequired } = services.approvals.policy;
  return say`${neededText(approvalsRequired, approversFor(interaction), 'all', { needs })} ${posted}`;
}

/** Where a request is shown: `APPROVALS_CHANNEL` if there is one. @throws {Refusal} where it can't be shown */
async function placeFor(
  interaction: Interaction,
  kind: ActionKind,
  instead: ChannelId | null,
): Promise<ChannelId> {
  const { services } = interaction;
  if (services.approvalsChannel !== null) return await unshared(services.approvalsChannel, interaction);
  return isApprovalRequired(services, kind)
    ? await approvalPlace(interaction, instead)
    : await resultPlace(interaction);
}

export async function alreadyOpen(services: Services, open: ApprovalRequest): Promise<Sentence> {
  const line = requestLine(open, await whereRequestIs(services, open));
  const whom = isLockOfSeveral(open.action) ? 'these users' : 'this user';
  return say`A request about ${whom} is already open: ${line} Decide or cancel it first.`;
}

/** Where a request is shown to those who may approve it: where it was asked for. */
async function approvalPlace(interaction: Interaction, instead: ChannelId | null): Promise<ChannelId> {
  const { channel: from, private: alone } = interaction.origin;
  if (from === null || isDirect(from)) {
    if (instead !== null) return await unshared(instead, interaction);
    throw new Refusal(
      say`Approvers can't see this conversation. Run the command in a channel they're in, or ask the bot's operator to set an approvals channel.`,
    );
  }
  if (alone) {
    throw new Refusal(
      say`Approvers can't see a private request. Leave ${code('--private')} out, or ask the bot's operator to set an approvals channel.`,
    );
  }
  return await unshared(from, interaction);
}

/** @throws {Refusal} where the bot can't post, or people of another company read along */
async function unshared(place: ChannelId, { services, caller }: Interaction): Promise<ChannelId> {
  switch (await services.conversations.audience(place, caller)) {
    case 'own-workspace':
      return place;
    case 'hidden':
      throw new Refusal(
        say`The bot isn't in ${channel(place)}, so nobody would see the request. Nothing was requested. Add the bot with ${code('/invite')}, then try again.`,
      );
    case 'unknown':
      throw new Refusal(
        say`Slack didn't say who can read ${channel(place)}. Nothing was requested. Try again in a minute.`,
      );
    case 'other-companies':
      throw new Refusal(
        say`${channel(place)} is shared with another company, so requests aren't posted there. Run the command in another channel, or ask the bot's operator to set an approvals channel that isn't shared.`,
      );
  }
}

/** Where a request is shown that nobody has to approve: where its result would be, or to the caller alone. */
async function resultPlace({ services, origin, caller }: Interaction): Promise<ChannelId> {
  const { conversations } = services;
  const from = origin.private ? null : origin.channel;
  if (from !== null && (await conversations.audience(from, caller)) === 'own-workspace') return from;
  const direct = await conversations.directMessage(caller);
  if (direct !== null) return direct;
  throw new Refusal(
    say`Slack didn't open a direct message with you. Nothing was requested. Try again in a minute.`,
  );
}
