import { randomUUID } from 'node:crypto';
import { isBeingChanged } from '../changes/intents.ts';
import { isEnding } from '../changes/running-promotions.ts';
import { trace } from '../observability/trace.ts';
import type { Store, Transaction } from '../store/store.ts';
import { takesSuperuserAway, targetKey } from './action.ts';
import { type ExecutionOutcome, recordOutcome, renewed, revoking } from './execution-rules.ts';
import { decidingInteraction } from './history.ts';
import type { ApprovalPolicy } from './policy.ts';
import { withPromotion } from './promoting.ts';
import type { ApprovalRequest, RequestId } from './request.ts';
import * as rows from './rows.ts';
import * as rules from './rules.ts';
import type { Run } from './run.ts';
import type { StepResult, Steps } from './steps.ts';
import { displayDue } from './surfaces.ts';

/** A request that the holder of `claim` is to carry out. */
export type Claim = {
  claim: string;
  request: ApprovalRequest;
  /** An earlier call may still take effect. */
  mayBeDone: boolean;
  /** A person filed or approved it, or clicked Retry. Else (postponed, taken over) the bot itself tries again. */
  askedFor: boolean;
};

const BUSY_MILLISECONDS = 500;

/**
 * What no person asks for: the steps that time makes due, and the carrying out of what was approved. Whoever has the
 * claim of a request carries it out, and nobody else records what came of it.
 */
export class Claims {
  readonly #store: Store;
  readonly policy: ApprovalPolicy;
  readonly #steps: Steps;

  constructor(store: Store, policy: ApprovalPolicy, steps: Steps) {
    this.#store = store;
    this.policy = policy;
    this.#steps = steps;
  }

  /** The ids of up to `limit` requests that `advance` will do something with. */
  async due(limit: number): Promise<RequestId[]> {
    return await this.#store.read((database) => rows.dueRequests(database, this.#store.engine, limit));
  }

  /** Makes the step that time makes due. Gives a claim when it is now this process's to carry the request out. */
  async advance(id: RequestId): Promise<Claim | null> {
    this.#store.mustTakeData();
    const claim = randomUUID();
    const taken = await this.#store.transaction(async (transaction) => {
      const current = await rows.lockRequest(transaction, id);
      const now = await transaction.now();
      const ruling = current && rules.whatIsDue(current, claim, this.policy, now);
      if (!current || ruling?.kind !== 'step') return null;
      const { state } = ruling;
      if (state.kind === 'executing' && !(await mayStart(transaction, current, state.leaseUntil))) {
        await rows.putOff(transaction, id, now + BUSY_MILLISECONDS);
        return null;
      }
      // What is carried out belongs to the decision, whichever process made it.
      if (state.kind === 'executing')
        trace({ interaction: await decidingInteraction(transaction.database, id) });
      const askedFor = current.state.kind === 'approved' && current.state.postponed === 0;
      return { askedFor, request: await this.#steps.take(transaction, current, ruling, null) };
    });
    if (taken === null) return null;
    this.#steps.wakeWorker();
    const { state } = taken.request;
    return state.kind === 'executing' ? { ...taken, claim, mayBeDone: state.mayBeDone } : null;
  }

  /** Whether the claim is still this process's for `milliseconds` more, by the database's clock. */
  async holds({ request: { id }, claim }: Claim, milliseconds: number): Promise<boolean> {
    return await this.#store.transaction(async ({ database, now }) => {
      const state = (await rows.readRequest(database, id))?.state;
      const ours = state?.kind === 'executing' && state.claim === claim;
      return ours && state.leaseUntil > (await now()) + milliseconds;
    });
  }

  /** Records what came of a claim; `no` when the claim has passed to somebody else meanwhile. */
  async record({ request: { id }, claim }: Claim, outcome: ExecutionOutcome): Promise<StepResult> {
    return await this.#steps.make(
      id,
      null,
      (request, now) => recordOutcome(request, claim, outcome, this.policy, now),
      withPromotion,
    );
  }

  /**
   * Records that tokens are about to be revoked (0), or how many are, and that the claim holds for another lease.
   * `no` when the claim has passed to somebody else.
   */
  async recordRevoked({ request: { id }, claim }: Claim, revoked: number): Promise<StepResult> {
    return await this.#steps.make(id, null, (request, now) =>
      revoking(request, claim, revoked, this.policy, now),
    );
  }

  /**
   * Holds the claim for another lease, and keeps how many tokens are revoked so far. This is no step, or each token would
   * be one. False when the claim has passed to somebody else.
   */
  async renew({ request: { id }, claim }: Claim, revoked?: number): Promise<boolean> {
    return await this.#store.transaction(async (transaction) => {
      const request = await rows.lockRequest(transaction, id);
      const now = await transaction.now();
      const state = request && renewed(request, claim, { revoked }, this.policy, now);
      if (!request || !state) return false;
      await rows.updateRequest(transaction, { ...request, state }, now);
      if (!takesSuperuserAway(request.action)) return true;
      return await rows.holdSuperuserLock(transaction, id, state.leaseUntil);
    });
  }

  /**
   * The same for a run over several users: null when the claim has passed to somebody else, else the run as it is kept,
   * which may have been stopped.
   *
   * @param isShown whether Slack is to show how far it is
   */
  async reached(
    { request: { id }, claim }: Claim,
    run: Run,
    { isShown }: { isShown: boolean },
  ): Promise<Run | null> {
    return await this.#store.transaction(async (transaction) => {
      const request = await rows.lockRequest(transaction, id);
      const now = await transaction.now();
      const state = request && renewed(request, claim, { run }, this.policy, now);
      if (!request || !state) return null;
      await rows.keepReached(transaction, { ...request, state });
      if (isShown) await displayDue(transaction, id, now);
      return state.run ?? run;
    });
  }
}

/** Whether no other change is in the way. Where a Fastly superuser is taken away, takes the superuser lock. */
async function mayStart(
  transaction: Transaction,
  { id, action }: ApprovalRequest,
  until: number,
): Promise<boolean> {
  if (await isBeingChanged(transaction.database, targetKey(action))) return false;
  if (action.target.id !== null && (await isEnding(transaction, action.target.id))) return false;
  return !takesSuperuserAway(action) || (await rows.holdSuperuserLock(transaction, id, until));
}
