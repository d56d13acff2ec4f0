import type { MemberId } from '../ids.ts';
import type { Event } from './event.ts';
import { type ApprovalPolicy, waitsForApproval } from './policy.ts';
import type { ApprovalRequest, Obstacle } from './request.ts';

/** What an approved request has lost since: rights, or enough approvals by the rules of now. `null` when all still holds. */
export function lostRights(request: ApprovalRequest, policy: ApprovalPolicy): Obstacle | null {
  if (!policy.botAdmins.includes(request.requester)) return { kind: 'rights', whose: 'requester' };
  const standing = standingApprovers(request, policy).length;
  if (standing < request.approvalsRequired) return { kind: 'rights', whose: 'approvers' };
  return standing < approvalsNeeded(request, policy) ? { kind: 'rules' } : null;
}

/**
 * The same for whoever is confirmed to be a bot admin at this moment. `unconfirmed` when all would hold if those are bot
 * admins, too, of whom that is `unknown`.
 */
export function lostUnlessConfirmed(
  request: ApprovalRequest,
  rules: ApprovalPolicy,
  { confirmed, unknown }: { confirmed: readonly MemberId[]; unknown: readonly MemberId[] },
): Obstacle | 'unconfirmed' | null {
  if (lostRights(request, { ...rules, botAdmins: confirmed }) === null) return null;
  return lostRights(request, { ...rules, botAdmins: [...confirmed, ...unknown] }) ?? 'unconfirmed';
}

/** How many must approve: the larger of the number when it was filed and that of now. */
export function approvalsNeeded(
  { approvalsRequired, action }: ApprovalRequest,
  policy: ApprovalPolicy,
): number {
  const nowRequired = waitsForApproval(policy, action.kind) ? policy.approvalsRequired : 0;
  return Math.max(approvalsRequired, nowRequired);
}

export function allowsSelfApproval(
  { terms }: ApprovalRequest,
  { allowSelfApproval }: ApprovalPolicy,
): boolean {
  return allowSelfApproval && (terms?.selfApproval ?? true);
}

/** Whether the request is about this bot admin. */
export function isAbout({ terms }: ApprovalRequest, member: MemberId): boolean {
  return terms?.about.includes(member) ?? false;
}

/** Whether a member was no bot admin when the request was filed: whoever edits a user group can make bot admins. */
export function isAddedLater({ terms }: ApprovalRequest, member: MemberId): boolean {
  return terms?.botAdmins !== undefined && !terms.botAdmins.includes(member);
}

/** Whose approvals count: those who still may approve by the rules of now. */
export function standingApprovers(request: ApprovalRequest, policy: ApprovalPolicy): readonly MemberId[] {
  return request.approvers.filter((approver) => isEligible(request, approver, policy));
}

/** Who may still approve: the other bot admins who have not yet. */
export function mayApprove(request: ApprovalRequest, policy: ApprovalPolicy): MemberId[] {
  return mayDecide(request, policy).filter((member) => !request.approvers.includes(member));
}

/** The approvers of this request, whether or not they have approved. */
export function mayDecide(request: ApprovalRequest, policy: ApprovalPolicy): MemberId[] {
  return policy.botAdmins.filter((member) => isEligible(request, member, policy));
}

function isEligible(request: ApprovalRequest, member: MemberId, policy: ApprovalPolicy): boolean {
  if (!policy.botAdmins.includes(member) || isAbout(request, member)) return false;
  if (isAddedLater(request, member)) return false;
  return member !== request.requester || allowsSelfApproval(request, policy);
}

/** Who has approved after a step: who denies has not any more, and nobody has what is asked again. */
export function approversAfter(
  before: readonly MemberId[],
  { kind }: Event,
  actor: MemberId | null,
): readonly MemberId[] {
  if (kind === 'asked-again') return [];
  if (actor !== null && kind === 'approved') return [...before, actor];
  return kind === 'denied' ? before.filter((approver) => approver !== actor) : before;
}

/** What approvers have written after a step. */
export function commentsAfter(
  before: ReadonlyMap<MemberId, string>,
  event: Event,
  actor: MemberId | null,
): ReadonlyMap<MemberId, string> {
  if (event.kind === 'asked-again') return new Map();
  if (actor === null || event.kind !== 'approved' || event.comment === undefined) return before;
  return new Map([...before, [actor, event.comment]]);
}
