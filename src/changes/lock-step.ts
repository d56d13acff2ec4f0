import { z } from 'zod';

/** What can follow a lock, in the order in which it is done. Each is a change of its own, so that it is recorded. */
export const LockStep = z.enum(['end-sessions', 'reset']);
export type LockStep = z.infer<typeof LockStep>;

/** How far a step is. `waiting`: not begun; `open`: under way, or left behind by a crash. */
export type StepState = 'waiting' | 'open' | 'done' | 'failed' | 'unknown';

/** A step that was asked for. `tokens`: how many tokens it is about, where it is about any. */
export type StepRecord = { step: LockStep; state: StepState; tokens: number };

/** The delivery key of a step follows from its lock, so that it is done once, whoever asks for it again. */
export function stepKey(step: LockStep, lock: string): string {
  return `${step} ${lock}`;
}

/** Whether it can be asked for again: it certainly had no effect, or what of it had one is looked up first. */
export function mayBeRepeated({ step, state }: StepRecord): boolean {
  return state === 'waiting' || state === 'failed' || (state === 'unknown' && step === 'end-sessions');
}
