import type { Leases } from './leases.ts';
import type { Store, Transaction } from './store.ts';
import type { Tables } from './tables.ts';

/** Another process has claimed the row since. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';
}

/** `key`: of the row. `lease`: for how many milliseconds the row is kept each time. */
type Held = { key: string; claim: string; lease: number };

/** A row that this process has to itself for now. Each method throws `TakenOver` once another process has claimed it. */
export class HeldLease<Table extends keyof Tables> {
  readonly #store: Store;
  readonly #leases: Leases<Table>;
  readonly #held: Held;

  constructor(store: Store, leases: Leases<Table>, held: Held) {
    this.#store = store;
    this.#leases = leases;
    this.#held = held;
  }

  /**
   * Does something in a transaction, and keeps other processes off for another lease.
   *
   * @param before locks what a transaction locks before the row
   */
  async write<T>(
    work: (transaction: Transaction) => Promise<T>,
    before: (transaction: Transaction) => Promise<unknown> = async () => {},
  ): Promise<T> {
    const { key, claim, lease } = this.#held;
    return await this.#store.transaction(async (transaction) => {
      await before(transaction);
      if (!(await this.#leases.renew(transaction, key, claim, lease))) throw new TakenOver();
      return await work(transaction);
    });
  }

  async renew(): Promise<void> {
    await this.write(async () => {});
  }

  /** Lets others have the row, as `work` leaves it. */
  async end(work: (transaction: Transaction) => Promise<void>): Promise<void> {
    const { key, claim } = this.#held;
    await this.#store.transaction(async (transaction) => {
      if (!(await this.#leases.release(transaction, key, claim))) throw new TakenOver();
      await work(transaction);
    });
  }
}
