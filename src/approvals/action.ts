import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HasRoles } from '../changes/roles.ts';
import { CurrentSettings, Settings } from '../changes/settings.ts';
import { isSuperuserRole, mayBeSuperuser, superuserStanding } from '../changes/superuser.ts';
import { Target } from '../changes/target.ts';
import { TokenOwner, TokenSnapshot } from '../changes/token.ts';

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

export function isExtension(action: Action): action is Extension {
  return action.kind === 'promote-for' && action.by === 'extension';
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

/** Whether carrying it out leaves the account with one Fastly superuser less. */
export function takesSuperuserAway(action: Action): boolean {
  if (isPromotion(action) || action.kind === 'revoke' || isLockOfSeveral(action)) return false;
  return mayBeSuperuser(action.target) && !action.target.locked;
}

/** Whether the target can be locked while the request waits: for a Fastly superuser that takes approval itself. */
export function mayBeLocked(action: Action): boolean {
  return isDeletion(action) && !action.target.locked && !mayBeSuperuser(action.target);
}
