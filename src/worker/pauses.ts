import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Times } from '../config/times.ts';

const LONGEST_RETRY_MILLISECONDS = 30_000;

/** How long to leave alone what Slack did not take: each thing longer with each failure in a row, all when Slack says so. */
export class Pauses<Key> {
  readonly #firstRetry: number;
  readonly #failures = new Map<Key, number>();
  /** By `performance.now()`; Slack's limits are for all that the bot sends this way. */
  #until = 0;

  constructor({ firstRetry }: Pick<Times, 'firstRetry'>) {
    this.#firstRetry = firstRetry;
  }

  /** Whether Slack takes no more of anything just now. */
  get limited(): boolean {
    return performance.now() < this.#until;
  }

  /** For how many milliseconds, after this error. */
  after(key: Key, error: unknown): number {
    if (error instanceof WebAPIRateLimitedError) {
      const pause = error.retryAfter * 1000;
      this.#until = performance.now() + pause;
      return pause;
    }
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    return Math.min(this.#firstRetry * 2 ** (failures - 1), LONGEST_RETRY_MILLISECONDS);
  }

  /** Slack has it. */
  over(key: Key): void {
    this.#failures.delete(key);
  }
}
