import type { ListedToken, TokenSnapshot, TokensLeft } from '../changes/token.ts';
import type { MemberId, UserGroupId } from '../ids.ts';
import type { Event } from './event.ts';
import {
  type Action,
  type ActionKind,
  type ApprovalRequest,
  isDeletion,
  isOpen,
  type Obstacle,
  type State,
  tokensKey,
} from './request.ts';
import type { Run } from './run.ts';

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

/** Why a step is not taken. */
export type Objection =
  | 'own-request'
  /** The request is about whoever clicked. */
  | 'about-you'
  /** Whoever clicked was no bot admin when the request was filed. */
  | 'added-later'
  | 'already-approved'
  /** It has been decided, is being carried out, or has ended: the state says which. */
  | 'not-waiting'
  | 'too-late'
  | 'not-the-requester'
  | 'not-failed'
  | 'another-claim'
  /** The user's tokens are no longer those that whoever clicked has seen. */
  | 'other-tokens';

/** What the rules say to something that is to happen to a request: the step, or why there is none. */
export type Ruling =
  | { kind: 'step'; state: State; event: Event; action?: Action }
  | { kind: 'no'; objection: Objection };

export const no = (objection: Objection): Ruling => ({ kind: 'no', objection });
export const step = (state: State, event: Event): Ruling => ({ kind: 'step', state, event });

/** The state of a request that was just filed: approved at once where no approval is asked for. */
export function filed(approvalsRequired: number, { ttl, reminder }: ApprovalPolicy, now: number): State {
  return approvalsRequired === 0
    ? approved(now)
    : { kind: 'pending', remindAt: reminder < ttl ? now + reminder : null };
}

function approved(now: number, mayBeDone = false): Extract<State, { kind: 'approved' }> {
  return { kind: 'approved', notBefore: now, mayBeDone, postponed: 0 };
}

/** What a state says of tokens that are revoked and users that are locked, for the state after it. */
export function doneIn(state: State): { revoked?: number; run?: Run } {
  return {
    ...('revoked' in state && state.revoked !== undefined && { revoked: state.revoked }),
    ...('run' in state && state.run !== undefined && { run: state.run }),
  };
}

/**
 * @param comment what the approver wrote beside it, like those of the other steps
 * @param seen the tokens that the approver was shown, as `tokensKey`
 */
export function approve(
  request: ApprovalRequest,
  by: MemberId,
  policy: ApprovalPolicy,
  now: number,
  comment: string | null = null,
  seen = tokensKey(request.action),
): Ruling {
  const { approvers, state } = request;
  const given = standingApprovers(request, policy).length + 1;
  if (isAbout(request, by)) return no('about-you');
  if (approvers.includes(by)) return no('already-approved');
  if (state.kind !== 'pending') return no('not-waiting');
  if (request.expiresAt <= now) return no('too-late');
  if (isAddedLater(request, by)) return no('added-later');
  if (by === request.requester && !allowsSelfApproval(request, policy)) return no('own-request');
  if (seen !== tokensKey(request.action)) return no('other-tokens');
  const event: Event = { kind: 'approved', given, ...commented(comment) };
  return step(given >= approvalsNeeded(request, policy) ? approved(now) : state, event);
}

/** Any other bot admin of then and now may deny, also one who has approved before. The requester cancels instead. */
export function deny(request: ApprovalRequest, by: MemberId, reason: string | null, now: number): Ruling {
  if (request.state.kind !== 'pending') return no('not-waiting');
  if (request.expiresAt <= now) return no('too-late');
  if (by === request.requester) return no('own-request');
  if (isAbout(request, by)) return no('about-you');
  if (isAddedLater(request, by)) return no('added-later');
  return step({ kind: 'denied', by, reason }, { kind: 'denied', reason });
}

/** The requester takes back what waits, or gives up what failed. */
export function cancel(request: ApprovalRequest, by: MemberId, comment: string | null = null): Ruling {
  if (!mayBeCancelled(request)) return no('not-waiting');
  if (by !== request.requester) return no('not-the-requester');
  return cancelled(null, comment);
}

/** Whether the requester can take it back: nothing has been done, and that is known. */
export function mayBeCancelled({ state }: ApprovalRequest): boolean {
  if (state.kind === 'pending') return true;
  if (state.kind !== 'failed' || state.revoked || state.run?.locked.length) return false;
  return state.retryable && !state.unclear && !state.mayBeDone;
}

/** Nobody can see the request where it should be shown, and nobody has decided on it elsewhere. */
export function cancelUnseen({ state, approvers }: ApprovalRequest, why: string): Ruling {
  return state.kind === 'pending' && approvers.length === 0 ? cancelled(why) : no('not-waiting');
}

/** Ends a request of a database that was restored from a backup. What was decided since the backup is not in it. */
export function closeRestored(request: ApprovalRequest): Ruling {
  const { state } = request;
  if (!isOpen(request)) return no('not-waiting');
  const unclear = state.kind === 'executing' || (state.kind === 'failed' && state.unclear);
  const { revoked, run } = doneIn(state);
  const begun = revoked !== undefined || run !== undefined;
  const mayBeDone = unclear || begun || ('mayBeDone' in state && state.mayBeDone);
  const why = mayBeDone
    ? 'The database was restored. The change may have been made.'
    : 'The database was restored.';
  const end = { kind: 'cancelled', why, restored: mayBeDone ? 'done?' : 'waiting' } as const;
  return step(end, end);
}

function cancelled(why: string | null, comment: string | null = null): Ruling {
  const end = { kind: 'cancelled', why, ...commented(comment) } as const;
  return step(end, end);
}

function commented(comment: string | null): { comment?: string } {
  return comment === null ? {} : { comment };
}

/** The promotion that it asks to extend has ended, while it waits. */
export function promotionEnded(request: ApprovalRequest, at: number): Ruling {
  const { state, action } = request;
  const waits = state.kind === 'pending' || state.kind === 'approved' || state.kind === 'failed';
  if (!waits || !isOpen(request) || action.kind !== 'promote-for' || action.by !== 'extension') {
    return no('not-waiting');
  }
  const end = { kind: 'refused', obstacle: { kind: 'promotion-over', at } } as const;
  return step(end, end);
}

/** Any bot admin but whom it is about may retry a failed request. The approvals it has still count. */
export function retry(request: ApprovalRequest, by: MemberId, now: number): Ruling {
  const { state, expiresAt } = request;
  if (isAbout(request, by)) return no('about-you');
  if (state.kind !== 'failed') return no('not-failed');
  if (!state.retryable || expiresAt <= now) return no('too-late');
  return step({ ...approved(now, state.mayBeDone), ...doneIn(state) }, { kind: 'retried' });
}

/** The target was locked meanwhile, by this bot: people are shown that, and it is no surprise later. */
export function targetLocked(request: ApprovalRequest, comment: string | null = null): Ruling {
  const { state, action } = request;
  if (!isOpen(request) || !isDeletion(action) || action.target.locked) return no('not-waiting');
  const target = { ...action.target, locked: true };
  const event: Event = { kind: 'locked', ...commented(comment) };
  return { kind: 'step', state, event, action: { ...action, target } };
}

/** When the next step is due that nobody clicks for: carry out, take over, remind, expire or close. `null` for never. */
export function dueAt(state: State, expiresAt: number): number | null {
  switch (state.kind) {
    case 'pending':
      return state.remindAt === null ? expiresAt : Math.min(state.remindAt, expiresAt);
    case 'approved':
      return state.notBefore;
    case 'executing':
      return state.leaseUntil;
    case 'failed':
      return state.retryable ? expiresAt : null;
    default:
      return null;
  }
}

/**
 * The next step that nobody clicks for, if it is due: carry out, take over, remind, expire or close. `claim` becomes the
 * claim of the process that calls this, if that step is to carry out.
 */
export function whatIsDue(
  { state, expiresAt }: ApprovalRequest,
  claim: string,
  { lease }: ApprovalPolicy,
  now: number,
): Ruling | null {
  const at = dueAt(state, expiresAt);
  if (at === null || at > now) return null;
  switch (state.kind) {
    case 'pending':
      return expiresAt <= now
        ? step({ kind: 'expired' }, { kind: 'expired' })
        : step({ kind: 'pending', remindAt: null }, { kind: 'reminded' });
    case 'approved':
    case 'executing': {
      const mayBeDone = state.kind === 'executing' || state.mayBeDone;
      const { postponed } = state;
      return step(
        { kind: 'executing', claim, leaseUntil: now + lease, mayBeDone, postponed, ...doneIn(state) },
        { kind: 'started', mayBeDone },
      );
    }
    case 'failed':
      return step({ ...state, retryable: false }, { kind: 'closed' });
    default:
      return null;
  }
}

/**
 * What came of carrying it out. `until`: Unix milliseconds, by whatever clock; the rest as in the states. `asked-again`:
 * no token was revoked, and the user has tokens that were not shown. `revoked`: how many tokens are revoked, where that is
 * more than was recorded.
 */
export type ExecutionOutcome =
  | { kind: 'completed'; found: boolean; tokens?: TokensLeft; run?: Run; endsAt?: number }
  | {
      kind: 'failed';
      why: string;
      unclear: boolean;
      mayBeDone: boolean;
      run?: Run;
      tokensInTheWay?: true;
      halfDone?: true;
    }
  | { kind: 'refused'; obstacle: Obstacle; revoked?: number }
  | { kind: 'asked-again'; shown: TokenSnapshot; unseen: ListedToken[] }
  | {
      kind: 'postponed';
      until: number | null;
      unclear: boolean;
      mayBeDone: boolean;
      why: string;
      waitsFor?: 'slack';
      run?: Run;
    };

const FIRST_POSTPONEMENT_MILLISECONDS = 5_000;
const LONGEST_POSTPONEMENT_MILLISECONDS = 15 * 60_000;

/**
 * Records an outcome, from whoever holds the claim only. A failed request may be retried while its time lasts; one that
 * would have to be postponed beyond that has failed. Postponements in a row grow longer.
 */
export function record(
  request: ApprovalRequest,
  claim: string,
  outcome: ExecutionOutcome,
  { reminder }: Pick<ApprovalPolicy, 'reminder'>,
  now: number,
): Ruling {
  const { state, expiresAt } = request;
  if (state.kind !== 'executing' || state.claim !== claim) return no('another-claim');
  const run = withStop('run' in outcome ? outcome.run : undefined, state);
  if (outcome.kind === 'completed') {
    const completed = { ...outcome, ...(run && { run }) };
    return step(completed, completed);
  }
  // What was stopped is not tried again.
  if (run?.stoppedBy && outcome.kind !== 'refused') {
    const completed = { kind: 'completed', found: false, run } as const;
    return step(completed, completed);
  }
  if (outcome.kind === 'asked-again') return askedAgain(request, outcome, reminder, now);
  if (outcome.kind === 'refused') {
    const revoked = Math.max(doneIn(state).revoked ?? 0, outcome.revoked ?? 0);
    const { kind, obstacle } = outcome;
    const refused = { kind, obstacle, ...(revoked > 0 && { revoked }), ...(run && { run }) } as const;
    return step(refused, refused);
  }
  const retryable = now < expiresAt;
  if (outcome.kind === 'failed') {
    const { mayBeDone, ...told } = { ...doneIn(state), ...outcome, ...(run && { run }) };
    return step({ ...told, mayBeDone, retryable: retryable && !outcome.tokensInTheWay }, told);
  }
  const { until, why, unclear, mayBeDone, waitsFor } = outcome;
  const done = { ...doneIn(state), ...(run && { run }) };
  const waits = waitsFor === undefined ? {} : { waitsFor };
  const least = FIRST_POSTPONEMENT_MILLISECONDS * 2 ** state.postponed;
  const notBefore = Math.max(until ?? 0, now + Math.min(least, LONGEST_POSTPONEMENT_MILLISECONDS));
  if (notBefore >= expiresAt) {
    const told = { kind: 'failed', why, unclear, ...done } as const;
    return step({ ...told, mayBeDone, retryable }, told);
  }
  return step(
    { kind: 'approved', notBefore, mayBeDone, postponed: state.postponed + 1, ...done, ...waits },
    { kind: 'postponed', until: notBefore, unclear, ...waits },
  );
}

/** The one way back: the request shows the tokens of now, and waits for approval once more. */
function askedAgain(
  { action, state, expiresAt }: ApprovalRequest,
  { shown, unseen }: Extract<ExecutionOutcome, { kind: 'asked-again' }>,
  reminder: number,
  now: number,
): Ruling {
  if (!isDeletion(action) || doneIn(state).revoked) return no('not-waiting');
  const { target } = action;
  const asBefore = { revokeFirst: false, laterTokens: false, ...action };
  return {
    kind: 'step',
    state: { kind: 'pending', remindAt: now + reminder < expiresAt ? now + reminder : null },
    event: { kind: 'asked-again', unseen },
    action: { ...asBefore, kind: 'delete-with-tokens', target, shown },
  };
}

/**
 * Tokens are about to be revoked (`revoked` is 0), or so many are. Only whoever holds the claim records it, and holds it
 * for another lease then.
 */
export function revoking(
  { state }: ApprovalRequest,
  claim: string,
  revoked: number,
  { lease }: Pick<ApprovalPolicy, 'lease'>,
  now: number,
): Ruling {
  if (state.kind !== 'executing' || state.claim !== claim) return no('another-claim');
  const event: Event = revoked === 0 ? { kind: 'revoking' } : { kind: 'revoked', revoked };
  return step({ ...state, revoked, leaseUntil: now + lease }, event);
}

/**
 * The state of a request that is being carried out, for another lease; null for another claim.
 *
 * @param done how many tokens are revoked so far, or which users are locked, where that is counted
 */
export function renewed(
  { state }: ApprovalRequest,
  claim: string,
  { revoked, run: reached }: { revoked?: number | undefined; run?: Run },
  { lease }: Pick<ApprovalPolicy, 'lease'>,
  now: number,
): Extract<State, { kind: 'executing' }> | null {
  if (state.kind !== 'executing' || state.claim !== claim) return null;
  const run = withStop(reached, state);
  return {
    ...state,
    leaseUntil: now + lease,
    ...(revoked !== undefined && { revoked }),
    ...(run && { run }),
  };
}

/** A run as it has come, with the stop that was asked for meanwhile. */
function withStop(reached: Run | undefined, state: State): Run | undefined {
  const { run } = doneIn(state);
  return reached && run?.stoppedBy ? { ...reached, stoppedBy: run.stoppedBy } : (reached ?? run);
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

/** What an approved request has lost since: rights, or enough approvals by the rules of now. `null` when all still holds. */
export function lostRights(request: ApprovalRequest, policy: ApprovalPolicy): Obstacle | null {
  if (!policy.botAdmins.includes(request.requester)) return { kind: 'rights', whose: 'requester' };
  const standing = standingApprovers(request, policy).length;
  if (standing < request.approvalsRequired) return { kind: 'rights', whose: 'approvers' };
  return standing < approvalsNeeded(request, policy) ? { kind: 'rules' } : null;
}

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

/** How many must approve: the larger of the number when it was filed and that of now. */
export function approvalsNeeded(
  { approvalsRequired, action }: ApprovalRequest,
  policy: ApprovalPolicy,
): number {
  const nowRequired = waitsForApproval(policy, action.kind) ? policy.approvalsRequired : 0;
  return Math.max(approvalsRequired, nowRequired);
}

function allowsSelfApproval({ terms }: ApprovalRequest, { allowSelfApproval }: ApprovalPolicy): boolean {
  return allowSelfApproval && (terms?.selfApproval ?? true);
}

/** Whether the request is about this bot admin. */
export function isAbout({ terms }: ApprovalRequest, member: MemberId): boolean {
  return terms?.about.includes(member) ?? false;
}

/** Whether a member was no bot admin when the request was filed: whoever edits a user group can make bot admins. */
function isAddedLater({ terms }: ApprovalRequest, member: MemberId): boolean {
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
