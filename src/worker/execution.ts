import type { Claim } from '../approvals/approvals.ts';
import type { ApprovalRequest, Obstacle, Target } from '../approvals/request.ts';
import { lostRights, type Outcome, type Policy } from '../approvals/rules.ts';
import { protectionOf } from '../directory/protection.ts';
import { targetOf } from '../directory/target.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { type User, UserId } from '../fastly/user.ts';
import { explain } from '../slack/failure.ts';
import { plainText } from '../slack/sentence.ts';

/** Tried again after so long where Fastly takes no more changes and does not say until when. */
const POSTPONED_MILLISECONDS = 60_000;
/** A reset that is over, by our clock, may not be by Fastly's. */
const LEAST_POSTPONED_MILLISECONDS = 5_000;

/** There is no time left to begin a call in which the claim is surely still this process's. */
class OutOfTime extends Error {}

/**
 * Carries out what was approved, for whoever holds the claim: check again that it still may be, look whether it still
 * is what was approved, make the call. Whatever happens comes back as an outcome to record.
 */
export class Execution {
  readonly #fastly: FastlyClient;
  readonly #policy: Policy;
  readonly #callTimeout: number;

  /** @param callTimeout the deadline of one call to Fastly, in milliseconds */
  constructor(fastly: FastlyClient, policy: Policy, callTimeout: number) {
    this.#fastly = fastly;
    this.#policy = policy;
    this.#callTimeout = callTimeout;
  }

  /** @param claimedAt when the claim was asked for at the latest, by `performance.now()` */
  async carryOut({ request, lookFirst }: Claim, claimedAt: number): Promise<Outcome> {
    const attempt: Attempt = {
      unclear: lookFirst,
      mustBeginBefore: claimedAt + this.#policy.lease - this.#callTimeout,
    };
    try {
      return await this.#delete(request, attempt);
    } catch (error) {
      return this.#outcomeOf(error, request, attempt);
    }
  }

  async #delete(request: ApprovalRequest, attempt: Attempt): Promise<Outcome> {
    const { target } = request.action;
    const id = UserId.parse(target.id);
    const user = await this.#lookAt(id, attempt);
    if (user === null) {
      return attempt.unclear
        ? { kind: 'completed', found: true }
        : { kind: 'refused', obstacle: { kind: 'gone' } };
    }
    attempt.unclear = false;
    const obstacle = await this.#obstacleTo(request, user, attempt);
    if (obstacle !== null) return { kind: 'refused', obstacle };
    return await this.#deleteOnce(id, attempt, true);
  }

  /** Deletes, and where the answer is lost looks what became of it; a lost call may be made once more. */
  async #deleteOnce(id: UserId, attempt: Attempt, again: boolean): Promise<Outcome> {
    beginInTime(attempt);
    attempt.unclear = true;
    try {
      await this.#fastly.deleteUser(id);
      return { kind: 'completed', found: false };
    } catch (error) {
      if (!isFastlyError(error) || !error.mayHaveBeenCarriedOut) {
        attempt.unclear = false;
        throw error;
      }
      if ((await this.#lookAt(id, attempt)) === null) return { kind: 'completed', found: true };
      attempt.unclear = false;
      if (!again || error.status === 500 || !hasTime(attempt)) throw error;
      return await this.#deleteOnce(id, attempt, false);
    }
  }

  async #obstacleTo(request: ApprovalRequest, user: User, attempt: Attempt): Promise<Obstacle | null> {
    const whose = lostRights(request, this.#policy);
    if (whose !== null) return { kind: 'rights', whose };
    const differences = differencesOf(request.action.target, targetOf(user));
    if (differences.length > 0) return { kind: 'changed', differences };
    beginInTime(attempt);
    const protection = await protectionOf(this.#fastly, user);
    return protection === null ? null : { kind: 'protected', protection };
  }

  /** The user, or null when they are gone: unknown to Fastly, or marked as deleted. */
  async #lookAt(id: UserId, attempt: Attempt): Promise<User | null> {
    beginInTime(attempt);
    try {
      const user = await this.#fastly.getUser(id);
      return user.deleted_at ? null : user;
    } catch (error) {
      if (isFastlyError(error) && error.kind === 'not_found') return null;
      throw error;
    }
  }

  #outcomeOf(error: unknown, { expiresAt }: ApprovalRequest, { unclear }: Attempt): Outcome {
    if (error instanceof OutOfTime) {
      return { kind: 'failed', why: 'Fastly was too slow to get through with it.', unclear };
    }
    if (isFastlyError(error)) {
      const until = postponedUntil(error, Date.now());
      if (until !== null && until < expiresAt) return { kind: 'postponed', until, lookFirst: unclear };
      if (error.mayHaveBeenCarriedOut && !unclear) {
        const why = 'Fastly gave no clear answer, so I looked: they are still there. Nothing was changed.';
        return { kind: 'failed', why, unclear };
      }
    }
    return { kind: 'failed', why: plainText(explain(error)), unclear };
  }
}

/** `unclear`: the deletion may have been carried out. `mustBeginBefore`: by `performance.now()`. */
type Attempt = { unclear: boolean; readonly mustBeginBefore: number };

function hasTime({ mustBeginBefore }: Attempt): boolean {
  return performance.now() < mustBeginBefore;
}

function beginInTime(attempt: Attempt): void {
  if (!hasTime(attempt)) throw new OutOfTime();
}

function postponedUntil(error: FastlyError, now: number): number | null {
  if (error.kind !== 'rate_limited') return null;
  if (error.resetAt === null) return now + POSTPONED_MILLISECONDS;
  return Math.max(error.resetAt * 1000, now + LEAST_POSTPONED_MILLISECONDS);
}

/** What was shown to the approvers and is not so any more. */
function differencesOf(
  approved: Target,
  found: Target,
): Extract<Obstacle, { kind: 'changed' }>['differences'] {
  const lock = ({ locked }: Target) => (locked ? 'locked' : 'not locked');
  return [
    { field: 'login' as const, approved: approved.login, found: found.login },
    { field: 'name' as const, approved: approved.name, found: found.name },
    { field: 'role' as const, approved: approved.role ?? 'not set', found: found.role ?? 'not set' },
    { field: 'lock' as const, approved: lock(approved), found: lock(found) },
  ].filter((difference) => difference.approved !== difference.found);
}
