import { claimPromotion, duePromotions, type HeldPromotion } from '../../changes/held-promotion.ts';
import { noticesOf } from '../../changes/promotion.ts';
import { allRunning, countOverdue, writePromotion } from '../../changes/running-promotions.ts';
import { TakenOver } from '../../store/held-lease.ts';
import type { Store } from '../../store/store.ts';
import { type Ending, type EndingOptions, PromotionEnding } from './ending.ts';
import type { PromotionNotices } from './notices.ts';
import { tellIfSetAgain } from './set-again.ts';

export type PromotionEndsOptions = EndingOptions & {
  store: Store;
  notices: Pick<PromotionNotices, 'tell' | 'waiting'>;
};

/**
 * Gives back the role before, once the time of one that was given is over. It needs no approval and nobody's rights. The
 * call is recorded before it is made, and after a crash a look comes first, so each end is carried out once.
 */
export class PromotionEnds {
  readonly #options: PromotionEndsOptions;
  readonly #ending: PromotionEnding;
  /** How often in a row an end has failed. */
  readonly #failures = new Map<string, number>();

  constructor(options: PromotionEndsOptions) {
    this.#options = options;
    this.#ending = new PromotionEnding(options);
  }

  /** The ids of up to `limit` promotions that something is to be done about. */
  async due(limit: number): Promise<string[]> {
    const { store } = this.#options;
    return await store.read((database) => duePromotions(database, store.engine, limit));
  }

  /** Whether any role is to end. */
  async areAwaited(): Promise<boolean> {
    const { store } = this.#options;
    return (await store.read((database) => allRunning(database, store.engine))).length > 0;
  }

  /** Has all told at once that is not told yet: Slack takes the token again. */
  async tellNow(): Promise<void> {
    await this.#options.store.transaction(async ({ database, now }) => {
      await database
        .updateTable('running_promotions')
        .set({ due_at: await now() })
        .where('due_at', 'is not', null)
        .where('untold', '!=', '[]')
        .execute();
    });
  }

  /** How many should have ended that many milliseconds ago. */
  async overdue(milliseconds: number): Promise<number> {
    const { store } = this.#options;
    return await store.read((database) => countOverdue(database, store.engine, milliseconds));
  }

  /** Has people told at once who wait for Slack to take that, but for what a person has to mend. */
  async retryAtOnce(): Promise<void> {
    const { store, notices } = this.#options;
    const waiting = notices.waiting();
    if (waiting.length === 0) return;
    await store.transaction(async ({ database, now }) => {
      await database
        .updateTable('running_promotions')
        .set({ due_at: await now() })
        .where('id', 'in', waiting)
        .execute();
    });
  }

  async work(id: string): Promise<void> {
    const { store, lease, notices, times, log } = this.#options;
    store.mustHaveRoom();
    const held = await claimPromotion(store, id, lease);
    if (held === null) return;
    const watching = times.promotions.watched;
    let ending: Ending = 'over';
    let telling: number | null = null;
    try {
      ending = await this.#advance(held);
      telling = await notices.tell(held);
    } catch (error) {
      if (error instanceof TakenOver) return;
      ending = 'later';
      log.warn({ err: error, promotion: id }, 'the end of a promotion failed, trying again');
    }
    const pause = ending === 'busy' ? times.promotions.busy : await this.#pauseOf(held, id, ending);
    await held.release({ telling, ending: pause, watching });
  }

  async #advance(held: HeldPromotion): Promise<Ending> {
    const { promotion, now } = await held.read();
    const { state, endsAt } = promotion;
    if (state.kind === 'ended') {
      await tellIfSetAgain(held, promotion, this.#options.fastly);
      return 'over';
    }
    if (state.kind !== 'running') return 'over';
    if (state.unsure) return await this.#ending.lookIfGiven(held, promotion, now);
    if (endsAt <= now) return await this.#ending.carryOut(held, promotion);
    await this.#remindIfDue(held);
    return 'over';
  }

  async #remindIfDue(held: HeldPromotion): Promise<void> {
    await held.write(async (transaction, { id, state, remindAt, untold }) => {
      if (state.kind !== 'running' || remindAt === null || remindAt > (await transaction.now())) return;
      const all = [...untold, ...noticesOf('reminder')];
      await writePromotion(transaction, id, { remind_at: null, untold: all });
    });
  }

  /** How long to wait before an end is tried again, in milliseconds; null where it goes on by itself. */
  async #pauseOf(held: HeldPromotion, id: string, ending: Ending): Promise<number | null> {
    const { times } = this.#options;
    if (ending === 'over') this.#failures.delete(id);
    if (ending !== 'later') return null;
    const failures = this.#failures.get(id) ?? 0;
    this.#failures.set(id, failures + 1);
    const growing = Math.min(times.firstRetry * 2 ** failures, times.promotions.longestPause);
    const { promotion, now } = await held.read();
    const { state, endsAt } = promotion;
    const isSlow = state.kind === 'running' && state.waits !== null && state.waits !== 'fastly';
    if (!isSlow) return growing;
    const untilLoud = endsAt + times.promotions.loud - now;
    const slow = times.promotions.hindered;
    // It may have become overdue since it was put off.
    return state.loud === null ? Math.min(slow, Math.max(untilLoud, 0)) : slow;
  }
}
