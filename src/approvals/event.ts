import { z } from 'zod';
import { ListedToken } from '../changes/token.ts';
import type { MemberId } from '../ids.ts';
import type { Action } from './action.ts';
import { Comment, Completed, Obstacle, type RequestId, Restored, WaitsFor } from './request.ts';
import { Run } from './run.ts';

/** How far it is among several users. */
const run = Run.exactOptional();

/**
 * What a step was. Kept in the audit log, from where the request's thread is drawn. An older version leaves a request
 * with an event it doesn't know alone, so what changes the meaning of an event is an event of its own.
 */
export const Event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('filed') }),
  /** `given`: how many approvals there are with this one. */
  z.object({ kind: z.literal('approved'), given: z.number(), comment: Comment }),
  z.object({ kind: z.literal('denied'), reason: z.string().nullable() }),
  z.object({
    kind: z.literal('cancelled'),
    why: z.string().nullable(),
    comment: Comment,
    restored: Restored,
  }),
  z.object({ kind: z.literal('expired') }),
  z.object({ kind: z.literal('reminded') }),
  /** `mayBeDone`: an earlier call may still take effect. */
  z.object({ kind: z.literal('started'), mayBeDone: z.boolean() }),
  /**
   * `unclear`: nobody could look yet what has become of it. `waitsFor`: Slack didn't confirm who decided. Else Fastly
   * takes no more changes for now.
   */
  z.object({
    kind: z.literal('postponed'),
    until: z.number(),
    unclear: z.boolean(),
    waitsFor: WaitsFor,
  }),
  Completed,
  z.object({
    kind: z.literal('failed'),
    why: z.string(),
    unclear: z.boolean(),
    revoked: z.int().exactOptional(),
    run,
    tokensInTheWay: z.literal(true).exactOptional(),
    halfDone: z.literal(true).exactOptional(),
  }),
  z.object({ kind: z.literal('refused'), obstacle: Obstacle, revoked: z.int().exactOptional(), run }),
  z.object({ kind: z.literal('retried') }),
  /** The time for a retry is over. */
  z.object({ kind: z.literal('closed') }),
  /** The target was locked while the request waited. */
  z.object({ kind: z.literal('locked'), comment: Comment }),
  /** The first token is about to be revoked. */
  z.object({ kind: z.literal('revoking') }),
  /** The tokens are revoked, and the user is about to be deleted. */
  z.object({ kind: z.literal('revoked'), revoked: z.int() }),
  /** Somebody has stopped it among several users: it ends with the one under way. */
  z.object({ kind: z.literal('stopped') }),
  /** After it has ended, so many of the users whom it locked are unlocked. */
  z.object({ kind: z.literal('unlocked'), users: z.int() }),
  /** The user has tokens that were not shown when it was approved: they are now, and the approvals count no longer. */
  z.object({ kind: z.literal('asked-again'), unseen: z.array(ListedToken) }),
]);
export type Event = z.infer<typeof Event>;

export const EVENT_KINDS = Event.options.map(({ shape }) => shape.kind.value);

/** One step of a request: the `number`th, at Unix milliseconds, by a member or (null) by itself. */
export type Step = { request: RequestId; number: number; at: number; actor: MemberId | null; event: Event };

/** The steps that let a request be carried out: the latest of them did. */
export const RELEASING = ['filed', 'approved', 'retried'] as const satisfies readonly Event['kind'][];

const OUTCOMES = ['completed', 'failed', 'refused', 'denied', 'cancelled', 'expired'] as const;

/** A step that ends a request, or an attempt at it. */
export type OutcomeStep = Step & { event: Extract<Event, { kind: (typeof OUTCOMES)[number] }> };

export function isOutcome(step: Step): step is OutcomeStep {
  return OUTCOMES.some((kind) => kind === step.event.kind);
}

/** Whether a step only repeats an earlier one: of attempts that are put off one after the other, the first counts. */
export function isRepetition({ number, event }: Step, steps: readonly Step[]): boolean {
  if (!isOfAttempts(event)) return false;
  const before = steps.filter((step) => step.number < number).map((step) => step.event);
  const inARow = before.slice(before.findLastIndex((each) => !isOfAttempts(each)) + 1);
  return inARow.some((each) => each.kind === event.kind && !(each.kind === 'started' && !each.mayBeDone));
}

function isOfAttempts({ kind }: Event): boolean {
  return kind === 'started' || kind === 'postponed';
}

/** Whether the request's message and the confirmation alone tell a step, as a few users were locked without approval. */
export function isToldByMessage({ kind }: Action, event: Event): boolean {
  return kind === 'lock-few' && event.kind === 'completed' && event.run?.stoppedBy === undefined;
}

/** Whether the requester is to be told directly: what they did themselves they know. */
export function requesterHears(event: Event): boolean {
  if (event.kind === 'cancelled') return event.why !== null;
  return OUTCOMES.some((kind) => kind === event.kind);
}
