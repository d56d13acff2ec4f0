import type { Logger } from 'pino';
import type { Store, Transaction } from '../store/store.ts';
import { NeedsPerson, type Pauses } from './pauses.ts';

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
    const remedy = error instanceof NeedsPerson ? error.remedy : undefined;
    log.warn({ err: error, pause, remedy }, failure);
  }
  await store.transaction((transaction) => release(transaction, claim, pause));
}
