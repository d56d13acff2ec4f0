import { z } from 'zod';
import { TokensLeft } from '../changes/token.ts';
import { type ChannelId, MemberId } from '../ids.ts';
import type { Action } from './action.ts';
import { Run } from './run.ts';

/** An approval request's own name, such as `K7Q2-9FMX`: it stands in its message and in the audit log. */
export const RequestId = z
  .string()
  .regex(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/)
  .brand<'RequestId'>();
export type RequestId = z.infer<typeof RequestId>;

/** Why an approved action is not carried out, now or later. */
export const Obstacle = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gone') }),
  z.object({
    kind: z.literal('changed'),
    differences: z.array(
      z.object({
        field: z.enum([
          'login',
          'name',
          'role',
          'roles',
          'lock',
          'limited services',
          'password change required',
        ]),
        approved: z.string(),
        found: z.string(),
      }),
    ),
  }),
  /** Who was to be created or invited is a user, or is invited, already. */
  z.object({ kind: z.literal('exists'), as: z.enum(['user', 'invitation']) }),
  /** This account cannot create users directly. */
  z.object({ kind: z.literal('only-invited') }),
  z.object({ kind: z.literal('protected'), protection: z.enum(['token', 'owner', 'last-superuser']) }),
  /** Who asked, or too many of those who approved, are no longer bot admins. */
  z.object({ kind: z.literal('rights'), whose: z.enum(['requester', 'approvers']) }),
  /** More approvals are needed by now than it has. */
  z.object({ kind: z.literal('rules') }),
  /** None of the tokens to revoke is there any more. */
  z.object({ kind: z.literal('no-tokens') }),
  /** The promotion to extend is over, or is ending. `at`: Unix milliseconds; null while it is ending. */
  z.object({ kind: z.literal('promotion-over'), at: z.number().nullable() }),
  /** After its tokens were revoked, the user has others, which were not approved. */
  z.object({ kind: z.literal('other-tokens'), names: z.array(z.string()) }),
]);
export type Obstacle = z.infer<typeof Obstacle>;

/** How many tokens are revoked; not there before the first of them may be. */
const revoked = z.int().exactOptional();
/** How far it is where it is about several users; not there before it has begun. */
const run = Run.exactOptional();

/**
 * `mayBeDone`: an earlier call may still take effect, so the next attempt accepts that as done. `postponed`: how often
 * in a row it was put off.
 */
const attempts = { mayBeDone: z.boolean(), postponed: z.number(), revoked, run };

/**
 * That a request was ended because its database was restored: what was decided since the backup is not in it. `done?`:
 * the backup was made when a call might have been sent.
 */
export const Restored = z.enum(['waiting', 'done?']).exactOptional();
export type Restored = z.infer<typeof Restored>;

/** Whose answer keeps an approved request from being carried out, where that is not Fastly's. */
export const WaitsFor = z.literal('slack').exactOptional();

/** When a promotion for a time ends, in Unix milliseconds. */
const endsAt = z.number().exactOptional();

/** What whoever took a step wrote beside it; not there where they wrote nothing, and in what earlier versions stored. */
export const Comment = z.string().exactOptional();

/** The end of a request that was carried out. `found`: an earlier attempt, whose answer was lost, had done it. */
export const Completed = z.object({
  kind: z.literal('completed'),
  found: z.boolean(),
  tokens: TokensLeft.exactOptional(),
  endsAt,
  /** The end of another promotion, in Unix milliseconds, that no longer holds. */
  closes: z.number().exactOptional(),
  run,
});

/**
 * Where a request stands. Moments are Unix milliseconds by the database's clock. The steps, which `rules.ts` takes:
 * - a request starts out pending, or approved if it needs no approval
 * - pending -> approved | denied | cancelled | expired
 * - approved -> executing
 * - executing -> completed | failed | refused | approved (postponed) | executing (taken over, or tokens are revoked)
 * - executing -> pending, before any token is revoked, where the user has one that was not shown
 * - failed -> approved (retry) | cancelled, while it is retryable; cancelled only if certainly nothing was done
 * - whatever is open -> cancelled, when the database was restored
 */
export const State = z.discriminatedUnion('kind', [
  /** `remindAt`: null once it was done, or where the request expires before. */
  z.object({ kind: z.literal('pending'), remindAt: z.number().nullable() }),
  /** `waitsFor`: it was put off because Slack didn't confirm who asked for it and who approved it. */
  z.object({ kind: z.literal('approved'), notBefore: z.number(), ...attempts, waitsFor: WaitsFor }),
  /** Whoever holds `claim` carries it out, until `leaseUntil`; after that it is anybody's. */
  z.object({ kind: z.literal('executing'), claim: z.string(), leaseUntil: z.number(), ...attempts }),
  Completed,
  /**
   * `unclear`: nobody knows whether the call took effect, and people are told so. `mayBeDone`: an earlier call may still
   * take effect, so the next attempt accepts that as done. `why` is for people.
   */
  z.object({
    kind: z.literal('failed'),
    why: z.string(),
    unclear: z.boolean(),
    mayBeDone: z.boolean(),
    retryable: z.boolean(),
    revoked,
    run,
    /** Fastly refused to delete the user, who has tokens: revoking them first may help. */
    tokensInTheWay: z.literal(true).exactOptional(),
    /** The change was made. What was to follow it was not, or not all of it. */
    halfDone: z.literal(true).exactOptional(),
  }),
  z.object({ kind: z.literal('refused'), obstacle: Obstacle, revoked, run }),
  z.object({ kind: z.literal('denied'), by: MemberId, reason: z.string().nullable() }),
  /** `why` is null when the requester took it back, else why the bot ended it, for people. */
  z.object({
    kind: z.literal('cancelled'),
    why: z.string().nullable(),
    comment: Comment,
    restored: Restored,
  }),
  z.object({ kind: z.literal('expired') }),
]);
export type State = z.infer<typeof State>;

/**
 * What held when a request was filed, beside the approvals required: later rules count only where they are stricter.
 * `about`: the bot admins whose address was the target's login. They neither decide nor are asked to. `botAdmins`: those
 * of then, as whoever was added since doesn't decide; not there in what earlier versions stored.
 */
export const Terms = z.object({
  selfApproval: z.boolean(),
  about: z.array(MemberId),
  botAdmins: z.array(MemberId).exactOptional(),
});
export type Terms = z.infer<typeof Terms>;

/** The record of a deletion, promotion, demotion or revocation. It waits for other bot admins if the policy says so. */
export type ApprovalRequest = {
  id: RequestId;
  action: Action;
  requester: MemberId;
  reason: string | null;
  /** Where it is shown to those who may approve. */
  channel: ChannelId;
  approvalsRequired: number;
  /** `null` for a request that was stored before there were any. */
  terms: Terms | null;
  /** Who has approved, first to last. */
  approvers: readonly MemberId[];
  /** What approvers wrote beside their approval, of those who wrote anything. */
  comments: ReadonlyMap<MemberId, string>;
  state: State;
  /** The number of its latest step. */
  version: number;
  filedAt: number;
  expiresAt: number;
};

const OPEN: readonly State['kind'][] = ['pending', 'approved', 'executing'];

/** Whether anything can still come of it. */
export function isOpen({ state }: ApprovalRequest): boolean {
  return state.kind === 'failed' ? state.retryable : OPEN.includes(state.kind);
}

/** The longest reason or comment that is taken, in characters. */
export const REASON_LENGTH = 240;

/** The oldest of some requests, and how many more there are. */
export type Listed<Item> = { shown: readonly Item[]; more: number };
