import { setTimeout as pause } from 'node:timers/promises';
import { SlackError, WebAPIRateLimitedError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Times } from '../../config/times.ts';
import { InFlight } from '../../observability/in-flight.ts';
import { within } from '../../observability/within.ts';
import { ResponseUrlRefused } from '../connection/response-url.ts';

/** Slack takes a message once the operator or an administrator has mended something, such as the token. */
export class NeedsMending extends Error {
  constructor(word: string) {
    super(`Slack refuses a message until somebody mends what is wrong (${word})`);
    this.name = 'NeedsMending';
  }
}

/** One thing that Slack should take for somebody. */
type Parcel<T> = {
  /** Brings it to Slack, once. What it throws of Slack's errors may pass: it is tried again. */
  attempt(): Promise<T>;
  /** Called before each pause, with its length in milliseconds. Must not throw. */
  waits?(milliseconds: number): Promise<void>;
  /** Called when Slack has taken it after a pause. Must not throw. */
  takenLate?(): Promise<void>;
  log: Logger;
};

/** As long as a response URL lives (docs.slack.dev, handling user interaction). */
const LIFETIME_MILLISECONDS = 30 * 60_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** So often it is tried before later ones to the same addressee overtake it. A rate limit holds them all. */
const TRIES_IN_TURN = 3;

/**
 * Brings answers to Slack, each addressee's in their order, and goes on in the background with what Slack does not take
 * yet: after the pause that a rate limit names, slowly where somebody has to mend something, else after growing ones.
 * Nobody waits for another addressee.
 *
 * It gives up after 30 minutes. A stop tries once more what waits, and drops the rest. Both leave an error in the log.
 */
export class Outbox {
  readonly #times: Times;
  readonly #lines = new Map<string, Line>();
  readonly #underWay = new InFlight();
  readonly #stopping = new AbortController();

  constructor(times: Times) {
    this.#times = times;
  }

  /** How much is under way or waits. */
  get size(): number {
    return this.#underWay.size;
  }

  /**
   * @param to whose it is: what is sent to the same stays in order
   * @returns what the attempt gave; null where that takes longer than `answerWithin`, or Slack does not take it yet
   * @throws what the attempt throws, if that is no error of Slack's
   */
  async send<T>(to: string, parcel: Parcel<T>): Promise<T | null> {
    const line = this.#lines.get(to) ?? new Line();
    this.#lines.set(to, line);
    const { before, leave } = line.join();
    const waiting = Promise.withResolvers<null>();
    const delivered = this.#deliver(parcel, { line, before, leave, wait: () => waiting.resolve(null) });
    const ended = this.#underWay.track(
      delivered.finally(() => {
        leave();
        if (line.empty && this.#lines.get(to) === line) this.#lines.delete(to);
      }),
    );
    return await within(Promise.race([ended, waiting.promise]), this.#times.answerWithin);
  }

  /** Tries once more what waits. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#underWay.idle();
  }

  /** Null when it is given up. `wait` is called when it begins to wait, so that nobody waits for it. */
  async #deliver<T>(
    { attempt, waits, takenLate, log }: Parcel<T>,
    { line, before, leave, wait }: { line: Line; before: Promise<void>; leave(): void; wait(): void },
  ): Promise<T | null> {
    const end = performance.now() + LIFETIME_MILLISECONDS;
    let waited = false;
    const rest = async (milliseconds: number) => {
      waited = true;
      await waits?.(milliseconds);
      wait();
    };
    const held = await Promise.race([before, line.held]);
    if (held !== undefined) {
      await rest(held);
      await before;
    }
    for (let tries = 1; ; tries += 1) {
      // After a stop there is one more try, as the signal may come while it rests.
      const last = this.#stopping.signal.aborted;
      try {
        const taken = await attempt();
        line.release();
        if (waited) await takenLate?.();
        return taken;
      } catch (error) {
        if (!mayPass(error)) throw error;
        const limit = limitOf(error);
        const slow = error instanceof NeedsMending;
        const growing = Math.min(this.#times.firstRetry * 2 ** (tries - 1), LONGEST_PAUSE_MILLISECONDS);
        const milliseconds = limit ?? (slow ? this.#times.slowRetry : growing);
        if (last || performance.now() + milliseconds > end) {
          await rest(milliseconds);
          log.error({ err: error, stopping: last }, 'Slack did not take an answer, it is given up');
          return null;
        }
        log.warn({ err: error, pause: milliseconds }, 'Slack does not take an answer yet, it waits');
        const isOvertaken = limit === null && (slow || tries >= TRIES_IN_TURN);
        if (limit !== null || isOvertaken) await rest(milliseconds);
        if (limit !== null) line.hold(milliseconds);
        if (isOvertaken) leave();
        await pause(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }
}

class Line {
  #last: Promise<void> = Promise.resolve();
  #size = 0;
  #held = Promise.withResolvers<number>();

  get empty(): boolean {
    return this.#size === 0;
  }

  /** Resolves, with milliseconds, when Slack limits what goes to the addressee. */
  get held(): Promise<number> {
    return this.#held.promise;
  }

  hold(milliseconds: number): void {
    this.#held.resolve(milliseconds);
  }

  release(): void {
    this.#held = Promise.withResolvers();
  }

  /** `before` resolves when it is one's turn. `leave` lets the next one come; it can be called again. */
  join(): { before: Promise<void>; leave: () => void } {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = before.then(() => promise);
    this.#size += 1;
    let here = true;
    const leave = () => {
      if (here) this.#size -= 1;
      here = false;
      resolve();
    };
    return { before, leave };
  }
}

/** For how many milliseconds Slack takes nothing; null where it did not say so. */
function limitOf(error: unknown): number | null {
  if (error instanceof WebAPIRateLimitedError) return error.retryAfter * 1000;
  return error instanceof ResponseUrlRefused ? error.retryAfter : null;
}

/** Errors of Slack's that are final are no longer errors here. Anything else thrown is a fault of the bot. */
function mayPass(error: unknown): boolean {
  return [SlackError, ResponseUrlRefused, NeedsMending].some((passing) => error instanceof passing);
}
