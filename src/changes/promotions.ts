import type { MemberId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import { type PromotionCounts, type PromotionShown, RUNNING, type RunningPromotion } from './promotion.ts';
import { movePromotion } from './promotion-steps.ts';
import { allRunning, readPromotion, roleEndedTo, writePromotion } from './running-promotions.ts';

/** What subcommands read of promotions, and ask of them. */
export class Promotions {
  readonly #store: Store;
  readonly #wakeWorker: () => void;

  constructor(store: Store, wakeWorker: () => void) {
    this.#store = store;
    this.#wakeWorker = wakeWorker;
  }

  async get(id: string): Promise<RunningPromotion | null> {
    return await this.#store.read((database) => readPromotion(database, id));
  }

  /** The role that a user has since an end put it back, as `roleEndedTo` gives it. */
  async roleEndedTo(user: string, given: { role: string | null; since: number }): Promise<string | null> {
    return await this.#store.read((database) => roleEndedTo(database, user, given));
  }

  /** The one that runs of a user; null for none. */
  async of(user: string): Promise<PromotionShown | null> {
    const running = await this.#store.read((database) => allRunning(database, this.#store.engine, user));
    return running[0] ?? null;
  }

  /** All that run, the next end first. */
  async running(): Promise<PromotionShown[]> {
    return await this.#store.read((database) => allRunning(database, this.#store.engine));
  }

  async counted(): Promise<PromotionCounts> {
    const running = await this.running();
    const toCheck = running.filter(({ state }) => state.kind === 'to-check').length;
    const overdue = running.filter(({ overdue }) => overdue).length;
    return { all: running.length, overdue, toCheck };
  }

  /** Has a promotion end at once. The promotion as it is then; null where there is none. */
  async endNow(id: string, by: MemberId): Promise<RunningPromotion | null> {
    this.#store.mustTakeData();
    const found = await this.#store.transaction(async (transaction) => {
      const { database, engine, now } = transaction;
      const promotion = await readPromotion(database, id, engine.forUpdate);
      if (promotion === null || promotion.overAt !== null) return promotion;
      if (promotion.state.kind === 'running' && promotion.state.endedBy !== null) return promotion;
      const at = await now();
      const endsAt = Math.min(promotion.endsAt, at);
      const state = { ...RUNNING, ...promotion.state, kind: 'running', endedBy: by } as const;
      const untold = promotion.untold.filter(({ what }) => what !== 'to-check');
      await writePromotion(transaction, id, { state, untold, ends_at: endsAt, remind_at: null, due_at: at });
      await transaction.audit(entryAbout(promotion, 'asked', by));
      return { ...promotion, state, endsAt, untold };
    });
    this.#wakeWorker();
    return found;
  }

  /** Moves the end of a promotion that needs no approval. Null where it is over or ending. */
  async extend(id: string, by: MemberId, milliseconds: number): Promise<number | null> {
    this.#store.mustTakeData();
    const endsAt = await this.#store.transaction(async (transaction) => {
      const moved = await movePromotion(transaction, id, milliseconds);
      const promotion = moved === null ? null : await readPromotion(transaction.database, id);
      if (promotion !== null) await transaction.audit(entryAbout(promotion, 'extended', by));
      return moved;
    });
    this.#wakeWorker();
    return endsAt;
  }
}

/** An entry of the audit log about a promotion's end. @param why for people */
export function entryAbout(
  { user, role, before, endsAt, request, id }: RunningPromotion,
  event: string,
  actor: MemberId | null,
  why?: string,
) {
  const { login, name } = user;
  const details = { login, name, promotion: id, request, role, before, endsAt, why };
  return { actor, change: 'end-promotion', event, target: user.id, details };
}
