import { newReference } from '../ids.ts';
import type { Transaction } from '../store/store.ts';
import { type Change, isInterrupted, type Settlement } from './change.ts';
import {
  type Notice,
  type PromotionState,
  REDRAWN,
  RUNNING,
  type RunningPromotion,
  reminderAt,
  roleToComeBack,
  TO_CHECK,
  TO_PERSON,
} from './promotion.ts';
import { lockRunning, readPromotion, writePromotion } from './running-promotions.ts';

/** What a promotion is about: who gets which role in place of which other, and who asked. */
export type Promotion = Pick<RunningPromotion, 'user' | 'before' | 'role' | 'requester' | 'request'>;

/**
 * Ends what runs of the user without putting anything back. Where the role before was given for a time itself, the role
 * before that one comes back at the end.
 *
 * @param milliseconds how long it lasts, from `from` (Unix milliseconds) on
 * @param isSure whether it is known that the role was given
 */
export async function beginPromotion(
  transaction: Transaction,
  promotion: Promotion,
  from: number,
  milliseconds: number,
  isSure = true,
): Promise<RunningPromotion> {
  const { user, role, requester, request } = promotion;
  const endsAt = from + milliseconds;
  const remindAt = reminderAt(from, endsAt);
  const columns = { began_at: from, ends_at: endsAt, remind_at: remindAt, due_at: await transaction.now() };
  const untold: readonly Notice[] = isSure ? [TO_PERSON] : [];
  const begun = { beganAt: from, endsAt, remindAt, untold };
  const unsure = await unsureOf(transaction, promotion);
  if (unsure !== null) {
    const state = isSure ? RUNNING : unsure.state;
    await writePromotion(transaction, unsure.id, { ...columns, state, untold });
    return { ...unsure, ...begun, state };
  }
  const earlier = await runningWith(transaction, user.id, promotion.before);
  const before = roleToComeBack(earlier, promotion.before);
  if (earlier !== null) await over(transaction, earlier, { kind: 'closed' });
  const id = newReference();
  const state = isSure ? RUNNING : { ...RUNNING, unsure: { earlier: earlier?.id ?? null } };
  await transaction.database
    .insertInto('running_promotions')
    .values({
      ...{ id, role, requester, login: user.login, name: user.name, ...columns },
      ...{ running_user: user.id, user_id: user.id, role_before: before, request_id: request },
      ...{ state: JSON.stringify(state), untold: JSON.stringify(untold), over_at: null },
    })
    .execute();
  return { ...promotion, id, before, ...begun, state, overAt: null };
}

/** What an earlier attempt of the same request has begun, of which nobody knows whether the role was given. */
async function unsureOf(
  transaction: Transaction,
  { user, request }: Promotion,
): Promise<RunningPromotion | null> {
  const running = request === null ? null : await lockRunning(transaction, user.id);
  const isUnsure = running?.state.kind === 'running' && running.state.unsure !== undefined;
  return isUnsure && running.request === request ? running : null;
}

/** What runs of a user who has this role. A role that the user doesn't have was not given. */
async function runningWith(
  transaction: Transaction,
  user: string,
  role: string,
): Promise<RunningPromotion | null> {
  const running = await lockRunning(transaction, user);
  if (running?.state.kind !== 'running' || !running.state.unsure || running.role === role) return running;
  await notGiven(transaction, running);
  return await lockRunning(transaction, user);
}

/** Closes a promotion whose role was not given: the requester is told, and what ran before it goes on. */
export async function notGiven(transaction: Transaction, promotion: RunningPromotion): Promise<void> {
  const { state, user } = promotion;
  await over(transaction, promotion, { kind: 'not-given' }, [{ what: 'not-given', to: 'requester' }]);
  const earlier = state.kind === 'running' ? state.unsure?.earlier : null;
  const before = earlier ? await readPromotion(transaction.database, earlier) : null;
  if (before?.state.kind !== 'closed') return;
  await writePromotion(transaction, before.id, {
    ...{ running_user: user.id, over_at: null, due_at: await transaction.now() },
    ...{ state: RUNNING, untold: redrawn(before.request) },
  });
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
 * A role that may have been given for a time ends as well.
 *
 * @param begunAt when it was begun (Unix milliseconds)
 */
export async function settlePromotion(
  transaction: Transaction,
  { kind, target, settings, before, caller, for: lasts, restored }: Change,
  settlement: Settlement,
  begunAt: number,
): Promise<void> {
  const isDone = settlement.kind === 'done';
  if (kind !== 'update' || target.id === null || settlement.kind === 'failed') return;
  const user = { id: target.id, login: target.login, name: target.name };
  const given = settlement.role ?? (isDone ? 'set' : 'unknown');
  if (settings?.role !== undefined && given !== 'left') {
    const { role } = settings;
    if (lasts !== undefined && before?.role) {
      const promotion = { user, before: before.role, role, requester: caller, request: null };
      const from = isDone && !isInterrupted(settlement) ? await transaction.now() : begunAt;
      await beginPromotion(transaction, promotion, from, lasts, given === 'set');
      if (restored) await leaveToCheck(transaction, user.id);
    } else if (given === 'set') await closePromotion(transaction, user.id, 'closed');
  }
  // What Fastly refused because of the lock may be done now.
  if (isDone && settings?.locked === false) await retryEnds(transaction, user.id);
}

/** What nobody needs to be told any more of a promotion that is over. */
const TOO_LATE: readonly Notice['what'][] = ['given', 'reminder', 'overdue', 'to-check'];

/** Records that a promotion is over, in whichever way, and what people are to be told of it. */
export async function over(
  transaction: Transaction,
  { id, untold, request }: Pick<RunningPromotion, 'id' | 'untold' | 'request'>,
  state: Exclude<PromotionState, { kind: 'running' | 'to-check' }>,
  notices: readonly Notice[] = [],
): Promise<void> {
  const at = await transaction.now();
  // What was not told yet would come too late.
  const left = untold.filter(({ what }) => !TOO_LATE.includes(what));
  const toTell = [...left, ...notices, ...redrawn(request)];
  await writePromotion(transaction, id, {
    ...{ running_user: null, over_at: at, remind_at: null, state, untold: toTell },
    due_at: toTell.length > 0 || state.kind === 'ended' ? at : null,
  });
}

/**
 * Moves the end of a promotion to `milliseconds` from now. Null where it is over, its end is being carried out, or somebody had it end.
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
  const untold = [...redrawn(promotion.request), TO_PERSON];
  await writePromotion(transaction, id, {
    ...{ ends_at: endsAt, remind_at: remindAt, due_at: now },
    ...{ state: RUNNING, untold },
  });
  return endsAt;
}

function redrawn(request: string | null): Notice[] {
  return request === null ? [] : [REDRAWN];
}

/** One that a person has to check must not end by itself. */
function mayMove({ state }: RunningPromotion): boolean {
  return state.kind === 'running' && !state.mayBeDone && state.endedBy === null && !state.unsure;
}

/** Has the end of a user's promotion tried at once, if it is due: what was in its way may be gone. Without a user, all. */
export async function retryEnds({ database, now }: Transaction, user: string | null = null): Promise<void> {
  const at = await now();
  let retried = database
    .updateTable('running_promotions')
    .set({ due_at: at })
    .where('running_user', '>=', '')
    .where('ends_at', '<=', at)
    .where('due_at', 'is not', null);
  if (user !== null) retried = retried.where('running_user', '=', user);
  await retried.execute();
}

/**
 * No promotion, or not the one of a user, ends by itself after the database was restored: whether it has ended since the
 * backup, or was extended, is not known. Bot admins are told.
 *
 * @returns the logins of their users
 */
export async function leaveToCheck(
  { database, now }: Transaction,
  user: string | null = null,
): Promise<string[]> {
  const untold: Notice[] = [{ what: 'to-check', to: 'approvals' }];
  const rows = await database
    .updateTable('running_promotions')
    .set({
      ...{ remind_at: null, due_at: await now(), lease_until: null, claim: null },
      state: TO_CHECK,
      untold: JSON.stringify(untold),
    })
    .where('running_user', user === null ? '>=' : '=', user ?? '')
    .returning('login')
    .execute();
  return rows.map(({ login }) => login);
}

/** Has none run, and tells nobody, for a database that is used elsewhere now. */
export async function forgetPromotions({ database }: Transaction): Promise<void> {
  await database.deleteFrom('running_promotions').execute();
}
