import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Times } from '../config/times.ts';
import type { Store, Transaction } from '../store/store.ts';

/** One thing that Slack must show, and the lease on it. */
export type ToShow<Key> = {
  key: Key;
  /** Claims it; `null` when another process has, or when Slack shows it by now. */
  claim(transaction: Transaction): Promise<string | null>;
  /** Brings it to Slack. What it throws may go away by itself: it is tried again after a pause. */
  show(claim: string): Promise<void>;
  /** Ends the claim. `pause`: milliseconds until the next attempt, or null when `show` threw nothing. */
  release(transaction: Transaction, claim: string, pause: number | null): Promise<void>;
  /** The log line when `show` throws. */
  failure: string;
  log: Logger;
};

/** Shows a thing under a lease, which runs out by itself. What Slack did not take becomes due again. @throws {StoreUnavailable} */
export async function showUntilShown<Key>(
  store: Store,
  pauses: Pauses<Key>,
  { key, claim: take, show, release, failure, log }: ToShow<Key>,
): Promise<void> {
  const claim = await store.transaction(take);
  if (claim === null) return;
  let pause: number | null = null;
  try {
    await show(claim);
    pauses.over(key);
  } catch (error) {
    pause = pauses.after(key, error);
    log.warn({ err: error, pause }, failure);
  }
  await store.transaction((transaction) => release(transaction, claim, pause));
}

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
