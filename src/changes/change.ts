import { z } from 'zod';
import type { MemberId } from '../ids.ts';
import type { Settings } from './settings.ts';

export const ChangeKind = z.enum(['create', 'invite', 'withdraw', 'update', 'reset', 'lock', 'password']);
export type ChangeKind = z.infer<typeof ChangeKind>;

export const ChangeTarget = z.object({ id: z.string().nullable(), login: z.string(), name: z.string() });
export type ChangeTarget = z.infer<typeof ChangeTarget>;

/** A change that one superuser makes at once, by the delivery that asked for it. */
export type Change = {
  /** The command's or click's `trigger_id`, or the submitted view's id. */
  deliveryKey: string;
  kind: ChangeKind;
  caller: MemberId;
  /** Whom it concerns; `id` is null for who is no user yet, or is known by the login alone. */
  target: ChangeTarget;
  /** What is to be set, for who looks later whether it was. */
  settings?: Settings;
  /** The invitation's id, where one is withdrawn. */
  invitation?: string;
  /** Why, where that was said. */
  reason?: string | null;
  /** The request whose message asked for it, where it was one. */
  request?: string;
  /** Under which the log has more. */
  reference: string;
};

/** What became of it. `unknown`: the call was begun, and its answer is not known. */
export type Settlement = { kind: 'done' | 'failed' | 'unknown'; why?: string };
