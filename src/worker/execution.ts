import { isLockOfSeveral, type LockOfSeveral } from '../approvals/action.ts';
import { lostUnlessConfirmed } from '../approvals/approvers.ts';
import type { Claim, Claims } from '../approvals/claims.ts';
import type { ExecutionOutcome } from '../approvals/execution-rules.ts';
import type { Intents } from '../changes/intents.ts';
import type { Promotions } from '../changes/promotions.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { explain, explainRest, tokenProblemText } from '../messages/failure-text.ts';
import { plainText } from '../messages/kit/sentence.ts';
import { SETTING_LABELS } from '../messages/settings-text.ts';
import type { BotAdmins, Confirmation } from '../slack/bot-admins/bot-admins.ts';
import { type ApprovedChange, approvedChange, type Finding } from './approved-change.ts';
import { LocksOfSeveral } from './locks-of-several.ts';
import { TokenSteps } from './token-steps.ts';

const FOUND_DONE: ExecutionOutcome = { kind: 'completed', found: true };
const NOT_CONFIRMED: ExecutionOutcome = {
  kind: 'postponed',
  until: null,
  unclear: true,
  mayBeDone: true,
  why: "Fastly hasn't confirmed the change. Check the user before you go on.",
};

/**
 * `mayBeDone`: a call may have been sent, in this or an earlier attempt, and may still take effect. `rights`: who of those
 * who asked and approved is a bot admin, as Slack says it for this attempt.
 */
type Attempt = {
  readonly claim: Claim;
  readonly change: ApprovedChange;
  readonly rights: Promise<Confirmation>;
  mayBeDone: boolean;
  /** How many tokens are revoked; undefined before the first may be. */
  revoked: number | undefined;
};

/**
 * Carries out an approved change for the holder of the claim: looks whether it was made already, checks that it still
 * may be made and is what was approved, and makes the call. Returns the outcome to record, also for failures.
 */
export class Execution {
  readonly #claims: Claims;
  readonly #intents: Intents;
  readonly #promotions: Promotions;
  readonly #fastly: FastlyClient;
  readonly #botAdmins: Pick<BotAdmins, 'confirm'>;
  readonly #callTimeout: number;
  readonly #tokens: TokenSteps;
  readonly #several: LocksOfSeveral;

  /**
   * @param callTimeout the deadline of one call to Fastly, in milliseconds
   * @param showEvery how often Slack is shown how far a run over several users is, in milliseconds
   */
  constructor(
    claims: Claims,
    intents: Intents,
    promotions: Promotions,
    fastly: FastlyClient,
    botAdmins: Pick<BotAdmins, 'confirm'>,
    callTimeout: number,
    showEvery: number,
  ) {
    this.#claims = claims;
    this.#intents = intents;
    this.#promotions = promotions;
    this.#fastly = fastly;
    this.#botAdmins = botAdmins;
    this.#callTimeout = callTimeout;
    this.#tokens = new TokenSteps(claims, fastly);
    this.#several = new LocksOfSeveral({ claims, intents, promotions, fastly, showEvery });
  }

  async carryOut(claim: Claim): Promise<ExecutionOutcome> {
    const { state, requester, approvers, action } = claim.request;
    const rights = this.#botAdmins.confirm([requester, ...approvers], Date.now());
    if (isLockOfSeveral(action)) return await this.#lockSeveral(claim, action, rights);
    const request = { ...claim.request, action };
    const change = approvedChange(request, {
      fastly: this.#fastly,
      intents: this.#intents,
      promotions: this.#promotions,
    });
    const revoked = state.kind === 'executing' ? state.revoked : undefined;
    const attempt: Attempt = { claim, change, rights, mayBeDone: claim.mayBeDone, revoked };
    try {
      const outcome = await this.#run(attempt);
      if (outcome.kind !== 'completed') return outcome;
      attempt.mayBeDone = true;
      const after = await this.#tokens.afterDemotion(claim, () => this.#lost(attempt));
      if (after !== null) return 'kind' in after ? after : { ...outcome, ...after };
      const tokens = await this.#tokens.afterDeletion(claim.request);
      return tokens === undefined ? outcome : { ...outcome, tokens };
    } catch (error) {
      // Once a call may have been sent, nobody knows what it did until a look succeeds.
      return attempt.mayBeDone ? NOT_CONFIRMED : failure(error, attempt);
    }
  }

  async #lockSeveral(
    claim: Claim,
    action: LockOfSeveral,
    rights: Promise<Confirmation>,
  ): Promise<ExecutionOutcome> {
    try {
      const lost = await this.#lost({ claim, rights, mayBeDone: false });
      if (lost !== null) return lost;
      const problem = await this.#fastly.tokenProblem();
      if (problem !== null) return failed(plainText(tokenProblemText(problem)), { mayBeDone: false });
      return await this.#several.carryOut(claim, action);
    } catch (error) {
      return failed(plainText(explain(error)), { mayBeDone: false });
    }
  }

  async #run(attempt: Attempt): Promise<ExecutionOutcome> {
    const { claim, change, mayBeDone } = attempt;
    const finding = await change.look(mayBeDone);
    const end = shown(finding) ?? (await this.#refused(attempt, finding));
    if (end !== null) return end;
    if (mayBeDone && !change.repeatable && !claim.askedFor) return nothingShows(change);
    const problem = await this.#fastly.tokenProblem();
    if (problem !== null) return failed(plainText(tokenProblemText(problem)), attempt);
    const unseen = await this.#tokens.unseen(claim.request, attempt.revoked);
    if (unseen !== null) return unseen;
    const { revoked, called, stopped } = await this.#tokens.revoke(claim, attempt.revoked);
    if (called || revoked > 0) attempt.revoked = revoked;
    if (stopped !== null)
      return typeof stopped === 'string' ? failed(stopped, attempt) : failure(stopped, attempt);
    // Another token may have been made while these were revoked.
    const since = called ? await this.#tokens.unseen(claim.request, attempt.revoked) : null;
    return since ?? (await this.#send(attempt, change.repeatable));
  }

  /** Makes the call. Where its answer is lost, and nothing of it shows, it is sent once more if `mayResend`. */
  async #send(attempt: Attempt, mayResend: boolean): Promise<ExecutionOutcome> {
    const { claim, change } = attempt;
    // Long enough for the call and for the looks after it, before another process could take over.
    if (!(await this.#claims.holds(claim, 3 * this.#callTimeout))) {
      return failed('Fastly took too long to respond.', attempt);
    }
    try {
      const answered = await change.call();
      if (answered.kind === 'done') return { kind: 'completed', found: false };
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      return await this.#afterError(attempt, error, mayResend);
    }
    // Fastly accepted the call, but its answer differs from what was asked for. A look decides.
    attempt.mayBeDone = true;
    const finding = await change.look(true);
    if (finding.kind === 'done') return { kind: 'completed', found: false };
    return shown(finding) ?? nothingShows(change);
  }

  /** What a failed call means. Looks for its effect where the answer is lost. */
  async #afterError(attempt: Attempt, error: FastlyError, mayResend: boolean): Promise<ExecutionOutcome> {
    const { claim, change, mayBeDone } = attempt;
    const obstacle = change.finalObstacle(error);
    if (obstacle !== null) {
      const found = mayBeDone && (await change.look(true)).kind === 'done';
      return found ? FOUND_DONE : { kind: 'refused', obstacle };
    }
    if (!error.mayHaveBeenCarriedOut) {
      const outcome = failure(error, attempt);
      const inTheWay = await this.#tokens.areInTheWay(claim.request, error);
      return outcome.kind === 'failed' && inTheWay ? { ...outcome, tokensInTheWay: true } : outcome;
    }
    attempt.mayBeDone = true;
    if (error.kind === 'other_user') return await this.#afterOtherUser(change, error);
    const finding = await change.look(true);
    const effect = shown(finding);
    if (effect !== null) return effect;
    // Fastly answered, so the call is over, and it shows no effect: it won't take effect later.
    if (error.status === 500) return failure(error, { ...attempt, mayBeDone });
    const refused = await this.#refused(attempt, finding);
    if (refused !== null) return refused;
    if (mayResend) {
      const unseen = await this.#tokens.unseen(claim.request, attempt.revoked);
      // The next attempt looks first, and asks again if the user is still there.
      return unseen === null ? await this.#send(attempt, false) : NOT_CONFIRMED;
    }
    return change.repeatable ? failure(error, attempt) : nothingShows(change);
  }

  /** A call that Fastly answers about somebody else is looked up once, and not sent again unless a bot admin retries. */
  async #afterOtherUser(change: ApprovedChange, error: FastlyError): Promise<ExecutionOutcome> {
    const finding = await change.look(true).catch(() => null);
    const effect = finding && shown(finding);
    return effect ?? { kind: 'failed', why: plainText(explain(error)), unclear: true, mayBeDone: true };
  }

  /** Why it is not carried out, now or ever. While Slack doesn't say who may have it done, it is put off. */
  async #refused(attempt: Attempt, finding: Finding): Promise<ExecutionOutcome | null> {
    const obstacle = finding.kind === 'obstacle' ? finding.obstacle : null;
    if (obstacle?.kind === 'gone') return { kind: 'refused', obstacle };
    return (await this.#lost(attempt)) ?? (obstacle && { kind: 'refused', obstacle });
  }

  /** Why those who asked and approved may not have it done, now or ever. */
  async #lost({ claim, rights, mayBeDone }: Pick<Attempt, 'claim' | 'rights' | 'mayBeDone'>) {
    const lost = lostUnlessConfirmed(claim.request, this.#claims.policy, await rights);
    if (lost === null) return null;
    if (lost !== 'unconfirmed') return { kind: 'refused', obstacle: lost } as const;
    const why = "Slack didn't confirm who asked for this and who approved it.";
    return { kind: 'postponed', until: null, unclear: false, mayBeDone, why, waitsFor: 'slack' } as const;
  }
}

/** What a look shows of a change that may have been made; null for nothing. */
function shown(finding: Finding): ExecutionOutcome | null {
  if (finding.kind === 'done') return FOUND_DONE;
  if (finding.kind !== 'partly') return null;
  const missing = finding.unmet.map((setting) => SETTING_LABELS[setting]).join(', ');
  const why = `Fastly applied only part of the change. Not as approved: ${missing}. Check the user, then update what is missing.`;
  return { kind: 'failed', why, unclear: true, mayBeDone: true };
}

/** The call may have been sent but shows no effect, and it isn't safe to repeat. */
function nothingShows({ nothingShows: seen }: ApprovedChange): ExecutionOutcome {
  const why = `Fastly didn't confirm the change. ${seen} The change may still take effect. Check again before you retry.`;
  return { kind: 'failed', why, unclear: true, mayBeDone: true };
}

/** The outcome of a call or a look that failed. */
function failure(
  error: unknown,
  { change, mayBeDone, revoked }: Pick<Attempt, 'change' | 'mayBeDone' | 'revoked'>,
): ExecutionOutcome {
  const why = revoked && isFastlyError(error) ? explainRest(error) : plainText(explain(error));
  if (isFastlyError(error) && error.kind === 'rate_limited') {
    // Fastly's moments are Unix seconds.
    const until = error.resetAt === null ? null : error.resetAt * 1000;
    return { kind: 'postponed', until, unclear: false, mayBeDone, why };
  }
  const unconfirmed = isFastlyError(error) && error.mayHaveBeenCarriedOut;
  return failed(unconfirmed ? `Fastly didn't confirm the change. ${change.nothingShows}` : why, {
    mayBeDone,
  });
}

function failed(why: string, { mayBeDone }: Pick<Attempt, 'mayBeDone'>): ExecutionOutcome {
  return { kind: 'failed', why, unclear: false, mayBeDone };
}
