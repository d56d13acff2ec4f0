import { type MemberId, newReference } from '../ids.ts';
import type { Store, Transaction } from '../store/store.ts';
import { targetKey, verbOf } from './action.ts';
import { Claims } from './claims.ts';
import { NeedsNewerVersion } from './newer.ts';
import { NewerRequests } from './newer-requests.ts';
import { type OpenRequest, oldestOpen, openFor, openOf } from './open-requests.ts';
import { type ApprovalPolicy, waitsForApproval } from './policy.ts';
import { withPromotion } from './promoting.ts';
import { type ApprovalRequest, type Listed, RequestId } from './request.ts';
import * as rows from './rows.ts';
import * as rules from './rules.ts';
import { stop, unlocked } from './run-rules.ts';
import { type StepResult, Steps } from './steps.ts';
import {
  addCopy,
  directOf,
  displayDue,
  type MessagePlace,
  messageOf,
  recordPosted,
  surfacesOf,
} from './surfaces.ts';

/** What someone asks for. The same delivery twice is one request. */
export type Filing = Pick<ApprovalRequest, 'action' | 'requester' | 'reason' | 'channel'> & {
  deliveryKey: string;
  /** The bot admins whom it is about. */
  about: readonly MemberId[];
};

/** `already-open`: there is one about this user, and this is it. `repeat`: the same delivery filed it before. */
export type Filed = { kind: 'filed' | 'already-open' | 'repeat'; request: ApprovalRequest };

const MOST_TRIES = 3;

/**
 * Takes approval requests through their states, each step in one transaction: lock the request, read, rule, write
 * the request with its audit row and with what Slack must show from now on.
 *
 * Whatever is asked about one request throws {NeedsNewerVersion} where a newer version of the bot has stored it.
 */
export class Approvals {
  readonly policy: ApprovalPolicy;
  /** For the worker: what time makes due, and what is being carried out. */
  readonly claims: Claims;
  readonly #store: Store;
  readonly #steps: Steps;
  readonly #newer: NewerRequests;

  /**
   * @param confirms whether a completed change is also shown in a channel for confirmations
   * @param wakeWorker Called after each step. Wakes the worker, which posts the request's message (`Displays`) and
   *   carries out what was approved (`Execution`).
   */
  constructor(store: Store, policy: ApprovalPolicy, confirms: boolean, wakeWorker: () => void) {
    this.#store = store;
    this.policy = policy;
    this.#steps = new Steps(store, confirms, wakeWorker);
    this.claims = new Claims(store, policy, this.#steps);
    this.#newer = new NewerRequests(store);
  }

  async file(filing: Filing): Promise<Filed> {
    this.#store.mustBeConfirmed();
    for (let attempt = 1; ; attempt += 1) {
      const filed = await this.#store.transaction((transaction) => this.#file(transaction, filing));
      if (filed.kind === 'filed') this.#steps.wakeWorker();
      if (filed.kind !== 'taken') return filed;
      // The id was taken, or the open request that was in the way ended meanwhile.
      if (attempt === MOST_TRIES) throw new Error('a request could not be filed');
    }
  }

  /** @param seen the tokens that the approver was shown, as `tokensKey`; not given where the form had none */
  async approve(id: RequestId, by: MemberId, comment: string | null = null, seen = ''): Promise<StepResult> {
    return await this.#steps.make(id, by, (request, now) =>
      rules.approve(request, by, this.policy, now, comment, seen),
    );
  }

  async deny(id: RequestId, by: MemberId, reason: string | null): Promise<StepResult> {
    return await this.#steps.make(id, by, (request, now) => rules.deny(request, by, reason, now));
  }

  async cancel(id: RequestId, by: MemberId, comment: string | null = null): Promise<StepResult> {
    return await this.#steps.make(id, by, (request) => rules.cancel(request, by, comment));
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
    return await this.#steps.make(id, null, (request) => rules.cancelUnseen(request, why));
  }

  async retry(id: RequestId, by: MemberId): Promise<StepResult> {
    return await this.#steps.make(id, by, (request, now) => rules.retry(request, by, now));
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
    await this.#steps.take(transaction, request, ruling, by);
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
    if (ruling.kind === 'step') await this.#steps.take(transaction, request, ruling, null);
  }

  /** Ends all that is open, for the transaction that records that the database was restored. */
  async closeRestored(transaction: Transaction): Promise<ApprovalRequest[]> {
    const closed: ApprovalRequest[] = [];
    for (const id of await rows.openIds(transaction.database)) {
      const request = await rows.lockRequest(transaction, id);
      const ruling = request && rules.closeRestored(request);
      if (!request || ruling?.kind !== 'step') continue;
      const step = await withPromotion(transaction, request, ruling);
      closed.push(await this.#steps.take(transaction, request, step, null));
    }
    return closed;
  }

  async get(id: RequestId): Promise<ApprovalRequest | null> {
    return await this.#store.read((database) => rows.readRequest(database, id));
  }

  /** Stops a run over several users. */
  async stop(id: RequestId, by: MemberId): Promise<StepResult> {
    return await this.#steps.make(id, by, (request, now) => stop(request, by, now));
  }

  /** Records that users whom a run had locked are unlocked. */
  async unlocked(id: RequestId, by: MemberId, users: readonly string[]): Promise<StepResult> {
    return await this.#steps.make(id, by, (request) => unlocked(request, users));
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

  /** All open requests of a member, with those that need a newer version, the oldest first. */
  async openOf(requester: MemberId): Promise<readonly OpenRequest[]> {
    return await this.#store.read((database) => openOf(database, requester));
  }

  /** How many open requests need a newer version. */
  async newer(): Promise<number> {
    return (await this.#newer.ids()).length;
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
    this.#steps.wakeWorker();
  }

  async #file(
    transaction: Transaction,
    { deliveryKey, about, ...asked }: Filing,
  ): Promise<Filed | { kind: 'taken' }> {
    const { policy } = this;
    const { action } = asked;
    const now = await transaction.now();
    const approvalsRequired = waitsForApproval(policy, action.kind) ? policy.approvalsRequired : 0;
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
      await this.#steps.begin(transaction, request);
      return { kind: 'filed', request };
    }
    const repeated = await rows.requestWhere(transaction.database, 'delivery_key', deliveryKey);
    if (repeated) return { kind: 'repeat', request: repeated };
    const open = await rows.openRequestAbout(transaction.database, targetKey(action));
    return open ? { kind: 'already-open', request: open } : { kind: 'taken' };
  }
}
