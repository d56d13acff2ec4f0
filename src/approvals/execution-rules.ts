import type { ListedToken, TokenSnapshot, TokensLeft } from '../changes/token.ts';
import { isDeletion } from './action.ts';
import type { Event } from './event.ts';
import type { ApprovalPolicy } from './policy.ts';
import type { ApprovalRequest, Obstacle, State } from './request.ts';
import { doneIn, no, type Ruling, step } from './ruling.ts';
import type { Run } from './run.ts';

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
export function recordOutcome(
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
