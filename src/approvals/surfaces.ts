import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { ChannelId } from '../ids.ts';
import type { Engine } from '../store/engine.ts';
import type { SurfaceRow, Tables } from '../store/tables.ts';
import type { Transaction } from '../store/transaction.ts';
import { RequestId } from './request.ts';

/**
 * What Slack must show of a request, as state: per surface the version wanted and the version shown. A surface is
 * - `message`: the request's message, with its buttons
 * - `thread`: the steps, as replies to it; what is shown is the latest step posted
 * - `requester`: the outcome, in the requester's direct messages
 * - `confirmation`: the change, in `CONFIRMATIONS_CHANNEL`
 * - `copy CHANNEL TS`: a second message of the same request, from a posting whose answer was lost
 */
export type SurfaceName = 'message' | 'thread' | 'requester' | 'confirmation' | `copy ${string}`;
export type Surface = {
  name: SurfaceName;
  channel: ChannelId | null;
  /** The message's timestamp, which is its id in Slack; null until it is known. */
  ts: string | null;
  wanted: number;
  shown: number;
};

/** Has a surface show this version, in the transaction of the step that made it. */
export async function want(
  { database }: Transaction,
  request: RequestId,
  name: SurfaceName,
  version: number,
): Promise<void> {
  await database
    .insertInto('surfaces')
    .values({ request_id: request, name, channel: null, ts: null, wanted: version, shown: 0 })
    .onConflict((conflict) => conflict.columns(['request_id', 'name']).doUpdateSet({ wanted: version }))
    .execute();
}

/** Has the copies of the message show this version, too. */
export async function wantOfCopies(
  { database }: Transaction,
  request: RequestId,
  version: number,
): Promise<void> {
  await database
    .updateTable('surfaces')
    .set({ wanted: version })
    .where('request_id', '=', request)
    .where('name', 'like', 'copy %')
    .execute();
}

/** The surfaces of a request, the message first, as the others refer to it. */
export async function surfacesOf(database: Kysely<Tables>, request: RequestId): Promise<Surface[]> {
  const rows = await database.selectFrom('surfaces').selectAll().where('request_id', '=', request).execute();
  return rows.map(surfaceOf).sort((a, b) => order(a.name) - order(b.name));
}

const ORDER = ['message', 'thread', 'requester', 'confirmation'];

function order(name: SurfaceName): number {
  const place = ORDER.indexOf(name);
  return place === -1 ? ORDER.length : place;
}

/** Where a request's message is, once it is known to have been posted. */
export async function messageOf(
  database: Kysely<Tables>,
  request: RequestId,
): Promise<{ channel: ChannelId; ts: string } | null> {
  const row = await database
    .selectFrom('surfaces')
    .select(['channel', 'ts'])
    .where('request_id', '=', request)
    .where('name', '=', 'message')
    .executeTakeFirst();
  return row?.channel && row.ts ? { channel: ChannelId.parse(row.channel), ts: row.ts } : null;
}

/** Where a surface is and the version it shows now; `ts` null where that does not matter, or it is there no more. */
export async function recordShown(
  { database }: Transaction,
  request: RequestId,
  name: SurfaceName,
  shown: { channel: ChannelId | null; ts: string | null; version: number },
): Promise<void> {
  const { channel, ts, version } = shown;
  await database
    .updateTable('surfaces')
    .set({ channel, ts, shown: version })
    .where('request_id', '=', request)
    .where('name', '=', name)
    .execute();
}

/**
 * Records where a request's message is, and counts it, so that the Homes show the link to it.
 *
 * Make it the transaction's last write. On PostgreSQL it locks the counter's row until the transaction ends. So the
 * counter grows in the order of the commits: whoever reads a number from it can read every message it counts.
 */
export async function recordPosted(
  transaction: Transaction,
  request: RequestId,
  posted: { channel: ChannelId; ts: string; version: number },
): Promise<void> {
  await recordShown(transaction, request, 'message', posted);
  await transaction.database
    .updateTable('message_counter')
    .set(({ eb }) => ({ posted: eb('posted', '+', 1) }))
    .execute();
}

/** Adds a copy of the message, which shows nothing current yet. Nothing changes where it is known. */
export async function addCopy(
  { database }: Transaction,
  request: RequestId,
  { channel, ts, wanted }: { channel: ChannelId; ts: string; wanted: number },
): Promise<void> {
  await database
    .insertInto('surfaces')
    .values({ request_id: request, name: `copy ${channel} ${ts}`, channel, ts, wanted, shown: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Has Slack brought up to date from `at` (Unix milliseconds) on. */
export async function displayDue({ database }: Transaction, request: RequestId, at: number): Promise<void> {
  await database
    .updateTable('approval_requests')
    .set({ display_due_at: at })
    .where('id', '=', request)
    .execute();
}

/** The ids of requests that Slack does not show as they are, and that nobody is showing just now. */
export async function dueDisplays(
  database: Kysely<Tables>,
  { now }: Engine,
  limit: number,
): Promise<RequestId[]> {
  const rows = await database
    .selectFrom('approval_requests')
    .select('id')
    .where('display_due_at', '<=', now)
    .where((where) =>
      where.or([where('display_lease_until', 'is', null), where('display_lease_until', '<=', now)]),
    )
    .orderBy('display_due_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => RequestId.parse(id));
}

/** Takes on showing a request for `lease` milliseconds; `null` when somebody else has, or nothing is to be shown. */
export async function claimDisplay(
  { database, engine, now }: Transaction,
  request: RequestId,
  lease: number,
): Promise<string | null> {
  const claim = randomUUID();
  const { numUpdatedRows } = await database
    .updateTable('approval_requests')
    .set({ display_claim: claim, display_lease_until: (await now()) + lease })
    .where('id', '=', request)
    .where('display_due_at', '<=', engine.now)
    .where((where) =>
      where.or([where('display_lease_until', 'is', null), where('display_lease_until', '<=', engine.now)]),
    )
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n ? claim : null;
}

/** Goes on showing a request for `lease` milliseconds more; `false` when somebody else has taken it on. */
export async function renewDisplay(
  { database, now }: Transaction,
  request: RequestId,
  claim: string,
  lease: number,
): Promise<boolean> {
  const { numUpdatedRows } = await database
    .updateTable('approval_requests')
    .set({ display_lease_until: (await now()) + lease })
    .where('id', '=', request)
    .where('display_claim', '=', claim)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Ends showing a request: until the next step when all is shown, else until `retryAt` (Unix milliseconds). */
export async function releaseDisplay(
  transaction: Transaction,
  request: RequestId,
  claim: string,
  retryAt: number,
): Promise<void> {
  const { database, engine } = transaction;
  const row = await database
    .selectFrom('approval_requests')
    .select('display_claim')
    .where('id', '=', request)
    .modifyEnd(engine.forUpdate)
    .executeTakeFirst();
  if (row?.display_claim !== claim) return;
  const stale = (await surfacesOf(database, request)).some(({ wanted, shown }) => wanted > shown);
  await database
    .updateTable('approval_requests')
    .set({ display_claim: null, display_lease_until: null, display_due_at: stale ? retryAt : null })
    .where('id', '=', request)
    .execute();
}

function surfaceOf({ name, channel, ts, wanted, shown }: SurfaceRow): Surface {
  return {
    name: nameOf(name),
    channel: channel === null ? null : ChannelId.parse(channel),
    ts,
    wanted,
    shown,
  };
}

function nameOf(name: string): SurfaceName {
  switch (name) {
    case 'message':
    case 'thread':
    case 'requester':
    case 'confirmation':
      return name;
    default:
      return `copy ${name.replace(/^copy /, '')}`;
  }
}

/** Ends every claim to show a request, for a database that one process owns: whoever held it is gone. */
export async function releaseDisplays({ database }: Transaction): Promise<void> {
  await database
    .updateTable('approval_requests')
    .set({ display_claim: null, display_lease_until: null })
    .where('display_claim', 'is not', null)
    .execute();
}
