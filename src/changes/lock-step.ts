import { z } from 'zod';

/**
 * What can follow a lock, in the order in which it is done. Each is recorded: as a change of its own, or, to revoke tokens,
 * as an approval request.
 */
export const LockStep = z.enum(['end-sessions', 'revoke', 'reset']);
export type LockStep = z.infer<typeof LockStep>;

/** How far a step is. `waiting`: not begun; `open`: under way, or left behind by a crash. */
export type StepState = 'waiting' | 'open' | 'done' | 'failed' | 'unknown';

/**
 * A step that was asked for. `tokens`: how many tokens it is about, where it is about any. `request`: what was filed, if a
 * request was; the request says what came of it.
 */
export type StepRecord = { step: LockStep; state: StepState; tokens: number; request?: string };

/** The delivery key of a step, or of its request, follows from its lock, so that it is done once, whoever asks for it again. */
export function stepKey(step: LockStep, lock: string): string {
  return `${step} ${lock}`;
}

/** Whether it can be asked for again: it certainly had no effect, or what of it had one is looked up first. */
export function mayBeRepeated({ step, state }: StepRecord): boolean {
  return state === 'waiting' || state === 'failed' || (state === 'unknown' && step !== 'reset');
}
