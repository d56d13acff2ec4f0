import type { LockOfSeveral } from '../approvals/action.ts';
import type { Claim, Claims } from '../approvals/claims.ts';
import type { ExecutionOutcome } from '../approvals/execution-rules.ts';
import type { ApprovalRequest } from '../approvals/request.ts';
import { isReached, NOT_BEGUN, type Run, runKey } from '../approvals/run.ts';
import type { Change } from '../changes/change.ts';
import type { Intents } from '../changes/intents.ts';
import { type Effect, effectOf, update } from '../changes/operations.ts';
import type { Promotions } from '../changes/promotions.ts';
import { protectionOf } from '../changes/protection.ts';
import { settingsOf } from '../changes/snapshot.ts';
import { mayBeSuperuser } from '../changes/superuser.ts';
import type { Target } from '../changes/target.ts';
import { mayRepeat } from '../changes/token-revocation.ts';
import { DAY_MILLISECONDS, idleSince } from '../directory/filter.ts';
import { existingUser } from '../fastly/account-users.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { concernsEverybody, type FastlyError, isAway, isFastlyError } from '../fastly/errors.ts';
import { nameOf, type User, UserId } from '../fastly/user.ts';
import { newReference } from '../ids.ts';
import { explainRest } from '../messages/failure-text.ts';
import { plainText } from '../messages/kit/sentence.ts';
import { protectionText } from '../messages/outcome-text.ts';

/**
 * What came of one user. `left`: they are as they were, and `why` is for people. `halted`: nobody else is locked for now
 * either; `isUnsettled` where the user may be locked. `passed`: the run was stopped before them, or has passed to another process.
 */
type End =
  | { kind: 'locked' }
  | { kind: 'left'; why: string }
  | { kind: 'halted'; error: FastlyError; isUnsettled: boolean }
  | { kind: 'passed' };

type Options = {
  claims: Claims;
  intents: Intents;
  promotions: Pick<Promotions, 'roleEndedTo'>;
  fastly: FastlyClient;
  /** How often Slack is shown how far a run is, in milliseconds. */
  showEvery: number;
};

const LOCKED = { locked: true };

/**
 * Locks several users one after the other. Each is read again before, and recorded as a change of its own, which tells a
 * process that takes over what was done.
 */
export class LocksOfSeveral {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** For the holder of the claim. */
  async carryOut(claim: Claim, action: LockOfSeveral): Promise<ExecutionOutcome> {
    const { claims, showEvery } = this.#options;
    const { state } = claim.request;
    let run: Run = (state.kind === 'executing' ? state.run : undefined) ?? NOT_BEGUN;
    let shownAt = Number.NEGATIVE_INFINITY;
    for (const target of action.targets.filter(({ id }) => !isReached(run, id))) {
      const isShown = performance.now() - shownAt >= showEvery;
      if (isShown) shownAt = performance.now();
      const kept = await claims.reached(claim, run, { isShown });
      if (kept === null) return failed('Fastly took too long to respond.', run);
      run = kept;
      const holdsOn = async () => (await claims.reached(claim, run, { isShown: false })) !== null;
      const end = await this.#lock(claim.request, action, target, {
        holdsOn,
        isStopped: run.stoppedBy !== undefined,
      });
      if (end.kind === 'halted') return halted(end, run);
      if (end.kind === 'locked') run = { ...run, locked: [...run.locked, target.id] };
      if (end.kind === 'left') {
        const { id, login } = target;
        run = { ...run, left: [...run.left, { id, login, why: end.why }] };
      }
    }
    return { kind: 'completed', found: false, run };
  }

  /** @param holdsOn holds the claim for another lease; false where it has passed to somebody else */
  async #lock(
    request: ApprovalRequest,
    action: LockOfSeveral,
    target: Target,
    { holdsOn, isStopped }: { holdsOn: () => Promise<boolean>; isStopped: boolean },
  ): Promise<End> {
    const { intents, fastly } = this.#options;
    const id = UserId.parse(target.id);
    /** Whether a call may have been sent of which nobody knows what came of it. */
    let isUnsettled = true;
    try {
      const before = await this.#lookAtBegun(runKey(request.id, id), id);
      isUnsettled = false;
      if (before !== null) return before;
      if (isStopped) return { kind: 'passed' };
      const user = await existingUser(fastly, id);
      const why =
        user === null
          ? GONE
          : await this.#whyNot(user, target, { filedAt: request.filedAt, days: action.days });
      if (user === null || why !== null) return { kind: 'left', why: why ?? GONE };
      const change: Change = {
        deliveryKey: runKey(request.id, id),
        kind: 'lock',
        caller: request.requester,
        target: { id, login: user.login, name: nameOf(user) },
        settings: LOCKED,
        before: settingsOf(user),
        reason: request.reason,
        run: request.id,
        reference: newReference(),
      };
      const begun = await intents.begin(change);
      if (begun.kind === 'in-the-way') return { kind: 'left', why: 'a request about this user is open' };
      if (begun.kind === 'ending') return { kind: 'left', why: "the user's role is ending at this moment" };
      if (begun.kind === 'repeat') return { kind: 'passed' };
      isUnsettled = true;
      if (!(await holdsOn())) {
        await intents.settle(change, { kind: 'failed', why: 'another process goes on' });
        return { kind: 'passed' };
      }
      return await this.#call(change, id);
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      if (!isUnsettled && (await this.#concernsOne(error))) return { kind: 'left', why: explainRest(error) };
      return { kind: 'halted', error, isUnsettled };
    }
  }

  /** Whether only this user can't be read: where Fastly is away, nobody can. */
  async #concernsOne(error: FastlyError): Promise<boolean> {
    if (error.operation !== 'get_user' || concernsEverybody(error)) return false;
    if (!isAway(error)) return true;
    return await this.#options.fastly.getCurrentUser().then(
      () => true,
      () => false,
    );
  }

  /** What came of a lock that an earlier attempt had begun; null where nothing of it shows. @throws {FastlyError} */
  async #lookAtBegun(key: string, id: UserId): Promise<End | null> {
    const { intents, fastly } = this.#options;
    const begun = await intents.withKey(key);
    if (begun?.state === 'done') return { kind: 'locked' };
    if (begun?.state !== 'open') return null;
    const { kind } = await effectOf(update(fastly, id, LOCKED));
    const isDone = kind === 'done';
    await intents.settle(begun.change, { kind: isDone ? 'done' : 'failed', why: 'interrupted' });
    return isDone ? { kind: 'locked' } : null;
  }

  /** Why a user is not locked, as they are now; null where they are. @throws {FastlyError} */
  async #whyNot(
    user: User,
    approved: Target,
    { filedAt, days }: { filedAt: number; days: number },
  ): Promise<string | null> {
    if (user.login !== approved.login) return 'has another login now';
    if (mayBeSuperuser(user)) return 'is or may be a Fastly superuser now';
    if (!(await this.#isRoleOf(user, approved, filedAt))) return 'has another role now';
    if (user.locked) return 'is locked already';
    const since = idleSince(user);
    if (since === null) return "Fastly doesn't say when the user was last active";
    if (Date.now() - since <= days * DAY_MILLISECONDS) return 'was active since';
    const protection = await protectionOf(this.#options.fastly, user);
    return protection === null ? null : plainText(protectionText(protection));
  }

  /** A role whose time has ended since the request was filed is no other one. */
  async #isRoleOf(user: User, { id, role }: Target, filedAt: number): Promise<boolean> {
    const found = user.role ?? null;
    if (found === role) return true;
    return (
      found !== null && found === (await this.#options.promotions.roleEndedTo(id, { role, since: filedAt }))
    );
  }

  /** Makes the call of a change that has begun. @throws {FastlyError} where nobody can look what came of it */
  async #call(change: Change, id: UserId, mayResend = true): Promise<End> {
    const { intents, fastly } = this.#options;
    const operation = update(fastly, id, LOCKED);
    const { effect, error } = await sent(operation);
    if (effect.kind === 'done') {
      await intents.settle(change, { kind: 'done' });
      return { kind: 'locked' };
    }
    if (error && mayResend && mayRepeat(error)) return await this.#call(change, id, false);
    await intents.settle(change, { kind: 'failed', why: error?.reason ?? NOT_SET });
    if (error && concernsEverybody(error)) return { kind: 'halted', error, isUnsettled: false };
    const isLost = error === null || error.mayHaveBeenCarriedOut;
    return { kind: 'left', why: isLost ? NOT_SET : explainRest(error) };
  }
}

/** What a call has brought about, by its answer or, where that is lost or says otherwise, by a look. @throws {FastlyError} by the look */
async function sent(
  operation: ReturnType<typeof update>,
): Promise<{ effect: Effect<User>; error: FastlyError | null }> {
  try {
    const effect = operation.effect(await operation.call());
    return { effect: effect.kind === 'done' ? effect : await effectOf(operation), error: null };
  } catch (error) {
    if (!isFastlyError(error)) throw error;
    const isUnsure = error.mayHaveBeenCarriedOut || isAway(error);
    return { effect: isUnsure ? await effectOf(operation) : { kind: 'nothing' }, error };
  }
}

const NOT_SET = "Fastly didn't confirm the lock";
const GONE = 'no longer exists in Fastly';

function halted(
  { error, isUnsettled: mayBeDone }: Extract<End, { kind: 'halted' }>,
  run: Run,
): ExecutionOutcome {
  const why = explainRest(error);
  if (error.kind !== 'rate_limited') return failed(why, run, mayBeDone);
  // Fastly's moments are Unix seconds.
  const until = error.resetAt === null ? null : error.resetAt * 1000;
  return { kind: 'postponed', until, unclear: false, mayBeDone, why, run };
}

function failed(why: string, run: Run, mayBeDone = false): ExecutionOutcome {
  return { kind: 'failed', why, unclear: false, mayBeDone, run };
}
