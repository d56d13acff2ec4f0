import type { Approvals, Claim } from '../approvals/approvals.ts';
import type { ApprovalRequest, Obstacle, Target } from '../approvals/request.ts';
import { lostRights, type Outcome } from '../approvals/rules.ts';
import { protectionOf } from '../directory/protection.ts';
import { targetOf } from '../directory/target.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { type User, UserId } from '../fastly/user.ts';
import { explain } from '../slack/failure.ts';
import { plainText } from '../slack/sentence.ts';
import type { Intents } from '../store/intents.ts';

const GONE: Outcome = { kind: 'refused', obstacle: { kind: 'gone' } };
const FOUND_DONE: Outcome = { kind: 'completed', found: true };

/** There is no time left for a call in which the claim is surely still this process's. */
class OutOfTime extends Error {}

/** The call was made, its answer is lost, and nobody could look what has become of it. */
class Unclear extends Error {}

/** `mayBeDone`: a deletion may have been sent, in this or an earlier attempt, and may still take effect. */
type Attempt = { readonly claim: Claim; mayBeDone: boolean };

/**
 * Carries out what was approved, for whoever holds the claim: look whether it is done already, check that it still may
 * be and still is what was approved, make the call. Whatever happens comes back as an outcome to record.
 */
export class Execution {
  readonly #approvals: Approvals;
  readonly #intents: Intents;
  readonly #fastly: FastlyClient;
  readonly #callTimeout: number;

  /** @param callTimeout the deadline of one call to Fastly, in milliseconds */
  constructor(approvals: Approvals, intents: Intents, fastly: FastlyClient, callTimeout: number) {
    this.#approvals = approvals;
    this.#intents = intents;
    this.#fastly = fastly;
    this.#callTimeout = callTimeout;
  }

  async carryOut(claim: Claim): Promise<Outcome> {
    const attempt: Attempt = { claim, mayBeDone: claim.lookFirst };
    try {
      return await this.#delete(attempt);
    } catch (error) {
      return outcomeOf(error, attempt);
    }
  }

  async #delete(attempt: Attempt): Promise<Outcome> {
    const { request } = attempt.claim;
    const id = UserId.parse(request.action.target.id);
    const user = attempt.mayBeDone ? await this.#lookAgain(id) : await this.#lookAt(id);
    if (user === null) return attempt.mayBeDone ? FOUND_DONE : GONE;
    const obstacle = await this.#obstacleTo(request, user);
    if (obstacle !== null) return { kind: 'refused', obstacle };
    return await this.#send(id, attempt, true);
  }

  /** Deletes, and where the answer is lost looks what became of it; a lost call may be made once more. */
  async #send(id: UserId, attempt: Attempt, again: boolean): Promise<Outcome> {
    // Long enough for the call, and for a look at what has become of it.
    if (!(await this.#approvals.holds(attempt.claim, 2 * this.#callTimeout))) throw new OutOfTime();
    try {
      await this.#fastly.deleteUser(id);
      return { kind: 'completed', found: false };
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      if (error.kind === 'not_found') return attempt.mayBeDone ? FOUND_DONE : GONE;
      if (!error.mayHaveBeenCarriedOut) throw error;
      const before = attempt.mayBeDone;
      attempt.mayBeDone = true;
      const user = await this.#lookAgain(id);
      if (user === null) return FOUND_DONE;
      if (error.status === 500) {
        // Fastly itself has ended with it, and they are there: this call takes effect no more.
        attempt.mayBeDone = before;
        throw error;
      }
      if (!again) throw error;
      const obstacle = await this.#obstacleTo(attempt.claim.request, user);
      if (obstacle !== null) return { kind: 'refused', obstacle };
      return await this.#send(id, attempt, false);
    }
  }

  async #obstacleTo(request: ApprovalRequest, user: User): Promise<Obstacle | null> {
    const whose = lostRights(request, this.#approvals.policy);
    if (whose !== null) return { kind: 'rights', whose };
    const differences = differencesOf(request.action.target, targetOf(user));
    const ownLock = differences.every(({ field }) => field === 'lock') && user.locked === true;
    if (differences.length > 0 && !(ownLock && (await this.#intents.locked(request)))) {
      return { kind: 'changed', differences };
    }
    const protection = await protectionOf(this.#fastly, user);
    return protection === null ? null : { kind: 'protected', protection };
  }

  /** The user, or null when they are gone: unknown to Fastly, or marked as deleted. */
  async #lookAt(id: UserId): Promise<User | null> {
    try {
      const user = await this.#fastly.getUser(id);
      return user.deleted_at ? null : user;
    } catch (error) {
      if (isFastlyError(error) && error.kind === 'not_found') return null;
      throw error;
    }
  }

  /** The same, after a deletion that may have been carried out. */
  async #lookAgain(id: UserId): Promise<User | null> {
    try {
      return await this.#lookAt(id);
    } catch (error) {
      throw new Unclear('nobody could look', { cause: error });
    }
  }
}

function outcomeOf(error: unknown, { mayBeDone }: Attempt): Outcome {
  const lookFirst = mayBeDone;
  if (error instanceof Unclear || (mayBeDone && !isFastlyError(error) && !(error instanceof OutOfTime))) {
    const why = 'Fastly did not say what has become of it. Look at the user before you go on.';
    return { kind: 'postponed', until: null, unclear: true, lookFirst, why };
  }
  if (error instanceof OutOfTime) {
    const why = 'Fastly was too slow to get through with it.';
    return { kind: 'failed', why, unclear: false, lookFirst };
  }
  const why = plainText(explain(error));
  if (!isFastlyError(error)) return { kind: 'failed', why, unclear: false, lookFirst };
  if (error.kind === 'rate_limited') {
    return { kind: 'postponed', until: resetOf(error), unclear: false, lookFirst, why };
  }
  if (!error.mayHaveBeenCarriedOut) return { kind: 'failed', why, unclear: false, lookFirst };
  return {
    kind: 'failed',
    why: 'Fastly gave no clear answer, so I looked: they are still there.',
    unclear: false,
    lookFirst,
  };
}

/** Unix milliseconds; null where Fastly did not say. */
function resetOf({ resetAt }: Extract<FastlyError, { kind: 'rate_limited' }>): number | null {
  return resetAt === null ? null : resetAt * 1000;
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
