import { randomUUID } from 'node:crypto';
import { isBeingChanged } from '../changes/intents.ts';
import { isEnding } from '../changes/running-promotions.ts';
import { type MemberId, newReference } from '../ids.ts';
import { trace } from '../observability/trace.ts';
import type { Store, Transaction } from '../store/store.ts';
import { type Event, requesterHears } from './event.ts';
import type { Listed } from './listed.ts';
import { NeedsNewerVersion } from './newer.ts';
import { NewerRequests } from './newer-requests.ts';
import { type OpenRequest, oldestOpen, openFor } from './open-requests.ts';
import { withPromotion } from './promoting.ts';
import { type ApprovalRequest, RequestId, takesSuperuserAway, targetKey, verbOf } from './request.ts';
import * as rows from './rows.ts';
import * as rules from './rules.ts';
import type { Run } from './run.ts';
import { stop, unlocked } from './run-rules.ts';
import { auditStep, decidingInteraction } from './steps.ts';
import {
  addCopy,
  directOf,
  displayDue,
  type MessagePlace,
  messageOf,
  recordPosted,
  type SurfaceName,
  surfacesOf,
  want,
} from './surfaces.ts';

/** What someone asks for. The same delivery twice is one request. */
export type Filing = Pick<ApprovalRequest, 'action' | 'requester' | 'reason' | 'channel'> & {
  deliveryKey: string;
  /** The bot admins whom it is about. */
  about: readonly MemberId[];
};

/** `already-open`: there is one about this user, and this is it. `repeat`: the same delivery filed it before. */
export type Filed = { kind: 'filed' | 'already-open' | 'repeat'; request: ApprovalRequest };

/** What came of a step that was asked for: the request after it, or why it was not taken. `unknown`: no such request. */
export type StepResult =
  | { kind: 'step'; request: ApprovalRequest }
  | { kind: 'no'; objection: rules.Objection; request: ApprovalRequest }
  | { kind: 'unknown' };

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
const MOST_TRIES = 3;

/**
 * Takes approval requests through their states, each step in one transaction: lock the request, read, rule, write
 * the request with its audit row and with what Slack must show from now on.
 *
 * Whatever is asked about one request throws {NeedsNewerVersion} where a newer version of the bot has stored it.
 */
export class Approvals {
  readonly policy: rules.ApprovalPolicy;
  readonly #store: Store;
  readonly #confirms: boolean;
  readonly #wakeWorker: () => void;
  readonly #newer: NewerRequests;

  /**
   * @param confirms whether a completed change is also shown in a channel for confirmations
   * @param wakeWorker Called after each step. Wakes the worker, which posts the request's message (`Displays`) and
   *   carries out what was approved (`Execution`).
   */
  constructor(store: Store, policy: rules.ApprovalPolicy, confirms: boolean, wakeWorker: () => void) {
    this.#store = store;
    this.policy = policy;
    this.#confirms = confirms;
    this.#wakeWorker = wakeWorker;
    this.#newer = new NewerRequests(store);
  }

  async file(filing: Filing): Promise<Filed> {
    this.#store.mustBeConfirmed();
    for (let attempt = 1; ; attempt += 1) {
      const filed = await this.#store.transaction((transaction) => this.#file(transaction, filing));
      if (filed.kind === 'filed') this.#wakeWorker();
      if (filed.kind !== 'taken') return filed;
      // The id was taken, or the open request that was in the way ended meanwhile.
      if (attempt === MOST_TRIES) throw new Error('a request could not be filed');
    }
  }

  /** @param seen the tokens that the approver was shown, as `tokensKey`; not given where the form had none */
  async approve(id: RequestId, by: MemberId, comment: string | null = null, seen = ''): Promise<StepResult> {
    return await this.#step(id, by, (request, now) =>
      rules.approve(request, by, this.policy, now, comment, seen),
    );
  }

  async deny(id: RequestId, by: MemberId, reason: string | null): Promise<StepResult> {
    return await this.#step(id, by, (request, now) => rules.deny(request, by, reason, now));
  }

  async cancel(id: RequestId, by: MemberId, comment: string | null = null): Promise<StepResult> {
    return await this.#step(id, by, (request) => rules.cancel(request, by, comment));
  }

  /** What would come of a step now, which is not taken: `request` is as it stands. */
  async foresee(id: RequestId, by: MemberId, step: 'approve' | 'deny' | 'cancel'): Promise<StepResult> {
    return await this.#store.transaction(async ({ database, now }) => {
      const request = await rows.readRequest(database, id);
      if (!request) return { kind: 'unknown' };
      const ruling = {
        approve: rules.approve(request, by, this.policy, await now()),
        deny: rules.deny(request, by, null, await now()),
        cancel: rules.cancel(request, by),
      }[step];
      return ruling.kind === 'no' ? { ...ruling, request } : { kind: 'step', request };
    });
  }

  /** @param why nobody can be shown it, for people */
  async cancelUnseen(id: RequestId, why: string): Promise<StepResult> {
    return await this.#step(id, null, (request) => rules.cancelUnseen(request, why));
  }

  async retry(id: RequestId, by: MemberId): Promise<StepResult> {
    return await this.#step(id, by, (request, now) => rules.retry(request, by, now));
  }

  /** For the transaction that records that the target was locked; whether that means anything to the request. */
  async targetLocked(
    transaction: Transaction,
    id: RequestId,
    by: MemberId,
    comment: string | null = null,
  ): Promise<boolean> {
    const request = await rows.lockRequest(transaction, id);
    const ruling = request && rules.targetLocked(request, comment);
    if (!request || ruling?.kind !== 'step') return false;
    await this.#take(transaction, request, ruling, by);
    return true;
  }

  /** The open request about a user, locked until the transaction ends; null for none that this version can read. */
  async lockOpenAbout(transaction: Transaction, user: string): Promise<ApprovalRequest | null> {
    try {
      const open = await rows.openRequestAbout(transaction.database, user);
      return open && (await rows.lockRequest(transaction, open.id));
    } catch (error) {
      if (error instanceof NeedsNewerVersion) return null;
      throw error;
    }
  }

  /** Whether a request about a user is being carried out that calls Fastly. */
  async isCarriedOutAbout({ database }: Transaction, user: string): Promise<boolean> {
    try {
      const open = await rows.openRequestAbout(database, user);
      return open?.state.kind === 'executing' && verbOf(open.action) !== 'extend';
    } catch (error) {
      if (error instanceof NeedsNewerVersion) return false;
      throw error;
    }
  }

  /**
   * Refuses a request to extend a promotion that has ended, for the transaction that records the end. The request is locked.
   *
   * @param at Unix milliseconds
   */
  async promotionEnded(transaction: Transaction, request: ApprovalRequest, at: number): Promise<void> {
    const ruling = rules.promotionEnded(request, at);
    if (ruling.kind === 'step') await this.#take(transaction, request, ruling, null);
  }

  /** Ends all that is open, for the transaction that records that the database was restored. */
  async closeRestored(transaction: Transaction): Promise<ApprovalRequest[]> {
    const closed: ApprovalRequest[] = [];
    for (const id of await rows.openIds(transaction.database)) {
      const request = await rows.lockRequest(transaction, id);
      const ruling = request && rules.closeRestored(request);
      if (!request || ruling?.kind !== 'step') continue;
      closed.push(await this.#take(transaction, request, ruling, null));
    }
    return closed;
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
      return { askedFor, request: await this.#take(transaction, current, ruling, null) };
    });
    if (taken === null) return null;
    this.#wakeWorker();
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
  async record({ request: { id }, claim }: Claim, outcome: rules.ExecutionOutcome): Promise<StepResult> {
    return await this.#step(
      id,
      null,
      (request, now) => rules.record(request, claim, outcome, this.policy, now),
      withPromotion,
    );
  }

  /**
   * Records that tokens are about to be revoked (0), or how many are, and that the claim holds for another lease.
   * `no` when the claim has passed to somebody else.
   */
  async recordRevoked({ request: { id }, claim }: Claim, revoked: number): Promise<StepResult> {
    return await this.#step(id, null, (request, now) =>
      rules.revoking(request, claim, revoked, this.policy, now),
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
      const state = request && rules.renewed(request, claim, { revoked }, this.policy, now);
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
      const state = request && rules.renewed(request, claim, { run }, this.policy, now);
      if (!request || !state) return null;
      await rows.keepReached(transaction, { ...request, state });
      if (isShown) await displayDue(transaction, id, now);
      return state.run ?? run;
    });
  }

  async get(id: RequestId): Promise<ApprovalRequest | null> {
    return await this.#store.read((database) => rows.readRequest(database, id));
  }

  /** Stops a run over several users. */
  async stop(id: RequestId, by: MemberId): Promise<StepResult> {
    return await this.#step(id, by, (request, now) => stop(request, by, now));
  }

  /** Records that users whom a run had locked are unlocked. */
  async unlocked(id: RequestId, by: MemberId, users: readonly string[]): Promise<StepResult> {
    return await this.#step(id, by, (request) => unlocked(request, users));
  }

  /** Those of these users whom an open request is about, alone or among others. */
  async openAmong(users: readonly string[]): Promise<ReadonlySet<string>> {
    return await this.#store.read((database) => rows.openAmong(database, users));
  }

  /** The open request about a user, who has one at most. */
  async openAbout(user: string): Promise<ApprovalRequest | null> {
    return await this.#store.read((database) => rows.openRequestAbout(database, user));
  }

  /** The oldest `most` open requests, with those that need a newer version. */
  async open(most: number): Promise<Listed<OpenRequest>> {
    return await this.#store.read((database) => oldestOpen(database, most));
  }

  /** The open requests that a member can approve or retry, and their own others: the oldest of each. */
  async openFor(
    member: MemberId,
    most: { waiting: number; own: number },
  ): Promise<{ waiting: Listed<OpenRequest>; own: Listed<OpenRequest> }> {
    const viewer = { member, policy: this.policy, newer: await this.#newer.ids() };
    return await this.#store.read((database) => openFor(database, viewer, most));
  }

  /** How many open requests need a newer version. */
  async newer(): Promise<number> {
    return (await this.#newer.ids()).length;
  }

  /** The ids of up to `limit` requests that `advance` will do something with. */
  async due(limit: number): Promise<RequestId[]> {
    return await this.#store.read((database) => rows.dueRequests(database, this.#store.engine, limit));
  }

  /** Where the request's message is, once it is known to have been posted. */
  async messageOf(id: RequestId): Promise<MessagePlace | null> {
    return await this.#store.read((database) => messageOf(database, id));
  }

  /**
   * A button of the request was clicked on this message. Where the recorded message is another one, this is a copy,
   * from a posting whose answer was lost, and is kept up to date as well; where none is recorded yet, this is it.
   */
  async seenAt(id: RequestId, at: MessagePlace): Promise<void> {
    const known = await this.messageOf(id);
    if (known?.ts === at.ts && known.channel === at.channel) return;
    await this.#store.transaction(async (transaction) => {
      const request = await rows.lockRequest(transaction, id);
      if (!request) return;
      const directs = (await surfacesOf(transaction.database, id)).filter(({ name }) => directOf(name));
      const direct = directs.find(({ channel }) => channel === at.channel);
      if (direct ? direct.ts === at.ts : request.channel !== at.channel) return;
      const recorded = direct ?? (await messageOf(transaction.database, id));
      await displayDue(transaction, id, await transaction.now());
      if (recorded === null) await recordPosted(transaction, id, { ...at, version: 0 });
      else if (recorded.ts !== at.ts) await addCopy(transaction, id, { ...at, wanted: request.version });
    });
    this.#wakeWorker();
  }

  async #file(
    transaction: Transaction,
    { deliveryKey, about, ...asked }: Filing,
  ): Promise<Filed | { kind: 'taken' }> {
    const { policy } = this;
    const { action, requester } = asked;
    const now = await transaction.now();
    const approvalsRequired = rules.waitsForApproval(policy, action.kind) ? policy.approvalsRequired : 0;
    const request: ApprovalRequest = {
      id: RequestId.parse(newReference()),
      ...asked,
      approvalsRequired,
      terms: {
        selfApproval: policy.allowSelfApproval,
        about: [...about],
        ...(approvalsRequired > 0 && { botAdmins: [...policy.botAdmins] }),
      },
      approvers: [],
      comments: new Map(),
      state: rules.filed(approvalsRequired, policy, now),
      version: 1,
      filedAt: now,
      expiresAt: now + policy.ttl,
    };
    if (await rows.insertRequest(transaction, request, deliveryKey)) {
      await this.#show(transaction, request, { kind: 'filed' });
      await auditStep(transaction, request, requester, { kind: 'filed' });
      return { kind: 'filed', request };
    }
    const repeated = await rows.requestWhere(transaction.database, 'delivery_key', deliveryKey);
    if (repeated) return { kind: 'repeat', request: repeated };
    const open = await rows.openRequestAbout(transaction.database, targetKey(action));
    return open ? { kind: 'already-open', request: open } : { kind: 'taken' };
  }

  async #step(
    id: RequestId,
    actor: MemberId | null,
    rule: (request: ApprovalRequest, now: number) => rules.Ruling,
    also: typeof withPromotion = async (_transaction, _request, step) => step,
  ): Promise<StepResult> {
    const answer = await this.#store.transaction(async (transaction): Promise<StepResult> => {
      const request = await rows.lockRequest(transaction, id);
      if (!request) return { kind: 'unknown' };
      const ruling = rule(request, await transaction.now());
      if (ruling.kind === 'no') return { ...ruling, request };
      const step = await also(transaction, request, ruling);
      return { kind: 'step', request: await this.#take(transaction, request, step, actor) };
    });
    if (answer.kind === 'step') this.#wakeWorker();
    return answer;
  }

  /** Writes a step of a locked request. */
  async #take(
    transaction: Transaction,
    before: ApprovalRequest,
    { state, event, action = before.action }: Extract<rules.Ruling, { kind: 'step' }>,
    actor: MemberId | null,
  ): Promise<ApprovalRequest> {
    const { id } = before;
    const at = await transaction.now();
    const approvers = rules.approversAfter(before.approvers, event, actor);
    const comments = rules.commentsAfter(before.comments, event, actor);
    const request = { ...before, action, state, approvers, comments, version: before.version + 1 };
    await rows.updateRequest(transaction, request, at);
    if (actor !== null && (event.kind === 'approved' || event.kind === 'denied')) {
      await rows.recordDecision(transaction, before, actor, event, at);
    }
    if (event.kind === 'asked-again') await rows.forgetDecisions(transaction, id);
    // If the call may still take effect, the superuser lock stays until the lease would have run out.
    const mayBeDone = 'mayBeDone' in state && state.mayBeDone;
    if (before.state.kind === 'executing' && state.kind !== 'executing' && !mayBeDone) {
      await rows.releaseSuperuserLock(transaction, id);
    }
    await this.#show(transaction, request, event);
    await auditStep(transaction, request, actor, event);
    return request;
  }

  /** What Slack must show from now on. That it is due was written with the request (`display_due_at`). */
  async #show(transaction: Transaction, { id, version }: ApprovalRequest, event: Event): Promise<void> {
    const names: SurfaceName[] = ['message'];
    if (event.kind !== 'filed') names.push('thread');
    if (requesterHears(event)) names.push('requester');
    if (event.kind === 'completed' && this.#confirms) names.push('confirmation');
    await want(transaction, id, names, version);
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
