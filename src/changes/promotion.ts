import { z } from 'zod';
import { MemberId } from '../ids.ts';
import { furtherRoles, type HasRoles, ROLES } from './roles.ts';
import { superuserStanding } from './superuser.ts';

/** Why an end that is due is not carried out yet. */
export const Hindrance = z.enum(['fastly', 'locked', 'last-superuser', 'protected', 'other-roles']);
export type Hindrance = z.infer<typeof Hindrance>;

/**
 * Where a promotion stands. Moments are Unix milliseconds by the database's clock.
 * - `running`, until its end is carried out. `mayBeDone`: the call that ends it may have been sent. `waits`: why it has
 *   not ended although it is due. `loud`: the reason that was told last; null where it was not told that it is overdue.
 *   `endedBy`: who clicked **End now**. `unsure`: nobody knows yet whether the role was given; `earlier` is the promotion
 *   that it has closed, which goes on if it was not.
 * - `to-check`: the database was restored. It does not end by itself.
 * - `ended`: the role before it is back. `setAgain`: whether the role was given again since, not through the bot
 * - `closed`: the bot made another change of the role, or deleted the user; nothing was put back
 * - `left`: the user had another role than the one that was given, and kept it
 * - `gone`: the user was deleted
 * - `not-given`: Fastly's answer was lost, and looks have shown that the role was not given
 */
export const PromotionState = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('running'),
    mayBeDone: z.boolean(),
    waits: Hindrance.nullable(),
    loud: Hindrance.nullable(),
    endedBy: MemberId.nullable(),
    unsure: z.object({ earlier: z.string().nullable() }).exactOptional(),
  }),
  z.object({ kind: z.literal('to-check') }),
  z.object({ kind: z.literal('ended'), by: MemberId.nullable(), setAgain: z.boolean() }),
  z.object({ kind: z.literal('closed') }),
  z.object({ kind: z.literal('left'), role: z.string().nullable() }),
  z.object({ kind: z.literal('gone') }),
  z.object({ kind: z.literal('not-given') }),
]);
export type PromotionState = z.infer<typeof PromotionState>;

export const RUNNING = {
  kind: 'running',
  mayBeDone: false,
  waits: null,
  loud: null,
  endedBy: null,
} as const satisfies PromotionState;

/** The state of one that a person has to check, as it is stored. */
export const TO_CHECK = JSON.stringify({ kind: 'to-check' } satisfies PromotionState);

/**
 * Something that people are told of a promotion, and where. `member`: whose address is the user's login. `confirmations`: in
 * the channel for confirmations, if there is one. `approvals`: in the approvals channel. Where there is none for that, it becomes a notice to each bot admin, by id.
 */
export const Told = z.object({
  what: z.enum(['given', 'reminder', 'ended', 'left', 'overdue', 'set-again', 'to-check', 'not-given']),
  to: z.enum(['thread', 'requester', 'member', 'confirmations', 'approvals']).or(MemberId),
});
export type Told = z.infer<typeof Told>;

/** That the messages of the requests that have given or extended the role say when it ends, or that it has. */
export const REDRAWN = { what: 'end', to: 'messages' } as const;
const Redrawn = z.object({ what: z.literal(REDRAWN.what), to: z.literal(REDRAWN.to) });

/** What Slack has yet to show of a promotion. */
export const Notice = z.union([Told, Redrawn]);
export type Notice = z.infer<typeof Notice>;

/** That the person who has the role is told until when, as it was given or moved. */
export const TO_PERSON = { what: 'given', to: 'member' } as const satisfies Told;

const TOLD: readonly Told['to'][] = ['thread', 'requester', 'member'];

/** That something is told to all whom it concerns. */
export function noticesOf(what: Told['what']): Told[] {
  return TOLD.map((to) => ({ what, to }));
}

/** A role that was given for a time. */
export type RunningPromotion = {
  id: string;
  user: { id: string; login: string; name: string };
  /** The role that comes back. */
  before: string;
  role: string;
  requester: MemberId;
  request: string | null;
  beganAt: number;
  endsAt: number;
  remindAt: number | null;
  state: PromotionState;
  overAt: number | null;
  untold: readonly Notice[];
};

/** What of a promotion people are shown. `overdue`: it should have ended. */
export type PromotionShown = Pick<
  RunningPromotion,
  'id' | 'user' | 'role' | 'before' | 'endsAt' | 'state'
> & {
  overdue: boolean;
};

/** The role that comes back after another one: where this one was given for a time, the one before it. */
export function roleToComeBack(
  running: Pick<RunningPromotion, 'role' | 'before'> | null,
  role: string,
): string {
  return running?.role === role ? running.before : role;
}

/** How many run. `overdue` and `toCheck`: how many of them should have ended, and how many a person has to check. */
export type PromotionCounts = { all: number; overdue: number; toCheck: number };

const HOUR = 60 * 60_000;

/**
 * When people are reminded of an end: an eighth of the whole before it, at least 15 minutes and at most a day. Where the
 * whole is under 30 minutes, after half of it.
 */
export function reminderAt(beganAt: number, endsAt: number): number {
  const whole = endsAt - beganAt;
  const before = whole < HOUR / 2 ? whole / 2 : Math.min(Math.max(whole / 8, HOUR / 4), 24 * HOUR);
  return Math.round(endsAt - before);
}

/**
 * Why a role can't be given to a user for a time; null where it can. An end never makes a Fastly superuser, and gives
 * back one of the four roles that the bot can set.
 */
export function whyNoEnd(user: HasRoles): 'superuser' | 'several-roles' | 'other-role' | null {
  if (superuserStanding(user) === 'yes') return 'superuser';
  const { named, unnamed } = furtherRoles(user);
  if (named.length + unnamed > 0) return 'several-roles';
  return ROLES.some((role) => role === user.role) ? null : 'other-role';
}
