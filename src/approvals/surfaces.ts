import { expressionBuilder, sql } from 'kysely';
import { z } from 'zod';
import { ChannelId, MemberId } from '../ids.ts';
import type { Engine } from '../store/engine.ts';
import { Leases } from '../store/leases.ts';
import type { Transaction } from '../store/store.ts';
import type { Database, SurfaceRow, Tables } from '../store/tables.ts';
import { firstReadable } from '../store/whole.ts';
import { onlyReadable } from './readable.ts';
import { RequestId } from './request.ts';
import { hasOpenTarget } from './stored.ts';

/**
 * What Slack must show of a request, as state: per surface the version wanted and the version shown. A surface is
 * - `message`: the request's message, with its buttons
 * - `thread`: the steps, as replies to it; what is shown is the latest step posted
 * - `requester`: the outcome, in the requester's direct messages
 * - `confirmation`: the change, in `CONFIRMATIONS_CHANNEL`
 * - `copy CHANNEL TS`: a second message of the same request, in its channel or an approver's direct messages, from a
 *   posting whose answer was lost
 * - `direct MEMBER`: the request with its steps, in an approver's direct messages, once another company reads along in
 *   the request's channel
 * - `told SURFACE`: no surface, but a note that a person was told why Slack does not show that one; `told approvers` and
 *   `told requester of approvers`: that too few are left who can approve
 */
const SurfaceName = z.union([
  z.enum(['message', 'thread', 'requester', 'confirmation']),
  z.templateLiteral(['copy ', z.string()]),
  z.templateLiteral(['direct ', z.string()]),
  z.templateLiteral(['told ', z.string()]),
]);
export type SurfaceName = z.infer<typeof SurfaceName>;

const Surface = z.object({
  name: SurfaceName,
  /** Null until a message is known to have been there. */
  channel: ChannelId.nullable(),
  /** The message's timestamp, which is its id in Slack; null until it is known, and once it is gone. */
  ts: z.string().nullable(),
  wanted: z.number(),
  shown: z.number(),
});
export type Surface = z.infer<typeof Surface>;

export type MessagePlace = { channel: ChannelId; ts: string };

export const displayLeases = new Leases('approval_requests', {
  key: 'id',
  due: 'display_due_at',
  until: 'display_lease_until',
  claim: 'display_claim',
});

/** Makes these surfaces, and every further message of the request, show a version. Part of the step that made it. */
export async function want(
  { database }: Transaction,
  request_id: RequestId,
  names: readonly SurfaceName[],
  wanted: number,
): Promise<void> {
  const row = { request_id, channel: null, ts: null, wanted, shown: 0 };
  await database
    .insertInto('surfaces')
    .values(names.map((name) => ({ ...row, name })))
    .onConflict((conflict) => conflict.columns(['request_id', 'name']).doUpdateSet({ wanted }))
    .execute();
  await database
    .updateTable('surfaces')
    .set({ wanted })
    .where('request_id', '=', request_id)
    .where(({ eb, or }) => or([eb('name', 'like', 'copy %'), eb('name', 'like', 'direct %')]))
    .execute();
}

/** The surfaces of a request, the message first, as the others refer to it. Leaves out those of a newer version. */
export async function surfacesOf(database: Database, request: RequestId): Promise<Surface[]> {
  const rows = await database.selectFrom('surfaces').selectAll().where('request_id', '=', request).execute();
  const order = ['message', 'thread', 'requester', 'confirmation', 'copy', 'direct'];
  const placeOf = ({ name }: Surface) => order.findIndex((each) => name.startsWith(each));
  return rows
    .filter(isKnown)
    .map((row) => Surface.parse(row))
    .sort((a, b) => placeOf(a) - placeOf(b));
}

function isKnown({ name }: SurfaceRow): boolean {
  return SurfaceName.safeParse(name).success;
}

/** Where a request's message is, once it is known to have been posted. */
export async function messageOf(database: Database, request: RequestId): Promise<MessagePlace | null> {
  return (await messagesOf(database, [request])).get(request) ?? null;
}

/** The same of several: of those whose message is known to have been posted. */
export async function messagesOf(
  database: Database,
  requests: readonly RequestId[],
): Promise<ReadonlyMap<RequestId, MessagePlace>> {
  const rows = await database
    .selectFrom('surfaces')
    .select(['request_id', 'channel', 'ts'])
    .where('request_id', 'in', requests)
    .where('name', '=', 'message')
    .execute();
  return new Map(
    rows.flatMap(({ request_id, channel, ts }) =>
      channel && ts ? [[RequestId.parse(request_id), { channel: ChannelId.parse(channel), ts }]] : [],
    ),
  );
}

/** Records the version that a surface shows now, and where it is. `ts` is null where it does not matter or the message is gone. */
export async function recordShown(
  { database }: Transaction,
  request: RequestId,
  name: SurfaceName,
  { channel, ts, version }: Pick<Surface, 'channel' | 'ts'> & { version: number },
): Promise<void> {
  await database
    .updateTable('surfaces')
    .set({ channel, ts, shown: version })
    .where('request_id', '=', request)
    .where('name', '=', name)
    .execute();
}

/**
 * Records where a request's message is, and counts it, so that the Homes show the link to it. Make it the transaction's
 * last write: PostgreSQL locks the counter's row until the transaction ends, so the counter grows in the order of the
 * commits, and whoever reads a number from it can read every message it counts.
 */
export async function recordPosted(
  transaction: Transaction,
  request: RequestId,
  posted: MessagePlace & { version: number },
): Promise<void> {
  await recordShown(transaction, request, 'message', posted);
  await transaction.database
    .updateTable('message_counter')
    .set(({ eb }) => ({ posted: eb('posted', '+', 1) }))
    .execute();
}

/** Adds a copy of the message that is still to be brought up to date. Does nothing when the copy is known. */
export async function addCopy(
  { database }: Transaction,
  request: RequestId,
  { channel, ts, wanted }: MessagePlace & { wanted: number },
): Promise<void> {
  await database
    .insertInto('surfaces')
    .values({ request_id: request, name: `copy ${channel} ${ts}`, channel, ts, wanted, shown: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Has the request go on in these members' direct messages too. Does nothing where it already does. */
export async function addDirect(
  { database }: Transaction,
  request_id: RequestId,
  members: readonly MemberId[],
  wanted: number,
): Promise<void> {
  if (members.length === 0) return;
  const row = { request_id, channel: null, ts: null, wanted, shown: 0 };
  await database
    .insertInto('surfaces')
    .values(members.map((member) => ({ ...row, name: `direct ${member}` })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Notes that a person was told something, such as why Slack does not show a surface. */
export async function addTold({ database }: Transaction, request_id: RequestId, name: string): Promise<void> {
  await database
    .insertInto('surfaces')
    .values({ request_id, name: `told ${name}`, channel: null, ts: null, wanted: 0, shown: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Has nothing shown of what is recorded so far: the messages belong to a bot elsewhere. */
export async function forgetPlaces({ database }: Transaction): Promise<void> {
  await database.deleteFrom('surfaces').execute();
  await database.updateTable('approval_requests').set({ display_due_at: null }).execute();
}

/** In whose direct messages a surface is; `null` for one that is elsewhere. */
export function directOf(name: SurfaceName): MemberId | null {
  return name.startsWith('direct ') ? MemberId.parse(name.slice('direct '.length)) : null;
}

/** Has Slack brought up to date from `at` (Unix milliseconds) on; with null not before the next step. */
export async function displayDue(
  { database }: Transaction,
  request: RequestId,
  display_due_at: number | null,
): Promise<void> {
  await database.updateTable('approval_requests').set({ display_due_at }).where('id', '=', request).execute();
}

/** Has what Slack shows of all open requests drawn anew, where it names who can approve. */
export async function redrawOpen({ database, now }: Transaction): Promise<void> {
  await database
    .updateTable('approval_requests')
    .set({ display_due_at: await now() })
    .where(hasOpenTarget)
    .where('display_due_at', 'is', null)
    .execute();
}

/**
 * The ids of up to `limit` requests that Slack does not show as they are, and that no process is showing now. A request
 * that needs a newer version is not among them: its message is left to that version.
 */
export async function dueDisplays(database: Database, engine: Engine, limit: number): Promise<RequestId[]> {
  const find = async (most: number) => {
    const due = await displayLeases.due(database, isDue(engine), most);
    return due.map((id) => RequestId.parse(id));
  };
  return await firstReadable(limit, find, (found) => onlyReadable(database, found));
}

/**
 * The surfaces that do not show the step that they should, each with that step's audit entry. It reads the surfaces of
 * requests that are to be shown, by their index: joined, SQLite would read all surfaces there are.
 */
export function surfacesBehind(database: Database) {
  return database
    .selectFrom('surfaces')
    .innerJoin('audit_log', (join) =>
      join
        .onRef('audit_log.request_id', '=', 'surfaces.request_id')
        .onRef('audit_log.step', '=', 'surfaces.wanted'),
    )
    .where('surfaces.request_id', 'in', ({ selectFrom }) =>
      selectFrom('approval_requests').where('display_due_at', 'is not', null).select('id'),
    )
    .whereRef('wanted', '>', 'shown');
}

/**
 * How many requests Slack does not show as they are, though the step it should show is that many milliseconds old. Those
 * that need a newer version don't count.
 */
export async function overdueDisplays(
  database: Database,
  { now }: Engine,
  milliseconds: number,
): Promise<number> {
  const overdue = await surfacesBehind(database)
    .where('audit_log.at', '<=', sql<number>`${now} - ${milliseconds}`)
    .select('surfaces.request_id')
    .distinct()
    .execute();
  const ids = overdue.map(({ request_id }) => RequestId.parse(request_id));
  return (await onlyReadable(database, ids)).length;
}

/** Claims the showing of a request for `lease` milliseconds; `null` when another process has, or nothing is to be shown. */
export async function claimDisplay(
  transaction: Transaction,
  request: RequestId,
  lease: number,
): Promise<string | null> {
  return await displayLeases.claim(transaction, request, isDue(transaction.engine), lease);
}

/** After how many milliseconds a request is due again of which only a newer version can show something. */
const LEFT_TO_NEWER_MILLISECONDS = 60_000;

/** Ends a claim. What is out of date is due again, after `pause` milliseconds. */
export async function releaseDisplay(
  transaction: Transaction,
  request: RequestId,
  claim: string,
  pause: number | null,
): Promise<void> {
  const { database, now } = transaction;
  if (!(await displayLeases.release(transaction, request, claim))) return;
  const stale = await database
    .selectFrom('surfaces')
    .selectAll()
    .where('request_id', '=', request)
    .whereRef('wanted', '>', 'shown')
    .execute();
  const wait = pause ?? (stale.some(isKnown) ? 0 : LEFT_TO_NEWER_MILLISECONDS);
  await displayDue(transaction, request, stale.length > 0 ? (await now()) + wait : null);
}

function isDue(engine: Engine) {
  const where = expressionBuilder<Tables, 'approval_requests'>();
  return where.and([where('display_due_at', '<=', engine.now), displayLeases.isFree(engine)]);
}
