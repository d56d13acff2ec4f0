import type { MemberId } from '../ids.ts';
import { isDeletion, tokensKey } from './action.ts';
import {
  allowsSelfApproval,
  approvalsNeeded,
  isAbout,
  isAddedLater,
  standingApprovers,
} from './approvers.ts';
import type { Event } from './event.ts';
import type { ApprovalPolicy } from './policy.ts';
import { type ApprovalRequest, isOpen, type State } from './request.ts';
import { doneIn, no, type Ruling, step } from './ruling.ts';

/** The state of a request that was just filed: approved at once where no approval is asked for. */
export function filed(approvalsRequired: number, { ttl, reminder }: ApprovalPolicy, now: number): State {
  return approvalsRequired === 0
    ? approved(now)
    : { kind: 'pending', remindAt: reminder < ttl ? now + reminder : null };
}

function approved(now: number, mayBeDone = false): Extract<State, { kind: 'approved' }> {
  return { kind: 'approved', notBefore: now, mayBeDone, postponed: 0 };
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
