import type { MemberId } from '../ids.ts';
import { isLockOfSeveral } from './action.ts';
import { type ApprovalRequest, isOpen } from './request.ts';
import { doneIn, no, type Ruling, step } from './ruling.ts';
import { NOT_BEGUN } from './run.ts';

/** Whether a run over several users can be stopped: it has begun, or may go on. */
export function mayBeStopped({ action, state }: ApprovalRequest): boolean {
  if (!isLockOfSeveral(action) || doneIn(state).run?.stoppedBy) return false;
  return ['approved', 'executing'].includes(state.kind) || (state.kind === 'failed' && state.retryable);
}

/**
 * Any bot admin stops it, for good. Whoever is being locked just now still is. Where somebody may have been locked and
 * nobody could look, it ends once that is known.
 */
export function stop(request: ApprovalRequest, by: MemberId, now: number): Ruling {
  const { state } = request;
  if (!mayBeStopped(request)) return no('not-waiting');
  const run = { ...(doneIn(state).run ?? NOT_BEGUN), stoppedBy: by };
  if (state.kind === 'executing') return step({ ...state, run }, { kind: 'stopped' });
  if (state.kind !== 'pending' && 'mayBeDone' in state && state.mayBeDone) {
    const looking = { kind: 'approved', notBefore: now, mayBeDone: true, postponed: 0, run } as const;
    return step(looking, { kind: 'stopped' });
  }
  const completed = { kind: 'completed', found: false, run } as const;
  return step(completed, completed);
}

/** Users whom a run had locked are unlocked again. @param ids of these users */
export function unlocked(request: ApprovalRequest, ids: readonly string[]): Ruling {
  const { state } = request;
  if (isOpen(request) || !('run' in state) || !state.run) return no('not-waiting');
  const before = state.run.unlocked ?? [];
  const since = ids.filter((id) => !before.includes(id));
  if (since.length === 0) return no('not-waiting');
  const run = { ...state.run, unlocked: [...before, ...since] };
  return step({ ...state, run }, { kind: 'unlocked', users: since.length });
}
