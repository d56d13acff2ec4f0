import { type Selectable, sql } from 'kysely';
import { MemberId } from '../ids.ts';
import type { Engine } from '../store/engine.ts';
import { Leases } from '../store/leases.ts';
import type { Transaction } from '../store/store.ts';
import type { Database, RunningPromotionRow } from '../store/tables.ts';
import { readWhole } from '../store/whole.ts';
import { Notice, type PromotionShown, PromotionState, type RunningPromotion, TO_CHECK } from './promotion.ts';

export const promotionLeases = new Leases('running_promotions', {
  key: 'id',
  due: 'due_at',
  until: 'lease_until',
  claim: 'claim',
});

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

/** Writes what has changed of a promotion. */
export async function writePromotion(
  { database }: Transaction,
  id: string,
  { state, untold, ...columns }: PromotionWrite,
): Promise<void> {
  await database
    .updateTable('running_promotions')
    .set({
      ...columns,
      ...(state && { state: JSON.stringify(state) }),
      ...(untold && { untold: JSON.stringify(untold) }),
    })
    .where('id', '=', id)
    .execute();
}

type PromotionWrite = { state?: PromotionState; untold?: readonly Notice[] } & Partial<
  Pick<RunningPromotionRow, 'running_user' | 'began_at' | 'ends_at' | 'remind_at' | 'due_at' | 'over_at'>
>;

/** The latest that a request has begun, of the user whom it is about; null for none. */
export async function promotionOfRequest(
  database: Database,
  user: string,
  request: string,
): Promise<RunningPromotion | null> {
  const row = await database
    .selectFrom('running_promotions')
    .selectAll()
    .where('user_id', '=', user)
    .where('request_id', '=', request)
    .orderBy('began_at', 'desc')
    .limit(1)
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

/** All that run, or the one that runs of a user, the next end first; none of which it isn't known that the role was given. */
export async function allRunning(
  database: Database,
  { now }: Engine,
  user: string | null = null,
): Promise<PromotionShown[]> {
  const rows = await database
    .selectFrom('running_promotions')
    .selectAll()
    .select(now.as('now'))
    .where('running_user', user === null ? '>=' : '=', user ?? '')
    .orderBy('ends_at')
    .execute();
  // What only a newer version can read is left to it.
  return rows.flatMap(({ now, ...row }) => {
    const promotion = readableIn(row);
    const isUnsure = promotion?.state.kind === 'running' && promotion.state.unsure !== undefined;
    return promotion === null || isUnsure ? [] : [shownOf(promotion, now)];
  });
}

/** How many should have ended so many milliseconds ago. One that a person has to check does not end by itself. */
export async function countOverdue(
  database: Database,
  { now }: Engine,
  milliseconds: number,
): Promise<number> {
  const { overdue } = await database
    .selectFrom('running_promotions')
    .where('running_user', '>=', '')
    .where('state', '!=', TO_CHECK)
    .where('ends_at', '<=', sql<number>`${now} - ${milliseconds}`)
    .select(({ fn }) => fn.countAll().as('overdue'))
    .executeTakeFirstOrThrow();
  return Number(overdue);
}

function shownOf(promotion: RunningPromotion, now: number): PromotionShown {
  const { id, user, role, before, endsAt, state } = promotion;
  return { id, user, role, before, endsAt, state, overdue: endsAt <= now && state.kind !== 'to-check' };
}

/** @throws where only a newer version can read it */
function promotionIn(row: Selectable<RunningPromotionRow>): RunningPromotion {
  const promotion = readableIn(row);
  if (promotion === null) throw new Error(`promotion ${row.id} needs a newer version of the bot`);
  return promotion;
}

function readableIn(row: Selectable<RunningPromotionRow>): RunningPromotion | null {
  const state = readWhole(PromotionState, row.state);
  const untold = readWhole(Notice.array(), row.untold);
  if (!state || !untold) return null;
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
