import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import { RequestId } from '../approvals/request.ts';
import { type Change, INTERRUPTED, type Settlement } from '../changes/change.ts';
import { endingSessions } from '../changes/ending-sessions.ts';
import type { Intents, Interrupted } from '../changes/intents.ts';
import {
  creation,
  type Effect,
  effectOf,
  invitation,
  settlementOf,
  update,
  withdrawal,
} from '../changes/operations.ts';
import type { Times } from '../config/times.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { InvitationId } from '../fastly/invitation.ts';
import { type User, UserId } from '../fastly/user.ts';
import { interruptedText } from '../messages/change-text.ts';
import { type Message, message, withButtons } from '../messages/kit/message.ts';
import { interruptedLockMessage } from '../messages/lock-text.ts';
import type { ReportProblem } from '../observability/health.ts';
import type { Posting } from '../slack/connection/posting.ts';
import { lockButtons } from '../slack/lock-buttons.ts';
import type { Transaction } from '../store/store.ts';
import { Pauses, throwIfMendable } from './pauses.ts';

type InterruptedChangesOptions = {
  intents: Intents;
  approvals: Approvals;
  fastly: FastlyClient;
  posting: Posting;
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  /** Told what a person has to mend before callers can be told. */
  degraded: ReportProblem;
  times: Times;
  log: Logger;
};

/**
 * Settles the changes that a crash interrupted after their intent was recorded: checks in Fastly whether they took
 * effect, where Fastly shows it, and tells their callers. No change is made again.
 */
export class InterruptedChanges {
  readonly #options: InterruptedChangesOptions;
  readonly #pauses: Pauses<string>;

  constructor(options: InterruptedChangesOptions) {
    this.#options = options;
    this.#pauses = new Pauses('interrupted changes', options.times, options.degraded);
  }

  /** Takes on changes that were left behind, at most `limit`. */
  async takeOver(limit: number): Promise<Interrupted[]> {
    this.#pauses.tidy();
    return await this.#options.intents.takeOver(limit);
  }

  /** How many callers Slack does not show what became of a change that is that many milliseconds old. */
  async overdue(milliseconds: number): Promise<number> {
    return await this.#options.intents.overdue(milliseconds);
  }

  /** Has the callers told at once who wait for Slack to take that, but for what a person has to mend. */
  async retryAtOnce(): Promise<void> {
    for (const deliveryKey of this.#pauses.endPassing()) await this.#options.intents.tellIn(0, deliveryKey);
  }

  /** @throws {FastlyError} where nobody could look: the change stays open and is looked up later */
  async settle({ change, state, begunAt }: Interrupted): Promise<void> {
    const { intents, posting } = this.#options;
    const log = this.#options.log.child({ change: change.kind });
    let settlement: Settlement;
    if (state === 'open') {
      const effect = await this.#effectOf(change, begunAt);
      const kind = effect === null ? 'unknown' : settlementOf(change.kind, effect);
      settlement = { kind, why: INTERRUPTED };
      log.warn({ settlement: kind }, 'a change was left behind');
      await this.#record(change, settlement);
    } else settlement = { kind: state };
    // Its lock is still to be told, too, and that message has all steps. A request tells of all its users.
    if (change.lock !== undefined || change.run !== undefined) return await intents.told(change);
    try {
      const words = await this.#words(change, settlement);
      if (words === null) return await intents.tellIn(this.#options.times.firstRetry, change.deliveryKey);
      const told = await posting.post(change.caller, words);
      if (told.kind === 'refused') {
        log.error({ why: told.word }, 'the caller could not be told');
        // A member whom Slack does not find is gone.
        if (told.what?.kind === 'person' && told.what.who !== 'member')
          throwIfMendable('direct messages', told);
      }
    } catch (error) {
      const pause = this.#pauses.after(change.deliveryKey, error);
      log.warn({ err: error, pause }, 'the caller of a change could not be told, trying again');
      return await intents.tellIn(pause, change.deliveryKey);
    }
    this.#pauses.over(change.deliveryKey);
    await intents.told(change);
  }

  /** Null while a step of a lock is yet to be looked up. */
  async #words(change: Change, settlement: Settlement): Promise<Message | null> {
    const { intents, disabled } = this.#options;
    const lock =
      change.steps && settlement.kind === 'done' ? await intents.lockMade(change.deliveryKey) : null;
    if (lock === null) return message(interruptedText(change, settlement));
    if (lock.steps.some(({ state }) => state === 'open')) return null;
    return withButtons(interruptedLockMessage(lock), lockButtons(lock, { private: true }, disabled));
  }

  async #record(change: Change, settlement: Settlement): Promise<void> {
    const { intents, approvals } = this.#options;
    const locked = change.kind === 'lock' && settlement.kind === 'done';
    const request = RequestId.safeParse(change.request).data;
    const also = async (transaction: Transaction) => {
      if (locked && request) await approvals.targetLocked(transaction, request, change.caller, change.reason);
    };
    await intents.settle(change, settlement, { tell: true, also });
  }

  /** Null for a change that Fastly never shows. */
  async #effectOf(
    { kind, target, settings = {}, invitation: id }: Change,
    begunAt: number,
  ): Promise<Effect<unknown> | null> {
    const { fastly } = this.#options;
    const { login } = target;
    switch (kind) {
      case 'reset':
      case 'password':
        return null;
      case 'lock':
        return await effectOf(update(fastly, UserId.parse(target.id), { locked: true }));
      case 'end-sessions':
        return await effectOf(endingSessions(fastly, UserId.parse(target.id), []));
      case 'update':
        return await effectOf(update(fastly, UserId.parse(target.id), settings));
      case 'create':
        return await effectOf(
          creation(fastly, { login, settings }, (user) => wasCreatedSince(user, begunAt)),
        );
      case 'invite':
        return await effectOf(invitation(fastly, { email: login, settings }));
      case 'withdraw':
        return await effectOf(withdrawal(fastly, { id: InvitationId.parse(id), email: login }));
    }
  }
}

/** @param begunAt Unix milliseconds; Fastly's moments have no milliseconds, so the whole second counts */
function wasCreatedSince({ created_at }: User, begunAt: number): boolean {
  return Date.parse(created_at ?? '') >= Math.floor(begunAt / 1000) * 1000;
}
