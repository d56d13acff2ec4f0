import { type Selectable, sql } from 'kysely';
import { MemberId, newReference } from '../ids.ts';
import type { Engine } from '../store/engine.ts';
import { Leases } from '../store/leases.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { Database, RunningPromotionRow } from '../store/tables.ts';
import { readWhole } from '../store/whole.ts';
import type { Change } from './change.ts';
import {
  Notice,
  type PromotionShown,
  PromotionState,
  RUNNING,
  type RunningPromotion,
  reminderAt,
} from './promotion.ts';

export const promotionLeases = new Leases('running_promotions', {
  key: 'id',
  due: 'due_at',
  until: 'lease_until',
  claim: 'claim',
});

/** What a promotion is about: who gets which role in place of which other, and who asked. */
export type Promotion = Pick<RunningPromotion, 'user' | 'before' | 'role' | 'requester' | 'request'>;

/** @param milliseconds how long it lasts, from `from` (Unix milliseconds) on. Ends what runs of the user without putting anything back. */
export async function beginPromotion(
  transaction: Transaction,
  promotion: Promotion,
  from: number,
  milliseconds: number,
): Promise<RunningPromotion> {
  const { user, before, role, requester, request } = promotion;
  await closePromotion(transaction, user.id, 'closed');
  const endsAt = from + milliseconds;
  const remindAt = reminderAt(from, endsAt);
  const id = newReference();
  await transaction.database
    .insertInto('running_promotions')
    .values({
      ...{ id, role, requester, login: user.login, name: user.name, untold: '[]' },
      ...{ running_user: user.id, user_id: user.id, role_before: before, request_id: request },
      ...{ began_at: from, ends_at: endsAt, remind_at: remindAt, due_at: remindAt },
      state: JSON.stringify(RUNNING),
      over_at: null,
    })
    .execute();
  const more = { id, beganAt: from, endsAt, remindAt, state: RUNNING, overAt: null, untold: [] };
  return { ...promotion, ...more };
}

/** Another change of the role, or a deletion, ends a user's promotion; nothing is put back. */
export async function closePromotion(
  transaction: Transaction,
  user: string,
  kind: 'closed' | 'gone',
): Promise<void> {
  const running = await lockRunning(transaction, user);
  if (running === null) return;
  await over(transaction, running, { kind });
}

/**
 * What a change that was made without approval means for the promotion of its user, for the transaction that records it.
 *
 * @param begunAt when it was begun (Unix milliseconds), where a crash left it behind; null where it was made just now
 */
export async function settlePromotion(
  transaction: Transaction,
  { kind, target, settings, before, caller, for: lasts }: Change,
  begunAt: number | null,
): Promise<void> {
  if (kind !== 'update' || target.id === null) return;
  const user = { id: target.id, login: target.login, name: target.name };
  if (settings?.role !== undefined) {
    const { role } = settings;
    if (lasts === undefined || !before?.role) await closePromotion(transaction, user.id, 'closed');
    else {
      const promotion = { user, before: before.role, role, requester: caller, request: null };
      await beginPromotion(transaction, promotion, begunAt ?? (await transaction.now()), lasts);
    }
  }
  // What Fastly refused because of the lock may be done now.
  if (settings?.locked === false) await retryEnds(transaction, user.id);
}

/** Records that a promotion is over, in whichever way, and what people are to be told of it. */
export async function over(
  { database, now }: Transaction,
  { id, untold }: Pick<RunningPromotion, 'id' | 'untold'>,
  state: Exclude<PromotionState, { kind: 'running' | 'to-check' }>,
  notices: readonly Notice[] = [],
): Promise<void> {
  const at = await now();
  // A reminder that was not told yet would come too late.
  const left = untold.filter(({ what }) => what !== 'reminder' && what !== 'overdue');
  const toTell = [...left, ...notices];
  await database
    .updateTable('running_promotions')
    .set({
      ...{ running_user: null, over_at: at, remind_at: null },
      state: JSON.stringify(state),
      untold: JSON.stringify(toTell),
      due_at: toTell.length > 0 || state.kind === 'ended' ? at : null,
    })
    .where('id', '=', id)
    .execute();
}

/**
 * Moves the end of a promotion to `milliseconds` from now. Null where it is over, or its end is being carried out.
 *
 * @returns the new end, in Unix milliseconds
 */
export async function movePromotion(
  transaction: Transaction,
  id: string,
  milliseconds: number,
): Promise<number | null> {
  const promotion = await readPromotion(transaction.database, id, transaction.engine.forUpdate);
  if (promotion === null || !mayMove(promotion)) return null;
  const now = await transaction.now();
  const endsAt = now + milliseconds;
  const remindAt = reminderAt(now, endsAt);
  await transaction.database
    .updateTable('running_promotions')
    .set({
      ...{ ends_at: endsAt, remind_at: remindAt, due_at: remindAt },
      state: JSON.stringify(RUNNING),
      untold: '[]',
    })
    .where('id', '=', id)
    .execute();
  return endsAt;
}

function mayMove({ state }: RunningPromotion): boolean {
  return state.kind === 'to-check' || (state.kind === 'running' && !state.mayBeDone);
}

/** Has the end of a user's promotion tried at once, if it is due: what was in its way may be gone. Without a user, all. */
export async function retryEnds({ database, now }: Transaction, user: string | null = null): Promise<void> {
  const at = await now();
  let retried = database
    .updateTable('running_promotions')
    .set({ due_at: at })
    .where('running_user', 'is not', null)
    .where('ends_at', '<=', at)
    .where('due_at', 'is not', null);
  if (user !== null) retried = retried.where('running_user', '=', user);
  await retried.execute();
}

/** The one that runs of a user, locked until the transaction ends; null for none. */
export async function lockRunning(
  { database, engine }: Transaction,
  user: string,
): Promise<RunningPromotion | null> {
  const row = await database
    .selectFrom('running_promotions')
    .selectAll()
    .where('running_user', '=', user)
    .modifyEnd(engine.forUpdate)
    .executeTakeFirst();
  return row ? promotionIn(row) : null;
}

/** Whether the end of a user's promotion is being carried out just now. Locks the promotion until the transaction ends. */
export async function isEnding(transaction: Transaction, user: string): Promise<boolean> {
  const running = await lockRunning(transaction, user);
  if (running?.state.kind !== 'running' || !running.state.mayBeDone) return false;
  const held = await transaction.database
    .selectFrom('running_promotions')
    .select('id')
    .where('id', '=', running.id)
    .where('lease_until', '>', transaction.engine.now)
    .executeTakeFirst();
  return held !== undefined;
}

export async function readPromotion(
  database: Database,
  id: string,
  lock = sql``,
): Promise<RunningPromotion | null> {
  const row = await database
    .selectFrom('running_promotions')
    .selectAll()
    .where('id', '=', id)
    .modifyEnd(lock)
    .executeTakeFirst();
  return row ? promotionIn(row) : null;
}

/** The role that a user has since an end put it back after `since` (Unix milliseconds), in place of `role`; null for none. */
export async function roleEndedTo(
  database: Database,
  user: string,
  { role, since }: { role: string | null; since: number },
): Promise<string | null> {
  const row = await database
    .selectFrom('running_promotions')
    .selectAll()
    .where('user_id', '=', user)
    .where('over_at', '>=', since)
    .orderBy('over_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const last = row && promotionIn(row);
  return last?.state.kind === 'ended' && last.role === role ? last.before : null;
}

/** All that run, the next end first. */
export async function allRunning(database: Database, { now }: Engine): Promise<PromotionShown[]> {
  const rows = await database
    .selectFrom('running_promotions')
    .selectAll()
    .select(now.as('now'))
    .where('running_user', '>=', '')
    .orderBy('ends_at')
    .execute();
  return rows.map(({ now, ...row }) => shownOf(promotionIn(row), now));
}

/** How many should have ended so many milliseconds ago. */
export async function countOverdue(
  database: Database,
  { now }: Engine,
  milliseconds: number,
): Promise<number> {
  const { overdue } = await database
    .selectFrom('running_promotions')
    .where('running_user', '>=', '')
    .where('ends_at', '<=', sql<number>`${now} - ${milliseconds}`)
    .select(({ fn }) => fn.countAll().as('overdue'))
    .executeTakeFirstOrThrow();
  return Number(overdue);
}

function shownOf(promotion: RunningPromotion, now: number): PromotionShown {
  const { id, user, role, before, endsAt, state } = promotion;
  return { id, user, role, before, endsAt, state, overdue: endsAt <= now };
}

/** @throws where only a newer version can read it */
function promotionIn(row: Selectable<RunningPromotionRow>): RunningPromotion {
  const state = readWhole(PromotionState, row.state);
  const untold = readWhole(Notice.array(), row.untold);
  if (!state || !untold) throw new Error(`promotion ${row.id} needs a newer version of the bot`);
  return {
    id: row.id,
    user: { id: row.user_id, login: row.login, name: row.name },
    before: row.role_before,
    role: row.role,
    requester: MemberId.parse(row.requester),
    request: row.request_id,
    beganAt: row.began_at,
    endsAt: row.ends_at,
    remindAt: row.remind_at,
    state: state.whole,
    overAt: row.over_at,
    untold: untold.whole,
  };
}

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
    return (await this.running()).find((each) => each.user.id === user) ?? null;
  }

  /** All that run, the next end first. */
  async running(): Promise<PromotionShown[]> {
    return await this.#store.read((database) => allRunning(database, this.#store.engine));
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
      await database
        .updateTable('running_promotions')
        .set({ state: JSON.stringify(state), ends_at: endsAt, remind_at: null, due_at: at })
        .where('id', '=', id)
        .execute();
      await transaction.audit(entryAbout(promotion, 'asked', by));
      return { ...promotion, state, endsAt };
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
