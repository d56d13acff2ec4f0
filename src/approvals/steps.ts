import type { MemberId } from '../ids.ts';
import type { Store, Transaction } from '../store/store.ts';
import { approversAfter, commentsAfter } from './approvers.ts';
import { type Event, requesterHears } from './event.ts';
import { auditStep } from './history.ts';
import type { withPromotion } from './promoting.ts';
import type { ApprovalRequest, RequestId } from './request.ts';
import * as rows from './rows.ts';
import type { Objection, Ruling } from './ruling.ts';
import { type SurfaceName, want } from './surfaces.ts';

/** What came of a step that was asked for: the request after it, or why it was not taken. `unknown`: no such request. */
export type StepResult =
  | { kind: 'step'; request: ApprovalRequest }
  | { kind: 'no'; objection: Objection; request: ApprovalRequest }
  | { kind: 'unknown' };

type Step = Extract<Ruling, { kind: 'step' }>;

/** Writes each step of a request, with its audit row and with what Slack must show from now on: one transaction. */
export class Steps {
  /** Called after each step. */
  readonly wakeWorker: () => void;
  readonly #store: Store;
  readonly #confirms: boolean;

  constructor(store: Store, confirms: boolean, wakeWorker: () => void) {
    this.#store = store;
    this.#confirms = confirms;
    this.wakeWorker = wakeWorker;
  }

  /** The first step, of a request that was just written. */
  async begin(transaction: Transaction, request: ApprovalRequest): Promise<void> {
    await this.#show(transaction, request, { kind: 'filed' });
    await auditStep(transaction, request, request.requester, { kind: 'filed' });
  }

  /** Makes a step of a request, if the rules allow it. */
  async make(
    id: RequestId,
    actor: MemberId | null,
    rule: (request: ApprovalRequest, now: number) => Ruling,
    also: typeof withPromotion = async (_transaction, _request, step) => step,
  ): Promise<StepResult> {
    const answer = await this.#store.transaction(async (transaction): Promise<StepResult> => {
      const request = await rows.lockRequest(transaction, id);
      if (!request) return { kind: 'unknown' };
      const ruling = rule(request, await transaction.now());
      if (ruling.kind === 'no') return { ...ruling, request };
      const step = await also(transaction, request, ruling);
      return { kind: 'step', request: await this.take(transaction, request, step, actor) };
    });
    if (answer.kind === 'step') this.wakeWorker();
    return answer;
  }

  /** Writes a step of a locked request. */
  async take(
    transaction: Transaction,
    before: ApprovalRequest,
    { state, event, action = before.action }: Step,
    actor: MemberId | null,
  ): Promise<ApprovalRequest> {
    const { id } = before;
    const at = await transaction.now();
    const approvers = approversAfter(before.approvers, event, actor);
    const comments = commentsAfter(before.comments, event, actor);
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
