import type { Logger } from 'pino';
import { StoreUnavailable } from '../store/errors.ts';
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

/** Shows things under leases, which run out by themselves. What Slack did not take becomes due again. */
export class LeasedShowing<Key> {
  readonly pauses: Pauses<Key>;
  readonly #store: Store;
  /** Ends leases that could not be ended when they should, as the database was away. */
  readonly #unreleased = new Set<(transaction: Transaction) => Promise<void>>();

  #underWay = 0;

  constructor(store: Store, pauses: Pauses<Key>) {
    this.#store = store;
    this.pauses = pauses;
  }

  /** What of this may be shown now: less of it while Slack limits the bot. */
  mayShow(due: readonly Key[]): Key[] {
    return due.slice(0, Math.max(0, this.pauses.atOnce - this.#underWay));
  }

  /** @throws {StoreUnavailable} */
  async show(what: ToShow<Key>): Promise<void> {
    this.#underWay += 1;
    try {
      await this.#show(what);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #show({ key, claim: take, show, release, failure, log }: ToShow<Key>): Promise<void> {
    const claim = await this.#claim(take, release);
    if (claim === null) return;
    let pause: number | null = null;
    try {
      await show(claim);
      this.pauses.over(key);
    } catch (error) {
      pause = this.pauses.after(key, error);
      const remedy = error instanceof NeedsPerson ? error.remedy : undefined;
      log.warn({ err: error, pause, remedy }, failure);
    }
    await this.#release((transaction) => release(transaction, claim, pause));
  }

  async #claim(take: ToShow<Key>['claim'], release: ToShow<Key>['release']): Promise<string | null> {
    let taken: string | null = null;
    try {
      return await this.#store.transaction(async (transaction) => {
        taken = await take(transaction);
        return taken;
      });
    } catch (error) {
      const claim = taken;
      // It may be recorded all the same, and nobody works under it.
      if (claim !== null) this.#unreleased.add((transaction) => release(transaction, claim, 0));
      throw error;
    }
  }

  /** Comes before a look for what is due: until a lease has ended, nobody shows what it is about. @throws {StoreUnavailable} */
  async releaseLeft(): Promise<void> {
    for (const release of this.#unreleased) {
      this.#unreleased.delete(release);
      await this.#release(release);
    }
  }

  async #release(release: (transaction: Transaction) => Promise<void>): Promise<void> {
    try {
      await this.#store.transaction(release);
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#unreleased.add(release);
      throw error;
    }
  }
}
