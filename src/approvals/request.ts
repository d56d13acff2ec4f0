import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HasRoles } from '../changes/roles.ts';
import { CurrentSettings, Settings } from '../changes/settings.ts';
import { isSuperuserRole, mayBeSuperuser, superuserStanding } from '../changes/superuser.ts';
import { Target } from '../changes/target.ts';
import { TokenOwner, TokenSnapshot, TokensLeft } from '../changes/token.ts';
import { type ChannelId, MemberId } from '../ids.ts';
import { Run } from './run.ts';

/** An approval request's own name, such as `K7Q2-9FMX`: it stands in its message and in the audit log. */
export const RequestId = z
  .string()
  .regex(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/)
  .brand<'RequestId'>();
export type RequestId = z.infer<typeof RequestId>;

/** Who is to become a user, and has no id yet. */
export const Newcomer = z.object({ id: z.null(), login: z.string(), name: z.string() });
export type Newcomer = z.infer<typeof Newcomer>;

const promotion = { kind: z.literal('promote'), version: z.literal(1), changes: Settings };
/** `target` has words for all `targets`, and no id. */
const lockOfSeveral = {
  version: z.literal(1),
  target: Newcomer,
  targets: z.array(Target),
  /** They are idle for more days than these. */
  days: z.int(),
};
/** For a time, in milliseconds from when it is set. Older versions must not make it one without an end. */
const promotionFor = { kind: z.literal('promote-for'), version: z.literal(1), for: z.int().positive() };
const demotion = { kind: z.literal('demote'), version: z.literal(1), changes: Settings };

/**
 * What will be done, and nothing else. Stored as it is, with a version of its form. A promotion makes somebody a Fastly
 * superuser, or lets one who is locked back in; a demotion takes the role away, or locks who has it. `before` is what
 * the target had of all that can be set, so that nobody's later change is overwritten.
 *
 * Older versions may run on the same database, during an upgrade or after a roll-back. They leave a request alone that
 * has anything they don't know (`newer.ts`). So whatever changes what a kind means is a kind of its own, as a promotion
 * for a time is: an older version must never make it one for ever. A field that changes nothing of the kind, as for a
 * comment, keeps older versions from the request as well. How variables count a new kind: `waitsForApproval`.
 */
export const Action = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('delete'), version: z.literal(1), target: Target }),
  z.discriminatedUnion('by', [
    z.object({ ...promotion, by: z.literal('update'), target: Target, before: CurrentSettings }),
    z.object({ ...promotion, by: z.literal('creation'), target: Newcomer }),
    z.object({ ...promotion, by: z.literal('invitation'), target: Newcomer }),
  ]),
  z.discriminatedUnion('by', [
    z.object({
      ...promotionFor,
      by: z.literal('update'),
      target: Target,
      before: CurrentSettings,
      changes: Settings,
      /** The role that comes back at the end. */
      back: z.string(),
    }),
    /** Moves the end of one that runs. `until`: the end when it was filed. */
    z.object({
      ...promotionFor,
      by: z.literal('extension'),
      target: Target,
      promotion: z.string(),
      back: z.string(),
      until: z.number(),
    }),
  ]),
  z.object({ ...demotion, target: Target, before: CurrentSettings }),
  /** The same, and after it the user's browser sessions end and tokens are revoked: `demote` means that they stay. */
  z.object({
    ...demotion,
    kind: z.literal('demote-with-tokens'),
    target: Target,
    before: CurrentSettings,
    sessions: z.boolean(),
    /** The tokens to revoke; null where they stay. */
    shown: TokenSnapshot.nullable(),
  }),
  /** A deletion of a user whom `delete` says too little about: that kind means that no token was shown. */
  z.object({
    kind: z.literal('delete-with-tokens'),
    version: z.literal(1),
    target: Target,
    /** Null where nobody could look when it was filed. */
    shown: TokenSnapshot.nullable(),
    /** Whether the tokens are revoked before the user is deleted. */
    revokeFirst: z.boolean(),
    /** Whether tokens that are made until then are meant, too. */
    laterTokens: z.boolean(),
  }),
  z.object({ kind: z.literal('revoke'), version: z.literal(1), target: TokenOwner, shown: TokenSnapshot }),
  /** Idle users are locked one after the other, each if nothing has changed about them. */
  z.object({ kind: z.literal('lock-several'), ...lockOfSeveral }),
  /** The same of so few that no approval is needed. */
  z.object({ kind: z.literal('lock-few'), ...lockOfSeveral }),
]);
export type Action = z.infer<typeof Action>;
export type ActionKind = Action['kind'];
export type Alteration = Extract<Action, { before: CurrentSettings }>;
export type Admission = Extract<Action, { by: 'creation' | 'invitation' }>;
export type Deletion = Extract<Action, { kind: 'delete' | 'delete-with-tokens' }>;
export type LockOfSeveral = Extract<Action, { kind: 'lock-several' | 'lock-few' }>;

export type Extension = Extract<Action, { by: 'extension' }>;

/** Whether it makes, or keeps, somebody a Fastly superuser, or lets one back in. */
export function isPromotion(action: Action): action is Extract<Action, { kind: 'promote' | 'promote-for' }> {
  return action.kind === 'promote' || action.kind === 'promote-for';
}

export function isAdmission(action: Action): action is Admission {
  return 'by' in action && (action.by === 'creation' || action.by === 'invitation');
}

export function isDeletion(action: Action): action is Deletion {
  return action.kind === 'delete' || action.kind === 'delete-with-tokens';
}

export function isLockOfSeveral(action: Action): action is LockOfSeveral {
  return action.kind === 'lock-several' || action.kind === 'lock-few';
}

/** The logins of all users whom this is about. */
export function loginsOf(action: Action): string[] {
  return isLockOfSeveral(action) ? action.targets.map(({ login }) => login) : [action.target.login];
}

/** Whether API tokens are revoked by this, or as a part of it. */
export function revokesTokens(action: Action): boolean {
  switch (action.kind) {
    case 'revoke':
      return true;
    case 'delete-with-tokens':
      return action.revokeFirst;
    case 'demote-with-tokens':
      return action.shown !== null;
    default:
      return false;
  }
}

/**
 * Stands for the tokens that approvers are shown, and for what becomes of tokens made since: who approves has to have
 * seen these. Empty where none are shown.
 */
export function tokensKey(action: Action): string {
  if (action.kind !== 'delete-with-tokens') return '';
  const { shown, revokeFirst, laterTokens } = action;
  const ids = shown?.tokens.map(({ id }) => id).sort() ?? null;
  return digestOf([ids, revokeFirst, laterTokens]);
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}

/** Verbs for actions: a promotion may create a user, a demotion may lock one. */
export const ACTION_VERBS = [
  'delete',
  'promote',
  'unlock',
  'create',
  'invite',
  'demote',
  'lock',
  'revoke',
  'lock-several',
  'extend',
] as const;
export type ActionVerb = (typeof ACTION_VERBS)[number];

export function verbOf(action: Action): ActionVerb {
  switch (action.kind) {
    case 'delete':
    case 'delete-with-tokens':
      return 'delete';
    case 'revoke':
      return 'revoke';
    case 'lock-several':
    case 'lock-few':
      return action.targets.length === 1 ? 'lock' : 'lock-several';
    case 'demote':
    case 'demote-with-tokens':
      return action.changes.role === undefined ? 'lock' : 'demote';
    case 'promote-for':
      return action.by === 'extension' ? 'extend' : 'promote';
    case 'promote':
      if (action.by === 'creation') return 'create';
      if (action.by === 'invitation') return 'invite';
      return action.changes.role === undefined ? 'unlock' : 'promote';
  }
}

/**
 * Whether this makes somebody a Fastly superuser, or one less. Null for neither, which needs no approval. Where nobody
 * knows whether the user is one, whatever could be either counts.
 */
export function superuserChange(
  user: HasRoles & { readonly locked?: boolean | null | undefined },
  changes: Settings,
): 'promote' | 'demote' | null {
  const is = superuserStanding(user);
  if (changes.role !== undefined) {
    const becomes = isSuperuserRole(changes.role);
    if (becomes && is !== 'yes') return 'promote';
    if (!becomes && is !== 'no') return 'demote';
  }
  const { locked } = user;
  if (is === 'no' || changes.locked === undefined || changes.locked === (locked ?? false)) return null;
  return changes.locked ? 'demote' : 'promote';
}

/** What stands for the target while the request is open: nobody has two. */
export function targetKey(action: Action): string {
  const { id, login } = action.target;
  if (isLockOfSeveral(action))
    return `${SEVERAL}${digestOf(action.targets.map((target) => target.id).sort())}`;
  return id ?? `login ${login.toLowerCase()}`;
}

/** How the key of several users begins. */
export const SEVERAL = 'several ';

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

/** Whether carrying it out leaves the account with one Fastly superuser less. */
export function takesSuperuserAway(action: Action): boolean {
  if (isPromotion(action) || action.kind === 'revoke' || isLockOfSeveral(action)) return false;
  return mayBeSuperuser(action.target) && !action.target.locked;
}

/** Whether the target can be locked while the request waits: for a Fastly superuser that takes approval itself. */
export function mayBeLocked(action: Action): boolean {
  return isDeletion(action) && !action.target.locked && !mayBeSuperuser(action.target);
}

/** The longest reason or comment that is taken, in characters. */
export const REASON_LENGTH = 240;
