import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { MemberId } from '../../ids.ts';
import type { Engine } from '../engine.ts';
import type { Transaction } from '../store.ts';
import type { Database, LeaverRow } from '../tables.ts';
import { readWhole } from '../whole.ts';
import { isToTell, messagesOf, wantMessages } from './messages.ts';

const Kept = z.object({ by: MemberId, reason: z.string() });

const Details = z.object({
  /** `left-workspace`: they are still in another workspace of the organisation. */
  how: z.enum(['deactivated', 'left-workspace']),
  /** `seen`: the bot knew them before. Else nobody knows when they left. */
  found: z.enum(['seen', 'first-look', 'listed']),
  /** Null where nobody knows. */
  guest: z.boolean().nullable(),
  /** What the user in Fastly was called then. */
  name: z.string(),
  login: z.string(),
  kept: Kept.optional(),
});

/** How somebody left, as it was found. */
export type Leaving = Omit<z.infer<typeof Details>, 'kept'> & { member: MemberId; userId: string };

const OPEN = ['untold', 'told', 'kept'] as const;
const ENDED = ['returned', 'moved', 'gone'] as const;
/**
 * Why somebody is a leaver no more: `returned` to Slack, `moved` to another account in Slack with the same address, or
 * their user is `gone` from Fastly.
 */
export type LeaverEnd = (typeof ENDED)[number];
export type LeaverState = (typeof OPEN)[number] | LeaverEnd;

/** A member who left while their address was a login. `position`: in the message; null where that only counts them. */
export type Leaver = Leaving & {
  id: string;
  state: LeaverState;
  kept: z.infer<typeof Kept> | null;
  message: string | null;
  position: number | null;
};

/** Records that a member has left. Somebody who is a leaver already stays as they are. @returns whether that is new */
export async function recordLeaving(
  { database, now }: Transaction,
  { member, userId: user_id, ...details }: Leaving,
): Promise<boolean> {
  const at = await now();
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('leavers')
    .values({
      ...{ id: randomUUID(), member, user_id, state: 'untold' },
      ...{ details: JSON.stringify(details), found_at: at, changed_at: at },
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Records that a user's leavers, or the one member, are leavers no more, and has their messages say so. */
export async function endLeavers(
  transaction: Transaction,
  who: { userId: string; member?: MemberId },
  end: LeaverEnd,
): Promise<void> {
  const { database, now } = transaction;
  let ending = database
    .updateTable('leavers')
    .set({ state: end, changed_at: await now() })
    .where('user_id', '=', who.userId)
    .where('state', 'in', OPEN);
  if (who.member !== undefined) ending = ending.where('member', '=', who.member);
  const ended = await ending.returning('message').execute();
  await wantMessages(transaction, messagesOf(ended));
}

/** Keeps the user of a leaver. @returns the leaver; null where they have ended, or are kept already */
export async function keepLeaver(
  transaction: Transaction,
  id: string,
  kept: z.infer<typeof Kept>,
): Promise<Leaver | null> {
  const { database, now } = transaction;
  const before = await leaverWithId(database, id);
  if (before === null) return null;
  const { how, found, guest, name, login, member, userId } = before;
  const details = JSON.stringify({ how, found, guest, name, login, kept } satisfies z.infer<typeof Details>);
  const row = await database
    .updateTable('leavers')
    .set({ state: 'kept', details, changed_at: await now() })
    .where('id', '=', id)
    .where('state', 'in', ['untold', 'told'])
    .returning('message')
    .executeTakeFirst();
  if (!row) return null;
  await wantMessages(transaction, messagesOf([row]));
  await transaction.audit({
    actor: kept.by,
    change: 'leaver',
    event: 'kept',
    target: userId,
    details: { login, name, member, reason: kept.reason },
  });
  return { ...before, state: 'kept', kept };
}

/** Everybody who is a leaver now, the first found first. */
export async function openLeavers(database: Database): Promise<Leaver[]> {
  const rows = await database
    .selectFrom('leavers')
    .selectAll()
    .where('state', 'in', OPEN)
    .orderBy('found_at')
    .orderBy('id')
    .execute();
  return rows.flatMap(readable);
}

/** How many are leavers now, by their state. */
export async function countLeavers(database: Database): Promise<Record<(typeof OPEN)[number], number>> {
  const rows = await database
    .selectFrom('leavers')
    .select(({ fn }) => ['state', fn.countAll().as('count')])
    .where('state', 'in', OPEN)
    .groupBy('state')
    .execute();
  const of = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { untold: of('untold'), told: of('told'), kept: of('kept') };
}

/** How many are leavers now. `kept`: of them. `isFirst`: all members were not listed yet, so there may be more. */
export type LeaverCounts = { all: number; kept: number; isFirst: boolean };

export async function leaverCounts(database: Database): Promise<LeaverCounts> {
  const { untold, told, kept } = await countLeavers(database);
  const { listed_at } = await database
    .selectFrom('leaver_looks')
    .select('listed_at')
    .executeTakeFirstOrThrow();
  return { all: untold + told + kept, kept, isFirst: listed_at === null };
}

/** Those of whom no message has a row, once the first of them was found so many milliseconds ago; else nobody. */
export async function leaversToTell(
  database: Database,
  { now }: Engine,
  milliseconds: number,
): Promise<Leaver[]> {
  const rows = await database
    .selectFrom('leavers')
    .selectAll()
    .where(isToTell)
    .orderBy('found_at')
    .orderBy('id')
    .select(sql<number>`case when found_at + ${milliseconds} <= ${now} then 1 else 0 end`.as('waited'))
    .execute();
  return rows.some(({ waited }) => waited === 1) ? rows.flatMap(readable) : [];
}

/** A leaver, ended or not; null where there is none that this version can read. */
export async function leaverWithId(database: Database, id: string): Promise<Leaver | null> {
  const row = await database.selectFrom('leavers').selectAll().where('id', '=', id).executeTakeFirst();
  return (row && readable(row)[0]) ?? null;
}

/** Those of one message, in its order. `newer`: how many others only a newer version can read. */
export async function leaversIn(
  database: Database,
  message: string,
): Promise<{ leavers: Leaver[]; newer: number }> {
  const rows = await database
    .selectFrom('leavers')
    .selectAll()
    .where('message', '=', message)
    .orderBy('position')
    .execute();
  const leavers = rows.flatMap(readable);
  return { leavers, newer: rows.length - leavers.length };
}

/** Forgets those who ended that many milliseconds ago, with the messages that told of nobody else. */
export async function forgetEnded({ database, now }: Transaction, milliseconds: number): Promise<void> {
  await database
    .deleteFrom('leavers')
    .where('state', 'in', ENDED)
    .where('changed_at', '<=', (await now()) - milliseconds)
    .execute();
  await database
    .deleteFrom('leaver_messages')
    .where('message', 'not in', sql<string>`(select message from leavers where message is not null)`)
    .execute();
}

/** The leaver of a row; none where only a newer version can read it, to which it is left. */
function readable(row: Selectable<LeaverRow>): [Leaver] | [] {
  const { id, message, position, user_id: userId } = row;
  const details = readWhole(Details, row.details);
  const state = z.enum([...OPEN, ...ENDED]).safeParse(row.state);
  if (details === null || !state.success) return [];
  const { kept = null, ...left } = details.whole;
  const member = MemberId.parse(row.member);
  return [{ id, member, userId, message, position, state: state.data, ...left, kept }];
}
