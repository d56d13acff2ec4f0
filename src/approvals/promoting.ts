import type { NotNull } from 'kysely';
import { z } from 'zod';
import type { RunningPromotion } from '../changes/promotion.ts';
import {
  beginPromotion,
  closePromotion,
  movePromotion,
  type Promotion,
  retryEnds,
} from '../changes/promotion-steps.ts';
import {
  lockRunning,
  promotionOfRequest,
  readPromotion,
  roleEndedTo,
} from '../changes/running-promotions.ts';
import type { Transaction } from '../store/store.ts';
import type { Database } from '../store/tables.ts';
import { type Action, isDeletion, isPromotion } from './action.ts';
import type { ApprovalRequest } from './request.ts';
import type { Ruling } from './ruling.ts';

type Step = Extract<Ruling, { kind: 'step' }>;
type PromotionFor = Extract<Action, { kind: 'promote-for' }>;

/**
 * What a request that was carried out means for the promotion of its user, for the transaction that records it: it begins
 * one, moves its end, or closes it. The step then says when it ends, or that there is nothing left to extend.
 */
export async function withPromotion(
  transaction: Transaction,
  request: ApprovalRequest,
  step: Step,
): Promise<Step> {
  const { action } = request;
  const { state, event } = step;
  if (state.kind === 'failed' && state.mayBeDone && action.kind === 'promote-for' && action.by === 'update') {
    // Nobody knows whether the role was given, or with all that was to be set: if it was, it ends.
    await begin(transaction, request, { action, found: true, isSure: false });
  }
  const wasCut = state.kind === 'cancelled' && state.restored === 'done?';
  if (wasCut && action.kind === 'promote-for' && action.by === 'update') {
    const known = await promotionOfRequest(transaction.database, action.target.id, request.id);
    if (known === null) await begin(transaction, request, { action, found: true });
  }
  if (state.kind !== 'completed' || event.kind !== 'completed') return step;
  const closes = await endClosedBy(transaction, request);
  if (action.kind === 'promote-for') {
    const endsAt =
      action.by === 'extension'
        ? await movePromotion(transaction, action.promotion, action.for)
        : await begin(transaction, request, { action, found: state.found });
    if (endsAt === null) {
      const at = await endOf(transaction, action);
      const over = { kind: 'refused', obstacle: { kind: 'promotion-over', at } } as const;
      return { kind: 'step', state: over, event: over };
    }
    await retryEnds(transaction);
    const ends = { endsAt, ...closes };
    return { kind: 'step', state: { ...state, ...ends }, event: { ...event, ...ends } };
  }
  const { id } = action.target;
  if (isDeletion(action)) await closePromotion(transaction, action.target.id, 'gone');
  else if (id !== null && 'changes' in action && action.changes.role !== undefined) {
    await closePromotion(transaction, id, 'closed');
  }
  // There is one more Fastly superuser, or the user can be edited again.
  if (isPromotion(action)) await retryEnds(transaction);
  return { kind: 'step', state: { ...state, ...closes }, event: { ...event, ...closes } };
}

/** The end of what runs of the user, where a request sets another role; of the same request's own it says nothing. */
async function endClosedBy(
  transaction: Transaction,
  { id, action }: ApprovalRequest,
): Promise<{ closes?: number }> {
  const setsRole = 'changes' in action && action.changes.role !== undefined;
  const running =
    setsRole && action.target.id !== null ? await lockRunning(transaction, action.target.id) : null;
  return running === null || running.request === id ? {} : { closes: running.endsAt };
}

/** The promotion that a completed request has begun or extended, as it is now; null for none. */
export async function promotionOf(
  database: Database,
  { id, action, state }: ApprovalRequest,
): Promise<RunningPromotion | null> {
  if (action.kind !== 'promote-for' || state.kind !== 'completed') return null;
  return action.by === 'extension'
    ? await readPromotion(database, action.promotion)
    : await promotionOfRequest(database, action.target.id, id);
}

/** Has the messages of the requests that have begun or extended a promotion drawn anew. */
export async function redrawPromotion(
  { database, now }: Transaction,
  { user, beganAt }: { user: { id: string }; beganAt: number },
): Promise<void> {
  await database
    .updateTable('approval_requests')
    .set({ display_due_at: await now() })
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('audit_log')
        .select('request_id')
        .where('target', '=', user.id)
        .where('at', '>=', beganAt)
        .where('change', '=', 'promote-for')
        .where('event', '=', 'completed')
        .$narrowType<{ request_id: NotNull }>(),
    )
    .where('display_due_at', 'is', null)
    .execute();
}

/** When the promotion that was to be extended ended, in Unix milliseconds; null where it is ending. */
async function endOf({ database }: Transaction, action: PromotionFor): Promise<number | null> {
  if (action.by !== 'extension') return null;
  return (await readPromotion(database, action.promotion))?.overAt ?? null;
}

/** @returns when it ends, in Unix milliseconds */
async function begin(
  transaction: Transaction,
  { id, requester, filedAt }: ApprovalRequest,
  {
    action,
    found,
    isSure = true,
  }: { action: Exclude<PromotionFor, { by: 'extension' }>; found: boolean; isSure?: boolean },
): Promise<number> {
  const { target, before, changes, back } = action;
  const endedTo = await roleEndedTo(transaction.database, target.id, { role: before.role, since: filedAt });
  const promotion: Promotion = {
    user: { id: target.id, login: target.login, name: target.name },
    before: endedTo ?? back,
    role: changes.role ?? '',
    requester,
    request: id,
  };
  const from = found ? await claimedAt(transaction, id) : await transaction.now();
  return (await beginPromotion(transaction, promotion, from, action.for, isSure)).endsAt;
}

const Started = z.object({ lookFirst: z.boolean().optional() });

/** When the claim began under which the call was sent, if it was: claims after it look first. */
async function claimedAt({ database, now }: Transaction, request: string): Promise<number> {
  const claims = await database
    .selectFrom('audit_log')
    .select(['at', 'details'])
    .where('request_id', '=', request)
    .where('event', '=', 'started')
    .orderBy('step', 'desc')
    .execute();
  const sent = claims.find(({ details }) => Started.parse(JSON.parse(details)).lookFirst !== true);
  return sent?.at ?? (await now());
}
