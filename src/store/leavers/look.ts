import { expressionBuilder } from 'kysely';
import type { Engine } from '../engine.ts';
import { HeldLease } from '../held-lease.ts';
import { Leases } from '../leases.ts';
import type { Store, Transaction } from '../store.ts';
import type { Tables } from '../tables.ts';

export const leaverLookLeases = new Leases('leaver_looks', {
  key: 'name',
  due: 'due_at',
  until: 'lease_until',
  claim: 'claim',
});

const LOOK = 'leavers';

/** Claims the look for leavers; null when it is not due, or another process is at it. @param lease in milliseconds */
export async function claimLeaverLook(store: Store, lease: number): Promise<LeaverLook | null> {
  const isDue = dueNow(store.engine);
  const due = await store.read((database) => leaverLookLeases.due(database, isDue, 1));
  if (due.length === 0) return null;
  return await store.transaction(async (transaction) => {
    const claim = await leaverLookLeases.claim(transaction, LOOK, isDue, lease);
    if (claim === null) return null;
    const { listed_at } = await transaction.database
      .selectFrom('leaver_looks')
      .select('listed_at')
      .executeTakeFirstOrThrow();
    const listedAgo = listed_at === null ? null : (await transaction.now()) - listed_at;
    return new LeaverLook(
      new HeldLease(store, leaverLookLeases, { key: LOOK, claim, lease }),
      lease,
      listedAgo,
    );
  });
}

/** Forgets who is who and who left, for a database that is used elsewhere now. */
export async function forgetLeavers({ database }: Transaction): Promise<void> {
  await database.deleteFrom('known_pairs').execute();
  await database.deleteFrom('leavers').execute();
  await database.deleteFrom('leaver_messages').execute();
  await database.updateTable('leaver_looks').set({ due_at: 0, listed_at: null }).execute();
}

/** One process's look for leavers. Each method throws `TakenOver` when another process has taken over. */
export class LeaverLook {
  /** How many milliseconds ago all members were listed; null for never. */
  readonly listedAgo: number | null;
  readonly #held: HeldLease<'leaver_looks'>;
  readonly #lease: number;
  #renewedAt = performance.now();

  constructor(held: HeldLease<'leaver_looks'>, lease: number, listedAgo: number | null) {
    this.#held = held;
    this.#lease = lease;
    this.listedAgo = listedAgo;
  }

  /** Does something in a transaction, and keeps other processes off for another lease. */
  async write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await this.#held.write(async (transaction) => {
      this.#renewedAt = performance.now();
      return await work(transaction);
    });
  }

  /** Keeps other processes off where nothing was written for a while. */
  async keep(): Promise<void> {
    if (performance.now() - this.#renewedAt > this.#lease / 3) await this.write(async () => {});
  }

  /** All members of the workspace were listed. For the transaction that records what that found. */
  async listed({ database, now }: Transaction): Promise<void> {
    await database
      .updateTable('leaver_looks')
      .set({ listed_at: await now() })
      .execute();
  }

  /** @param pause milliseconds until the next look */
  async end(pause: number): Promise<void> {
    await this.#held.end(async ({ database, now }) => {
      const due_at = (await now()) + pause;
      await database.updateTable('leaver_looks').set({ due_at }).execute();
    });
  }
}

function dueNow(engine: Engine) {
  const where = expressionBuilder<Tables, 'leaver_looks'>();
  return where.and([where('due_at', '<=', engine.now), leaverLookLeases.isFree(engine)]);
}
