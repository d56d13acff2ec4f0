import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, expressionBuilder, sql } from 'kysely';
import { ChannelId, MemberId } from '../../ids.ts';
import { lastEntry } from '../audit-log.ts';
import type { Engine } from '../engine.ts';
import { Leases } from '../leases.ts';
import type { Transaction } from '../store.ts';
import type { Database, Tables } from '../tables.ts';

export const leaverMessageLeases = new Leases('leaver_messages', {
  key: 'id',
  due: 'due_at',
  until: 'lease_until',
  claim: 'claim',
});

/** A place in Slack that is to show a message about leavers. `posted`: where it is; null until it is posted. */
export type LeaverPlace = {
  id: string;
  message: string;
  place: ChannelId | MemberId;
  posted: { channel: ChannelId; ts: string } | null;
  /** What is shown counts for this version. */
  version: number;
};

/** Has these messages show what is the case now, wherever they are. */
export async function wantMessages(
  { database, now }: Transaction,
  messages: readonly string[],
): Promise<void> {
  if (messages.length === 0) return;
  await database
    .updateTable('leaver_messages')
    .set({ wanted: sql`wanted + 1`, due_at: await now() })
    .where('message', 'in', messages)
    .execute();
}

/** Has every message that names somebody who needs a decision show what is the case now. */
export async function wantOpenMessages(transaction: Transaction): Promise<void> {
  const open = await transaction.database
    .selectFrom('leavers')
    .select('message')
    .distinct()
    .where(isUndecided)
    .execute();
  await wantMessages(transaction, messagesOf(open));
}

/** The messages that tell of these leavers. */
export function messagesOf(rows: readonly { message: string | null }[]): string[] {
  return [...new Set(rows.flatMap(({ message }) => message ?? []))];
}

/**
 * Makes one message of these leavers, in their order, unless another process has told of them. The first `most` have a
 * place in it; it counts the others.
 *
 * @returns whether a message was made
 */
export async function makeMessage(
  transaction: Transaction,
  leavers: readonly string[],
  most: number,
  places: readonly (ChannelId | MemberId)[],
): Promise<boolean> {
  const { database } = transaction;
  // Processes take turns from here on.
  await database.updateTable('leaver_looks').set({ name: 'leavers' }).execute();
  const message = randomUUID();
  const untold = await database
    .selectFrom('leavers')
    .select('id')
    .where('state', '=', 'untold')
    .where('id', 'in', leavers)
    .execute();
  const waiting = new Set(untold.map(({ id }) => id));
  const told = leavers.filter((id) => waiting.has(id));
  if (told.length === 0) return false;
  for (const [index, id] of told.entries()) {
    await database
      .updateTable('leavers')
      .set({ state: 'told', message, position: index < most ? index : null })
      .where('id', '=', id)
      .execute();
  }
  await addPlaces(transaction, message, places);
  return true;
}

/** Has a message shown in these places, too, where it isn't yet. */
export async function addPlaces(
  { database, now }: Transaction,
  message: string,
  places: readonly (ChannelId | MemberId)[],
): Promise<void> {
  const rows = await database
    .selectFrom('leaver_messages')
    .select('place')
    .where('message', '=', message)
    .execute();
  const due_at = await now();
  for (const place of places.filter((each) => rows.every((row) => row.place !== each))) {
    const row = { id: randomUUID(), message, place, channel: null, ts: null, wanted: 1, due_at };
    await database.insertInto('leaver_messages').values(row).execute();
  }
}

/** The places that are due, by at most `limit`. */
export async function duePlaces(
  database: Database,
  engine: Engine,
  limit: number,
): Promise<readonly string[]> {
  return await leaverMessageLeases.due(database, isDue(engine), limit);
}

/** Claims a place, before what it shows is read; null when another process has, or Slack shows what is the case. */
export async function claimPlace(
  transaction: Transaction,
  id: string,
  lease: number,
): Promise<{ claim: string; place: LeaverPlace } | null> {
  const { database, engine } = transaction;
  const claim = await leaverMessageLeases.claim(transaction, id, isDue(engine), lease);
  if (claim === null) return null;
  const { message, place, channel, ts, wanted } = await database
    .updateTable('leaver_messages')
    .set({ seen_entry: lastEntry(), due_at: sql`coalesce(due_at, ${engine.now})` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const to = MemberId.safeParse(place).data ?? ChannelId.parse(place);
  const posted = channel !== null && ts !== null ? { channel: ChannelId.parse(channel), ts } : null;
  return { claim, place: { id, message, place: to, posted, version: wanted } };
}

/** Keeps other processes off a place for another lease. False where another process has claimed it. */
export async function holdPlace(
  transaction: Transaction,
  id: string,
  claim: string,
  lease: number,
): Promise<boolean> {
  return await leaverMessageLeases.renew(transaction, id, claim, lease);
}

/**
 * Ends a claim.
 *
 * @param shown where Slack shows the message; null where it shows none
 * @param pause milliseconds until the next attempt; null where there is none
 */
export async function releasePlace(
  transaction: Transaction,
  { id, version }: Pick<LeaverPlace, 'id' | 'version'>,
  { claim, shown, pause }: { claim: string; shown: LeaverPlace['posted']; pause: number | null },
): Promise<void> {
  const { database, now } = transaction;
  if (!(await leaverMessageLeases.release(transaction, id, claim))) return;
  if (shown !== null) {
    const { channel, ts } = shown;
    await database.updateTable('leaver_messages').set({ channel, ts }).where('id', '=', id).execute();
  }
  await database
    .updateTable('leaver_messages')
    .set({ due_at: pause === null ? null : (await now()) + pause })
    .where('id', '=', id)
    // What has changed since is shown as well.
    .where('wanted', '=', version)
    .execute();
}

/** A `due_at` that is set decides alone, so that a retry waits for its pause. */
function isDue(engine: Engine) {
  const where = expressionBuilder<Tables, 'leaver_messages'>();
  const { and, or } = where;
  const isBehind = and([where('due_at', 'is', null), hasNews()]);
  return and([or([where('due_at', '<=', engine.now), isBehind]), leaverMessageLeases.isFree(engine)]);
}

/** Whether a message names somebody who needs a decision. */
function isUndecided({ and, eb }: ExpressionBuilder<Tables, 'leavers'>) {
  return and([eb('leavers.state', '=', 'told'), eb('leavers.position', 'is not', null)]);
}

/** Whether the audit log has more than is shown about the user of somebody named there who needs a decision. */
function hasNews() {
  const { exists, selectFrom } = expressionBuilder<Tables, 'leaver_messages'>();
  return exists(
    selectFrom('leavers')
      .innerJoin('audit_log', 'audit_log.target', 'leavers.user_id')
      .select('leavers.id')
      .whereRef('leavers.message', '=', 'leaver_messages.message')
      .where(isUndecided)
      .where('audit_log.seq', '>', sql<number>`coalesce(leaver_messages.seen_entry, 0)`),
  );
}
