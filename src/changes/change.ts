import { z } from 'zod';
import type { MemberId } from '../ids.ts';
import { LockStep, type StepRecord } from './lock-step.ts';
import { CurrentSettings, Settings } from './settings.ts';

/**
 * Whatever changes what a kind means is a kind of its own: an older version on the same database leaves changes of kinds
 * it doesn't know alone, and would settle one of a known kind by what that kind means there.
 */
export const ChangeKind = z.enum([
  'create',
  'invite',
  'withdraw',
  'update',
  'reset',
  'lock',
  'end-sessions',
  'password',
]);
export type ChangeKind = z.infer<typeof ChangeKind>;

export const ChangeTarget = z.object({ id: z.string().nullable(), login: z.string(), name: z.string() });
export type ChangeTarget = z.infer<typeof ChangeTarget>;

/** What is recorded of a change as one text. */
export const ChangeDetails = z.object({
  /** The user it is about. `id` is null for somebody who is no user yet, or whose login alone is known. */
  target: ChangeTarget,
  /** The settings to make, so that it can be checked later whether they were made. */
  settings: Settings.exactOptional(),
  /** For how many milliseconds from when it is set the role is given; not there where it has no end. */
  for: z.int().positive().exactOptional(),
  /** The database was restored while it was under way, so a role that it gave for a time does not end by itself. */
  restored: z.literal(true).exactOptional(),
  /** What the user had before, so that the log tells what a change took away. */
  before: CurrentSettings.exactOptional(),
  /** The id of the one that is withdrawn. */
  invitation: z.string().exactOptional(),
  reason: z.string().nullable().exactOptional(),
  /** The approval request whose button was clicked, if it was one. */
  request: z.string().exactOptional(),
  /** The approval request about several users that this is a part of: it tells what came of it. */
  run: z.string().exactOptional(),
  /** What is to follow a lock. */
  steps: z.array(LockStep).exactOptional(),
  /** The delivery key of the lock that this is a step of. */
  lock: z.string().exactOptional(),
  /** The ids of the tokens to end. */
  tokens: z.array(z.string()).exactOptional(),
  /** The delivery key of the change that this one sets back. */
  undoes: z.string().exactOptional(),
  /** The reference that the log has more under. */
  reference: z.string(),
});

/** A change that one bot admin makes without approval, identified by the delivery that asked for it. */
export type Change = z.infer<typeof ChangeDetails> & {
  /** The command's or click's `trigger_id`, or the submitted view's id; of an Undo, what `undoKey` makes. */
  deliveryKey: string;
  kind: ChangeKind;
  caller: MemberId;
};

/** A lock that was made, and how far each step is that was asked for with it. `madeAt`: Unix milliseconds. */
export type Lock = { change: Change; madeAt: number; steps: readonly StepRecord[] };

/**
 * How a change ended. `unknown`: Fastly was called, and its answer was lost. `role`: whether Fastly shows the role that was
 * to be set, or has left it out; not there where all is as wanted, or nobody knows.
 */
export type Settlement = { kind: 'done' | 'failed' | 'unknown'; why?: string; role?: 'set' | 'left' };

/** Why a change is settled that a crash left behind. */
export const INTERRUPTED = 'interrupted';

export function isInterrupted({ why }: Settlement): boolean {
  return why === INTERRUPTED;
}
