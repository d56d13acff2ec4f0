import { type RawBuilder, sql } from 'kysely';
import type { MemberId } from '../ids.ts';
import type { Transaction } from '../store/store.ts';
import type { Database } from '../store/tables.ts';
import { firstReadable } from '../store/whole.ts';
import { isLockOfSeveral, SEVERAL, targetKey } from './action.ts';
import type { Event } from './event.ts';
import { isNewer, NeedsNewerVersion } from './newer.ts';
import { readRequests } from './read-requests.ts';
import { onlyReadable, readForm } from './readable.ts';
import { type ApprovalRequest, isOpen, RequestId } from './request.ts';
import { dueAt } from './rules.ts';
import { hasOpenTarget, hasState, toStored } from './stored.ts';

/** The request, locked until the transaction ends; `null` when there is none. @throws {NeedsNewerVersion} */
export async function lockRequest(
  { database, engine }: Transaction,
  id: RequestId,
): Promise<ApprovalRequest | null> {
  return await requestWhere(database, 'id', id, engine.forUpdate);
}

/** The request as it stands; `null` when there is none. @throws {NeedsNewerVersion} */
export async function readRequest(database: Database, id: RequestId): Promise<ApprovalRequest | null> {
  return await requestWhere(database, 'id', id);
}

/** The one open request about this target, by its key. @throws {NeedsNewerVersion} */
export async function openRequestAbout(database: Database, target: string): Promise<ApprovalRequest | null> {
  return await requestWhere(database, 'open_target', target);
}

/** Those of these users whom an open request is about, alone or among others. */
export async function openAmong(database: Database, users: readonly string[]): Promise<ReadonlySet<string>> {
  if (users.length === 0) return new Set();
  const alone = await database
    .selectFrom('approval_requests')
    .select('open_target')
    .where('open_target', 'in', users)
    .execute();
  const several = await database
    .selectFrom('approval_requests')
    .selectAll()
    .where(hasOpenTarget)
    .where('open_target', 'like', `${SEVERAL}%`)
    .execute();
  const among = several.flatMap((row) => {
    const action = readForm(row)?.action;
    return action && isLockOfSeveral(action) ? action.targets.map(({ id }) => id) : [];
  });
  return new Set([...alone.flatMap(({ open_target }) => open_target ?? []), ...among]);
}

/**
 * The open request beside which the user's settings must not be changed: its approvers have been shown them. A request to
 * revoke tokens shows none. @throws {NeedsNewerVersion}
 */
export async function requestInTheWay(database: Database, user: string): Promise<ApprovalRequest | null> {
  const open = await openRequestAbout(database, user);
  return open?.action.kind === 'revoke' ? null : open;
}

/**
 * The request with this value in a column that no two requests share; `null` when there is none.
 *
 * @throws {NeedsNewerVersion}
 */
export async function requestWhere(
  database: Database,
  column: 'id' | 'delivery_key' | 'open_target',
  value: string,
  lock: RawBuilder<unknown> = sql``,
): Promise<ApprovalRequest | null> {
  const row = await database
    .selectFrom('approval_requests')
    .selectAll()
    .where(column, '=', value)
    .modifyEnd(lock)
    .executeTakeFirst();
  if (!row) return null;
  // In PostgreSQL the history is read after the row is locked.
  const [request] = await readRequests(database, [row]);
  if (!request) return null;
  if (isNewer(request)) throw new NeedsNewerVersion(request);
  return request;
}

/** The ids of all open requests, oldest first, with those that need a newer version. */
export async function openIds(database: Database): Promise<RequestId[]> {
  const rows = await database
    .selectFrom('approval_requests')
    .select('id')
    .where(hasOpenTarget)
    .orderBy('filed_at')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => RequestId.parse(id));
}

/**
 * Inserts the request. `false`, and nothing inserted, if the delivery already filed one, the target has an open one, or
 * the id is taken.
 */
export async function insertRequest(
  { database }: Transaction,
  request: ApprovalRequest,
  deliveryKey: string,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('approval_requests')
    .values({
      id: request.id,
      delivery_key: deliveryKey,
      requester: request.requester,
      reason: request.reason,
      channel: request.channel,
      approvals_required: request.approvalsRequired,
      terms: JSON.stringify(request.terms),
      filed_at: request.filedAt,
      expires_at: request.expiresAt,
      ...whatStepsChange(request, request.filedAt),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Writes where a request stands after a step, and has Slack brought up to date from now on. */
export async function updateRequest(
  { database }: Transaction,
  request: ApprovalRequest,
  now: number,
): Promise<void> {
  await database
    .updateTable('approval_requests')
    .set(whatStepsChange(request, now))
    .where('id', '=', request.id)
    .execute();
}

/** Writes how far a run is. Slack is not brought up to date by that. */
export async function keepReached({ database }: Transaction, request: ApprovalRequest): Promise<void> {
  const { state, due_at } = whatStepsChange(request, 0);
  await database
    .updateTable('approval_requests')
    .set({ state, due_at })
    .where('id', '=', request.id)
    .execute();
}

function whatStepsChange(request: ApprovalRequest, now: number) {
  const { action, state, version, expiresAt } = request;
  return {
    action: JSON.stringify(action),
    open_target: isOpen(request) ? targetKey(action) : null,
    state: JSON.stringify(toStored(state)),
    version,
    due_at: dueAt(state, expiresAt),
    display_due_at: now,
  };
}

/** One decision an approver: a denial replaces an approval given before. */
export async function recordDecision(
  { database }: Transaction,
  { id: request_id }: ApprovalRequest,
  approver: MemberId,
  event: Extract<Event, { kind: 'approved' | 'denied' }>,
  decided_at: number,
): Promise<void> {
  const reason = event.kind === 'denied' ? event.reason : (event.comment ?? null);
  const decision = { verdict: event.kind, reason, decided_at };
  await database
    .insertInto('decisions')
    .values({ request_id, approver, ...decision })
    .onConflict((conflict) => conflict.columns(['request_id', 'approver']).doUpdateSet(decision))
    .execute();
}

/** The decisions count no longer. They stay in the audit log. */
export async function forgetDecisions({ database }: Transaction, id: RequestId): Promise<void> {
  await database.deleteFrom('decisions').where('request_id', '=', id).execute();
}

/** The ids of requests for which time alone has made a step due, but for those that need a newer version. */
export async function dueRequests(
  database: Database,
  engine: Transaction['engine'],
  limit: number,
): Promise<RequestId[]> {
  const find = async (most: number) => {
    const rows = await database
      .selectFrom('approval_requests')
      .select('id')
      .where('due_at', '<=', engine.now)
      .orderBy('due_at')
      .limit(most)
      .execute();
    return rows.map(({ id }) => RequestId.parse(id));
  };
  return await firstReadable(limit, find, (found) => onlyReadable(database, found));
}

/** Puts off what is due: somebody else is in the way just now. */
export async function putOff({ database }: Transaction, id: RequestId, until: number): Promise<void> {
  await database.updateTable('approval_requests').set({ due_at: until }).where('id', '=', id).execute();
}

/**
 * Ends every claim to carry a request out, for a database that one process owns: whoever held it is gone. The claims of
 * requests that need a newer version are left to that version.
 */
export async function releaseClaims({ database, now }: Transaction): Promise<void> {
  const at = await now();
  const rows = await database
    .selectFrom('approval_requests')
    .selectAll()
    .where('due_at', 'is not', null)
    .where(hasState('executing'))
    .execute();
  for (const request of await readRequests(database, rows)) {
    if (isNewer(request) || request.state.kind !== 'executing') continue;
    const { id, state } = request;
    await database
      .updateTable('approval_requests')
      .set({ state: JSON.stringify(toStored({ ...state, leaseUntil: at })), due_at: at })
      .where('id', '=', id)
      .execute();
  }
  await database
    .updateTable('account_lock')
    .set({ holder: null, held_until: 0 })
    .where('name', '=', SUPERUSERS)
    .execute();
}

/**
 * One lock for the whole account: two executions that each take a Fastly superuser away, each seeing the other's
 * target as the one that remains, would together leave none.
 */
const SUPERUSERS = 'superusers';

/** Takes the lock for a request, or a promotion's end, until `until` (Unix milliseconds); `false` while another has it. */
export async function holdSuperuserLock(
  { database, engine }: Transaction,
  holder: string,
  until: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('account_lock')
    .values({ name: SUPERUSERS, holder, held_until: until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, held_until: until })
        .where((where) =>
          where.or([
            where('account_lock.holder', 'is', null),
            where('account_lock.holder', '=', holder),
            where('account_lock.held_until', '<=', engine.now),
          ]),
        ),
    )
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Releases the lock, if it is held so. */
export async function releaseSuperuserLock({ database }: Transaction, holder: string): Promise<void> {
  await database.updateTable('account_lock').set({ holder: null }).where('holder', '=', holder).execute();
}
