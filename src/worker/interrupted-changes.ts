import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import { RequestId } from '../approvals/request.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { UserId } from '../fastly/user.ts';
import { message, PLAIN_POSTING } from '../slack/message.ts';
import { finalRefusal } from '../slack/refusals.ts';
import { code, type Sentence, say } from '../slack/sentence.ts';
import { userWords } from '../slack/user-words.ts';
import type { Change, Intents, Interrupted, Settlement } from '../store/intents.ts';

/**
 * Settles the changes that a crash left between the record of their beginning and that of their end: looks what came
 * of them where looking is possible, and tells their callers. None is made again.
 */
export class InterruptedChanges {
  readonly #intents: Intents;
  readonly #approvals: Approvals;
  readonly #fastly: FastlyClient;
  readonly #slack: WebClient;
  readonly #log: Logger;

  constructor(options: {
    intents: Intents;
    approvals: Approvals;
    fastly: FastlyClient;
    slack: WebClient;
    log: Logger;
  }) {
    this.#intents = options.intents;
    this.#approvals = options.approvals;
    this.#fastly = options.fastly;
    this.#slack = options.slack;
    this.#log = options.log;
  }

  /** Takes on changes that were left behind, at most `limit`. */
  async takeOver(limit: number): Promise<Interrupted[]> {
    return await this.#intents.takeOver(limit);
  }

  async settle({ change, state }: Interrupted): Promise<void> {
    const log = this.#log.child({ change: change.kind, reference: change.reference });
    const settlement = state === 'open' ? await this.#lookAt(change) : { kind: state };
    if (state === 'open') {
      log.warn({ settlement: settlement.kind }, 'a change was left behind');
      await this.#record(change, settlement);
    }
    try {
      const told = message(wordsFor(change, settlement));
      await this.#slack.chat.postMessage({ channel: change.caller, ...told, ...PLAIN_POSTING });
    } catch (error) {
      if (finalRefusal(error) === null) throw error;
      log.error({ err: error }, 'the caller could not be told');
    }
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

  /** @throws {FastlyError} when Fastly cannot be asked: then later */
  async #lookAt({ kind, target }: Change): Promise<Settlement> {
    switch (kind) {
      case 'reset':
        return { kind: 'unknown', why: 'interrupted' };
      case 'lock':
        return await this.#lookAtLock(UserId.parse(target.id));
    }
  }

  async #lookAtLock(id: UserId): Promise<Settlement> {
    try {
      const { locked } = await this.#fastly.getUser(id);
      return { kind: locked ? 'done' : 'failed', why: 'interrupted' };
    } catch (error) {
      if (isFastlyError(error) && error.kind === 'not_found') return { kind: 'failed', why: 'interrupted' };
      throw error;
    }
  }
}

function wordsFor({ kind, target, reference }: Change, settlement: Settlement): Sentence {
  const who = userWords(target);
  const ref = say`Reference ${code(reference)}.`;
  if (kind === 'reset') {
    return say`⚠️ I was interrupted while having Fastly e-mail ${who} a password reset, so I do not know whether it was sent. Ask them to look before you try again. ${ref}`;
  }
  switch (settlement.kind) {
    case 'done':
      return say`🔒 I was interrupted while locking ${who} for you. I looked: they are locked. ${ref}`;
    case 'failed':
      return say`⚠️ I was interrupted while locking ${who} for you. I looked: they are not locked. Lock them again if it still should be. ${ref}`;
    case 'unknown':
      return say`⚠️ I was interrupted while locking ${who} for you, so I do not know whether they are locked. Look at them before you try again. ${ref}`;
  }
}
