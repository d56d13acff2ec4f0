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

/** There is no time left for a call in which the claim is surely still this process's. */
class OutOfTime extends Error {}

/** The call was made, its answer is lost, and nobody could look what has become of it. */
class Unclear extends Error {}

/** The call may have been made, nothing of it shows, and it must not be made twice. */
class NothingShows extends Error {
  constructor(options?: ErrorOptions) {
    super('nothing shows', options);
  }
}

/** It is done but for these settings, as far as a look shows. */
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

  /** Makes the call, and where its answer is lost looks what became of it; a lost call may be made once more. */
  async #send(attempt: Attempt, change: ApprovedChange, again: boolean): Promise<Outcome> {
    // Long enough for the call, and for a look at what has become of it.
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
        // Fastly itself has ended with it, and nothing shows: this call takes effect no more.
        attempt.mayBeDone = before;
        throw error;
      }
      const obstacle = this.#obstacle(attempt.claim.request, finding);
      if (obstacle !== null) return { kind: 'refused', obstacle };
      if (!again) throw change.repeatable ? error : new NothingShows({ cause: error });
      return await this.#send(attempt, change, false);
    }
  }

  /** Fastly took the call, but its answer lacks something or shows something else: what is there counts. */
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

/** A look that fails before anything was sent is a failure like others; after that nobody knows. */
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
