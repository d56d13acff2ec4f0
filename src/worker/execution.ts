import type { Approvals, Claim } from '../approvals/approvals.ts';
import type { ApprovalRequest, Obstacle } from '../approvals/request.ts';
import { lostRights, type Outcome } from '../approvals/rules.ts';
import type { Intents } from '../changes/intents.ts';
import type { Setting } from '../changes/settings.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { explain } from '../messages/failure-text.ts';
import { plainText } from '../messages/kit/sentence.ts';
import { SETTING_LABELS } from '../messages/settings-text.ts';
import { type ApprovedChange, approvedChange, type Finding } from './approved-change.ts';

const FOUND_DONE: Outcome = { kind: 'completed', found: true };

/** The lease is too short for another call to finish before another process could take over. */
class OutOfTime extends Error {}

/** The call's answer was lost and the look after it failed, so the outcome is unknown. */
class Unclear extends Error {}

/** The call may have been sent but shows no effect, and it isn't safe to repeat. */
class NothingShows extends Error {
  constructor(options?: ErrorOptions) {
    super('nothing shows', options);
  }
}

/** A look shows that everything was applied except these settings. */
class NotAsWanted extends Error {
  readonly unmet: readonly Setting[];

  constructor(unmet: readonly Setting[]) {
    super(`not as wanted: ${unmet.join(', ')}`);
    this.unmet = unmet;
  }
}

/** `mayBeDone`: a call may have been sent, in this or an earlier attempt, and may still take effect. */
type Attempt = { readonly claim: Claim; mayBeDone: boolean };

/**
 * Carries out an approved change for the holder of the claim: looks whether it was made already, checks that it still
 * may be made and is what was approved, and makes the call. Returns the outcome to record, also for failures.
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
    const change = approvedChange(claim.request, { fastly: this.#fastly, intents: this.#intents });
    try {
      return await this.#run(attempt, change);
    } catch (error) {
      return outcomeOf(error, attempt, change);
    }
  }

  async #run(attempt: Attempt, change: ApprovedChange): Promise<Outcome> {
    const { request, mayRepeat } = attempt.claim;
    const finding = await look(change, attempt);
    const obstacle = this.#obstacle(request, finding);
    if (obstacle !== null) return { kind: 'refused', obstacle };
    if (finding.kind === 'done') return FOUND_DONE;
    if (finding.kind === 'partly') throw new NotAsWanted(finding.unmet);
    if (attempt.mayBeDone && !change.repeatable && !mayRepeat) throw new NothingShows();
    return await this.#send(attempt, change, change.repeatable);
  }

  /** Makes the call. Looks for its effect where the answer is lost, and may then send it once more. */
  async #send(attempt: Attempt, change: ApprovedChange, again: boolean): Promise<Outcome> {
    // Long enough for the call and for the look after it.
    if (!(await this.#approvals.holds(attempt.claim, 2 * this.#callTimeout))) throw new OutOfTime();
    try {
      const answered = await change.call();
      if (answered.kind !== 'done') return await this.#afterOddAnswer(attempt, change);
      return { kind: 'completed', found: false };
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      const refusal = change.refusal(error);
      if (refusal !== null) {
        const gone = attempt.mayBeDone ? await look(change, attempt) : null;
        return gone?.kind === 'done' ? FOUND_DONE : { kind: 'refused', obstacle: refusal };
      }
      if (!error.mayHaveBeenCarriedOut) throw error;
      const before = attempt.mayBeDone;
      attempt.mayBeDone = true;
      const finding = await look(change, attempt);
      if (finding.kind === 'done') return FOUND_DONE;
      if (finding.kind === 'partly') throw new NotAsWanted(finding.unmet);
      if (error.status === 500) {
        // Fastly answered, so the call is over, and it shows no effect: it won't take effect later.
        attempt.mayBeDone = before;
        throw error;
      }
      const obstacle = this.#obstacle(attempt.claim.request, finding);
      if (obstacle !== null) return { kind: 'refused', obstacle };
      if (!again) throw change.repeatable ? error : new NothingShows({ cause: error });
      return await this.#send(attempt, change, false);
    }
  }

  /** Fastly accepted the call, but its answer differs from what was asked for. A look decides. */
  async #afterOddAnswer(attempt: Attempt, change: ApprovedChange): Promise<Outcome> {
    attempt.mayBeDone = true;
    const finding = await look(change, attempt);
    if (finding.kind === 'done') return { kind: 'completed', found: false };
    throw finding.kind === 'partly' ? new NotAsWanted(finding.unmet) : new NothingShows();
  }

  #obstacle(request: ApprovalRequest, finding: Finding): Obstacle | null {
    if (finding.kind === 'done' || finding.kind === 'partly') return null;
    const gone = finding.kind === 'obstacle' && finding.obstacle.kind === 'gone';
    const whose = gone ? null : lostRights(request, this.#approvals.policy);
    if (whose !== null) return { kind: 'rights', whose };
    return finding.kind === 'obstacle' ? finding.obstacle : null;
  }
}

/** A look that fails is `Unclear` once a call may have been sent. Before, it is a failure like others. */
async function look(change: ApprovedChange, { mayBeDone }: Attempt): Promise<Finding> {
  try {
    return await change.look(mayBeDone);
  } catch (error) {
    throw mayBeDone ? new Unclear('nobody could look', { cause: error }) : error;
  }
}

function outcomeOf(error: unknown, { mayBeDone }: Attempt, { nothingShows }: ApprovedChange): Outcome {
  const lookFirst = mayBeDone;
  if (error instanceof NothingShows) {
    const why = `Fastly didn't confirm the change. ${nothingShows} The change may still take effect. Check again before you retry.`;
    return { kind: 'failed', why, unclear: true, lookFirst };
  }
  if (error instanceof NotAsWanted) {
    const missing = error.unmet.map((setting) => SETTING_LABELS[setting]).join(', ');
    const why = `Fastly applied only part of the change. Not as approved: ${missing}. Check the user, then update what is missing.`;
    return { kind: 'failed', why, unclear: true, lookFirst };
  }
  if (error instanceof Unclear || (mayBeDone && !isFastlyError(error) && !(error instanceof OutOfTime))) {
    const why = "Fastly hasn't confirmed the change. Check the user before you go on.";
    return { kind: 'postponed', until: null, unclear: true, lookFirst, why };
  }
  if (error instanceof OutOfTime) {
    const why = 'Fastly took too long to respond.';
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
    why: `Fastly didn't confirm the change. ${nothingShows}`,
    unclear: false,
    lookFirst,
  };
}

/** Unix milliseconds; null where Fastly did not say. */
function resetOf({ resetAt }: Extract<FastlyError, { kind: 'rate_limited' }>): number | null {
  return resetAt === null ? null : resetAt * 1000;
}
