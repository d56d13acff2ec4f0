import type { MemberId, UserGroupId } from '../ids.ts';
import type { ActionKind } from './action.ts';

/** How this installation approves. Durations are milliseconds. */
export type ApprovalPolicy = {
  botAdmins: readonly MemberId[];
  /** The kinds of action that wait; others are carried out at once. */
  requiredFor: readonly string[];
  /** Whom a request mentions of those who can approve it; user groups are mentioned as such. */
  mentioned: 'all' | readonly (MemberId | UserGroupId)[];
  /** The kinds of action that nobody asks for without a reason. */
  reasonRequiredFor: readonly string[];
  /** How many others must approve. */
  approvalsRequired: number;
  allowSelfApproval: boolean;
  ttl: number;
  reminder: number;
  lease: number;
};

/**
 * Whether an action of this kind waits for approval. Variables name four kinds: a later kind counts as one of them here,
 * as a promotion for a time counts as a promotion.
 */
export function waitsForApproval(
  { requiredFor }: Pick<ApprovalPolicy, 'requiredFor'>,
  kind: ActionKind,
): boolean {
  return requiredFor.includes(kindInRules(kind));
}

/** Whether an action of this kind is asked for with a reason only. */
export function needsReason(
  { reasonRequiredFor }: Pick<ApprovalPolicy, 'reasonRequiredFor'>,
  kind: ActionKind,
): boolean {
  return reasonRequiredFor.includes(kindInRules(kind));
}

/** The kind as variables name it. */
function kindInRules(kind: ActionKind): string {
  return COUNTS_AS[kind] ?? kind;
}

const COUNTS_AS: Partial<Record<ActionKind, string>> = {
  'delete-with-tokens': 'delete',
  'demote-with-tokens': 'demote',
  'promote-for': 'promote',
};
