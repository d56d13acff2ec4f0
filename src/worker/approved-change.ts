import {
  type Action,
  type Extension,
  isAdmission,
  isDeletion,
  isPromotion,
  type LockOfSeveral,
} from '../approvals/action.ts';
import type { ApprovalRequest, Obstacle } from '../approvals/request.ts';
import type { Intents } from '../changes/intents.ts';
import {
  type ApprovableOperation,
  creation,
  deletion,
  type Effect,
  invitation,
  update,
} from '../changes/operations.ts';
import type { Promotions } from '../changes/promotions.ts';
import { protectionOf } from '../changes/protection.ts';
import type { Settings } from '../changes/settings.ts';
import { settingsOf, targetOf } from '../changes/snapshot.ts';
import type { Target } from '../changes/target.ts';
import { accountTokens } from '../fastly/account-tokens.ts';
import { existingUser, userWithLogin } from '../fastly/account-users.ts';
import type { ApiToken } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type User, UserId } from '../fastly/user.ts';
import { difference, differencesOf, settingDifferencesOf } from './differences.ts';

/** What a look at Fastly shows of an approved change: its effect, or why it must not be made. */
export type Finding =
  | Exclude<Effect<unknown>, { kind: 'overtaken' }>
  | { kind: 'obstacle'; obstacle: Obstacle };

/** An approved change as it is carried out: its operation, and what can stand in its way. */
export type ApprovedChange = Pick<ApprovableOperation<unknown, unknown>, 'finalObstacle' | 'repeatable'> & {
  /**
   * Whether the change took effect, and whether it may still be made. It counts as done only if a call of the bot may
   * have made it (`mayBeDone`). @throws {FastlyError}
   */
  look(mayBeDone: boolean): Promise<Finding>;
  /** The one call, and what Fastly's answer shows of its effect. @throws {FastlyError} */
  call(): Promise<Effect<unknown>>;
  /** What is seen when an attempt has failed and nothing of it shows, for people. */
  nothingShows: string;
};

/** A request about one user. */
type OneUsers = ApprovalRequest & { action: Exclude<Action, LockOfSeveral> };

type Parts = { fastly: FastlyClient; intents: Intents; promotions: Promotions };

/** What an approved request stands for. */
export function approvedChange(request: OneUsers, parts: Parts): ApprovedChange {
  const { fastly, intents, promotions } = parts;
  const { action } = request;
  if (action.kind === 'promote-for' && action.by === 'extension') return extension(action, promotions);
  if (action.kind === 'revoke') return revocation(fastly, action);
  if (isDeletion(action)) {
    const id = UserId.parse(action.target.id);
    return guarded(deletion(fastly, id), 'The user still exists.', async (user) => {
      if (user === null) return { kind: 'gone' };
      const differences = differencesOf(await asEnded(request, action.target, promotions), targetOf(user));
      // **Lock now** may have locked the user without recording the step: after a crash, or if the call's answer was lost.
      const onlyLocked = differences.every(({ field }) => field === 'lock') && user.locked === true;
      if (differences.length > 0 && !(onlyLocked && (await intents.lockOf(request.id, id)) !== null)) {
        return { kind: 'changed', differences };
      }
      return await protectedUser(fastly, user);
    });
  }
  const { target, changes } = action;
  if (isAdmission(action)) return admission(fastly, action.by, { login: target.login, settings: changes });
  const id = UserId.parse(target.id);
  return guarded(update(fastly, id, changes), 'The user is unchanged.', async (user) => {
    if (user === null) return { kind: 'gone' };
    const differences = [
      ...differencesOf(await asEnded(request, action.target, promotions), targetOf(user)),
      ...settingDifferencesOf(action.before, settingsOf(user)),
    ];
    if (differences.length > 0) return { kind: 'changed', differences };
    return isPromotion(action) && !changes.locked ? null : await protectedUser(fastly, user);
  });
}

/** The end of a promotion moves in the store, with the record of the execution, so there is nothing to call. */
function extension({ promotion }: Extension, promotions: Promotions): ApprovedChange {
  return {
    async look() {
      const found = await promotions.get(promotion);
      if (found !== null && found.overAt === null) return { kind: 'nothing' };
      return { kind: 'obstacle', obstacle: { kind: 'promotion-over', at: found?.overAt ?? null } };
    },
    call: async () => DONE,
    finalObstacle: () => null,
    repeatable: true,
    nothingShows: 'The end is where it was.',
  };
}

/** The target as it should be now: a role whose time has ended since the request was filed is no change of the user. */
async function asEnded(
  { filedAt }: ApprovalRequest,
  target: Target,
  promotions: Promotions,
): Promise<Target> {
  const role = await promotions.roleEndedTo(target.id, { role: target.role, since: filedAt });
  if (role === null) return target;
  const { roles, ...others } = target;
  return { ...others, role };
}

/**
 * The tokens are revoked before the call (`TokenSteps`), so there is nothing left to call. It is done when none of them is
 * listed. Their owner may be deleted already.
 */
function revocation(fastly: FastlyClient, { target, shown }: Revocation): ApprovedChange {
  const owner = UserId.parse(target.id);
  const isMeant = ({ id, user_id }: ApiToken) =>
    user_id === owner && shown.tokens.some((token) => token.id === id);
  return {
    async look(mayBeDone) {
      const [user, { programs, sessions }] = await Promise.all([
        existingUser(fastly, owner),
        accountTokens(fastly),
      ]);
      if (![...programs, ...sessions].some(isMeant)) {
        return mayBeDone ? DONE : { kind: 'obstacle', obstacle: { kind: 'no-tokens' } };
      }
      const found = user === null ? target : targetOf(user);
      const differences = [
        ...difference('login', target.login, found.login),
        ...difference('name', target.name, found.name),
      ];
      if (differences.length > 0) return { kind: 'obstacle', obstacle: { kind: 'changed', differences } };
      const isBots = (await fastly.getCurrentUser()).id === owner;
      return isBots
        ? { kind: 'obstacle', obstacle: { kind: 'protected', protection: 'token' } }
        : { kind: 'nothing' };
    },
    call: async () => DONE,
    finalObstacle: () => null,
    repeatable: true,
    nothingShows: 'The tokens are still there.',
  };
}

type Revocation = Extract<Action, { kind: 'revoke' }>;
const DONE = { kind: 'done', value: null } as const;

/** A new Fastly superuser, created or invited. */
function admission(
  fastly: FastlyClient,
  by: 'creation' | 'invitation',
  { login, settings }: { login: string; settings: Settings },
): ApprovedChange {
  if (by === 'creation') {
    // Before its first call an execution has seen that there is no such user: one that is there later may be new.
    const operation = creation(fastly, { login, settings }, () => true);
    return guarded(operation, 'There is no such user.', async (user) =>
      user === null ? null : { kind: 'exists', as: 'user' },
    );
  }
  const operation = invitation(fastly, { email: login, settings });
  return guarded(operation, 'There is no such invitation.', async (open) => {
    if ((await userWithLogin(fastly, login)) !== null) return { kind: 'exists', as: 'user' };
    return open === null ? null : { kind: 'exists', as: 'invitation' };
  });
}

/** @param obstacleTo why the change must not be made, by what a look found; null where it may be */
function guarded<Answer extends Seen, Seen>(
  operation: ApprovableOperation<Answer, Seen>,
  nothingShows: string,
  obstacleTo: (seen: Seen) => Promise<Obstacle | null>,
): ApprovedChange {
  return {
    async look(mayBeDone) {
      const seen = await operation.look();
      const effect = operation.effect(seen);
      if (mayBeDone && (effect.kind === 'done' || effect.kind === 'partly')) return effect;
      const obstacle = await obstacleTo(seen);
      return obstacle === null ? { kind: 'nothing' } : { kind: 'obstacle', obstacle };
    },
    call: async () => operation.effect(await operation.call()),
    finalObstacle: (error) => operation.finalObstacle(error),
    repeatable: operation.repeatable,
    nothingShows,
  };
}

async function protectedUser(fastly: FastlyClient, user: User): Promise<Obstacle | null> {
  const protection = await protectionOf(fastly, user);
  return protection === null ? null : { kind: 'protected', protection };
}
