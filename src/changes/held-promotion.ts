import { expressionBuilder } from 'kysely';
import type { Engine } from '../store/engine.ts';
import { HeldLease, TakenOver } from '../store/held-lease.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { Database, Tables } from '../store/tables.ts';
import type { RunningPromotion } from './promotion.ts';
import { promotionLeases, readPromotion } from './running-promotions.ts';

/** How long after its end a promotion is looked at: whether the role was given again, not through the bot. */
export const WATCHED_MILLISECONDS = 24 * 60 * 60_000;

/** How long to leave a promotion alone, in milliseconds: `null` where nothing has failed. */
export type PromotionPauses = { telling: number | null; ending: number | null; watching: number };

/** The ids of up to `limit` promotions that something is to be done about. */
export async function duePromotions(database: Database, engine: Engine, limit: number): Promise<string[]> {
  return [...(await promotionLeases.due(database, isDue(engine), limit))];
}

/** Claims a promotion that something is to be done about; null where another process has, or nothing is. */
export async function claimPromotion(store: Store, id: string, lease: number): Promise<HeldPromotion | null> {
  const { claim, at } = await store.transaction(async (transaction) => ({
    at: await transaction.now(),
    claim: await promotionLeases.claim(transaction, id, isDue(store.engine), lease),
  }));
  if (claim === null) return null;
  return new HeldPromotion(id, at, new HeldLease(store, promotionLeases, { key: id, claim, lease }));
}

function isDue(engine: Engine) {
  const where = expressionBuilder<Tables, 'running_promotions'>();
  return where.and([where('due_at', '<=', engine.now), promotionLeases.isFree(engine)]);
}

/** A promotion that this process has to itself for now. Methods throw `TakenOver` once another process has it. */
export class HeldPromotion {
  readonly #id: string;
  readonly #claimedAt: number;
  readonly #held: HeldLease<'running_promotions'>;

  /** @param claimedAt Unix milliseconds by the database's clock */
  constructor(id: string, claimedAt: number, held: HeldLease<'running_promotions'>) {
    this.#id = id;
    this.#claimedAt = claimedAt;
    this.#held = held;
  }

  /** The promotion as it stands, and the database's clock. */
  async read(): Promise<{ promotion: RunningPromotion; now: number }> {
    return await this.write(async ({ now }, promotion) => ({ promotion, now: await now() }));
  }

  /**
   * Writes to the promotion, which stays locked until the transaction ends, and keeps it for another lease.
   *
   * @param before locks what a transaction locks before a promotion
   */
  async write<T>(
    work: (transaction: Transaction, promotion: RunningPromotion) => Promise<T>,
    before: (transaction: Transaction) => Promise<unknown> = async () => {},
  ): Promise<T> {
    return await this.#held.write(async (transaction) => {
      const promotion = await readPromotion(transaction.database, this.#id);
      if (promotion === null) throw new TakenOver();
      return await work(transaction, promotion);
    }, before);
  }

  /** Lets others have it, from when something is to be done about it next. Does nothing where another process has it. */
  async release(pauses: PromotionPauses): Promise<void> {
    const id = this.#id;
    const released = this.#held.end(async ({ database, engine, now }) => {
      const promotion = await readPromotion(database, id);
      const due_at = promotion && dueNext(promotion, pauses, await now());
      await database
        .updateTable('running_promotions')
        .set({ due_at })
        .where('id', '=', id)
        // An end that is to be tried at once, since it was claimed, stays due (`retryEnds`).
        .where(({ eb, or }) =>
          or([
            eb('running_user', 'is', null),
            eb('ends_at', '>', engine.now),
            eb('due_at', '<', this.#claimedAt),
          ]),
        )
        .execute();
    });
    await released.catch((error: unknown) => {
      if (!(error instanceof TakenOver)) throw error;
    });
  }
}

function dueNext(
  { state, untold, endsAt, remindAt, overAt }: RunningPromotion,
  pauses: PromotionPauses,
  now: number,
): number | null {
  const moments: number[] = [];
  if (untold.length > 0) moments.push(now + (pauses.telling ?? 0));
  if (state.kind === 'running') {
    // Nobody is reminded of an end that is due.
    const isTried = endsAt <= now || state.unsure !== undefined;
    moments.push(isTried ? now + (pauses.ending ?? 0) : (remindAt ?? endsAt));
  }
  const isWatched = state.kind === 'ended' && !state.setAgain;
  if (isWatched && overAt !== null && overAt + WATCHED_MILLISECONDS > now) {
    moments.push(now + pauses.watching);
  }
  return moments.length === 0 ? null : Math.min(...moments);
}
