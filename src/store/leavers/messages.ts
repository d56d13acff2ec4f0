import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, expressionBuilder, type Selectable, sql } from 'kysely';
import { ChannelId, MemberId } from '../../ids.ts';
import { lastEntry } from '../audit-log.ts';
import type { Engine } from '../engine.ts';
import { HeldLease } from '../held-lease.ts';
import { Leases } from '../leases.ts';
import type { Store, Transaction } from '../store.ts';
import type { LeaverMessageRow, Tables } from '../tables.ts';

export const leaverMessageLeases = new Leases('leaver_messages', {
  key: 'id',
  due: 'due_at',
  until: 'lease_until',
  claim: 'claim',
});

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

/** Of whom no message has a row: nothing was told of them, or only their number, beside rows that are all decided. */
export function isToTell({ and, or, eb, not, exists, selectFrom }: ExpressionBuilder<Tables, 'leavers'>) {
  const waits = selectFrom('leavers as shown')
    .select('shown.id')
    .whereRef('shown.message', '=', 'leavers.message')
    .where('shown.state', '=', 'told')
    .where('shown.position', 'is not', null);
  const isOnlyCounted = and([eb('leavers.state', '=', 'told'), eb('leavers.position', 'is', null)]);
  return or([eb('leavers.state', '=', 'untold'), and([isOnlyCounted, not(exists(waits))])]);
}

/**
 * Makes one message of these leavers, in their order, unless another process has told of them. The first `most` have a
 * place in it; it counts the others.
 *
 * @param leavers at least one
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
  const toTell = await database
    .selectFrom('leavers')
    .select(['id', 'message'])
    .where(isToTell)
    .where('id', 'in', leavers)
    .execute();
  const waiting = new Set(toTell.map(({ id }) => id));
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
  // Where they were only counted they are counted no more.
  await wantMessages(transaction, messagesOf(toTell));
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
export async function duePlaces(store: Store, limit: number): Promise<readonly string[]> {
  return await store.read((database) => leaverMessageLeases.due(database, isDue(store.engine), limit));
}

/** Claims a place, before what it shows is read; null when another process has, or Slack shows what is the case. */
export async function claimPlace(store: Store, id: string, lease: number): Promise<LeaverPlace | null> {
  return await store.transaction(async (transaction) => {
    const { database, engine } = transaction;
    const claim = await leaverMessageLeases.claim(transaction, id, isDue(engine), lease);
    if (claim === null) return null;
    const row = await database
      .updateTable('leaver_messages')
      .set({ seen_entry: lastEntry(), due_at: sql`coalesce(due_at, ${engine.now})` })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return new LeaverPlace(new HeldLease(store, leaverMessageLeases, { key: id, claim, lease }), row);
  });
}

/**
 * A place in Slack that is to show a message about leavers, while one process is at it. Each method throws `TakenOver` when
 * another process has taken over.
 */
export class LeaverPlace {
  readonly message: string;
  readonly place: ChannelId | MemberId;
  /** Where the message is; null until it is posted. */
  readonly posted: { channel: ChannelId; ts: string } | null;
  readonly #held: HeldLease<'leaver_messages'>;
  readonly #row: Selectable<LeaverMessageRow>;

  constructor(held: HeldLease<'leaver_messages'>, row: Selectable<LeaverMessageRow>) {
    const { message, place, channel, ts } = row;
    this.message = message;
    this.place = MemberId.safeParse(place).data ?? ChannelId.parse(place);
    this.posted = channel !== null && ts !== null ? { channel: ChannelId.parse(channel), ts } : null;
    this.#held = held;
    this.#row = row;
  }

  /** Keeps other processes off for another lease. */
  async renew(): Promise<void> {
    await this.#held.renew();
  }

  /**
   * @param posted where the message is now; null where it is not posted
   * @param pause milliseconds until the next attempt; null where there is none
   */
  async end(posted: LeaverPlace['posted'], pause: number | null): Promise<void> {
    const { id, wanted } = this.#row;
    await this.#held.end(async ({ database, now }) => {
      const place = database.updateTable('leaver_messages').where('id', '=', id);
      await place.set({ channel: posted?.channel ?? null, ts: posted?.ts ?? null }).execute();
      const due_at = pause === null ? null : (await now()) + pause;
      // What has changed since is shown as well.
      await place.set({ due_at }).where('wanted', '=', wanted).execute();
    });
  }
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
