import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import { RequestId } from '../approvals/request.ts';
import type { Change, Settlement } from '../changes/change.ts';
import type { Intents, Interrupted } from '../changes/intents.ts';
import { createdUser, endOfInvitation, sentInvitation, updatedUser } from '../changes/took-effect.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { InvitationId } from '../fastly/invitation.ts';
import { type User, UserId } from '../fastly/user.ts';
import { interruptedWords } from '../messages/interrupted-words.ts';
import { message } from '../messages/kit/message.ts';
import type { Posting } from '../slack/connection/posting.ts';

/**
 * Settles the changes that a crash left between the record of their beginning and that of their end: looks what came
 * of them where looking is possible, and tells their callers. None is made again.
 */
export class InterruptedChanges {
  readonly #intents: Intents;
  readonly #approvals: Approvals;
  readonly #fastly: FastlyClient;
  readonly #posting: Posting;
  readonly #log: Logger;

  constructor(options: {
    intents: Intents;
    approvals: Approvals;
    fastly: FastlyClient;
    posting: Posting;
    log: Logger;
  }) {
    this.#intents = options.intents;
    this.#approvals = options.approvals;
    this.#fastly = options.fastly;
    this.#posting = options.posting;
    this.#log = options.log;
  }

  /** Takes on changes that were left behind, at most `limit`. */
  async takeOver(limit: number): Promise<Interrupted[]> {
    return await this.#intents.takeOver(limit);
  }

  async settle(interrupted: Interrupted): Promise<void> {
    const { change, state } = interrupted;
    const log = this.#log.child({ change: change.kind, reference: change.reference });
    const settlement: Settlement =
      state === 'open' ? { kind: await this.#lookAt(interrupted), why: 'interrupted' } : { kind: state };
    if (state === 'open') {
      log.warn({ settlement: settlement.kind }, 'a change was left behind');
      await this.#record(change, settlement);
    }
    const told = await this.#posting.post(change.caller, message(interruptedWords(change, settlement)));
    if (told.kind === 'refused') log.error({ why: told.word }, 'the caller could not be told');
    await this.#intents.told(change);
  }

  async #record(change: Change, settlement: Settlement): Promise<void> {
    const request = RequestId.safeParse(change.request).data;
    const locked = change.kind === 'lock' && settlement.kind === 'done';
    await this.#intents.settle(change, settlement, {
      tell: true,
      ...(locked &&
        request && {
          also: async (transaction) => {
            await this.#approvals.targetLocked(transaction, request, change.caller);
          },
        }),
    });
  }

  /**
   * What shows of it in Fastly; what leaves nothing to look at stays unknown.
   *
   * @throws {FastlyError} when Fastly cannot be asked: then later
   */
  async #lookAt({ change, begunAt }: Interrupted): Promise<Settlement['kind']> {
    const { kind, target, settings = {}, invitation } = change;
    switch (kind) {
      case 'reset':
      case 'password':
        return 'unknown';
      case 'lock': {
        const locked = await updatedUser(this.#fastly, UserId.parse(target.id), { locked: true });
        return locked ? 'done' : 'failed';
      }
      case 'update':
        return doneWhere(await updatedUser(this.#fastly, UserId.parse(target.id), settings));
      case 'create': {
        const user = await createdUser(this.#fastly, target.login, settings);
        return user !== null && wasCreatedSince(user, begunAt) ? 'done' : 'unknown';
      }
      case 'invite':
        return doneWhere(await sentInvitation(this.#fastly, target.login, settings));
      case 'withdraw': {
        const id = InvitationId.parse(invitation);
        const end = await endOfInvitation(this.#fastly, { id, email: target.login });
        return AFTER_WITHDRAWAL[end];
      }
    }
  }
}

/** Whether it was not before that, in Unix milliseconds. Fastly tells it to the second. */
function wasCreatedSince({ created_at }: User, begunAt: number): boolean {
  return Date.parse(created_at ?? '') >= Math.floor(begunAt / 1000) * 1000;
}

/** What does not show may still come. */
function doneWhere(shows: object | null): 'done' | 'unknown' {
  return shows === null ? 'unknown' : 'done';
}

const AFTER_WITHDRAWAL = { open: 'unknown', accepted: 'failed', withdrawn: 'done' } as const;
