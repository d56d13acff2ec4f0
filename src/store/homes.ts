import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import { MemberId } from '../ids.ts';
import type { Engine } from './engine.ts';
import type { Tables } from './tables.ts';
import type { Transaction } from './transaction.ts';

/**
 * Stores what each opened Home tab was last drawn from, and tells which ones must be drawn again:
 * - one whose `due_at` has passed: it was opened, is retried, gets late figures, or this is a new process
 * - one that was drawn from less than there is now
 * - one whose lease has run out: the process that was drawing it died
 */

/**
 * Two numbers that grow with whatever a Home shows. Both grow in the order of the commits: the audit log numbers its
 * entries, and the counter is raised, under a lock that is held until the transaction ends. So whoever reads a number
 * can read all that it stands for, and a transaction that commits later makes the number grow later.
 */
export type Progress = {
  /** The number of the audit log's last entry, 0 when it has none. */
  entry: number;
  /** How often the message of an approval request has got its `ts`. */
  posted: number;
};

/** How far things are now: two look-ups, however long the audit log is. */
export async function progressOf(database: Kysely<Tables>): Promise<Progress> {
  return await database
    .selectNoFrom([lastEntry().as('entry'), messagesPosted().as('posted')])
    .executeTakeFirstOrThrow();
}

/** A member has opened their Home, so draw it at once. From now on it is kept up to date. */
export async function homeOpened({ database, now }: Transaction, member: MemberId): Promise<void> {
  const due_at = await now();
  await database
    .insertInto('homes')
    .values({ member, due_at, lease_until: null, claim: null })
    .onConflict((conflict) => conflict.column('member').doUpdateSet({ due_at }))
    .execute();
}

/** All members whose Home is kept up to date. */
export async function homeMembers(database: Kysely<Tables>): Promise<MemberId[]> {
  const rows = await database.selectFrom('homes').select('member').execute();
  return rows.map(({ member }) => MemberId.parse(member));
}

/**
 * Up to `limit` members whose Home must be drawn, and that no process is drawing now. It reads the whole table, which
 * has a row for each bot admin at most.
 *
 * @param progress what a Home must have been drawn from to be up to date
 */
export async function dueHomes(
  database: Kysely<Tables>,
  engine: Engine,
  progress: Progress,
  limit: number,
): Promise<MemberId[]> {
  const rows = await database
    .selectFrom('homes')
    .select('member')
    .where(isDue(engine, progress))
    .orderBy('due_at', (order) => order.asc().nullsLast())
    .limit(limit)
    .execute();
  return rows.map(({ member }) => MemberId.parse(member));
}

/**
 * Claims the drawing of a Home for `lease` milliseconds, and records what it is drawn from. To be called before
 * anything that the Home shows is read: what changes after that makes the Home due again.
 *
 * @returns the claim; `null` when another process has one, or the Home is not due
 */
export async function claimHome(
  { database, engine, now }: Transaction,
  member: MemberId,
  progress: Progress,
  lease: number,
): Promise<string | null> {
  const claim = randomUUID();
  const { numUpdatedRows } = await database
    .updateTable('homes')
    .set({
      due_at: null,
      lease_until: (await now()) + lease,
      claim,
      drawn_entry: lastEntry(),
      drawn_posted: messagesPosted(),
    })
    .where('member', '=', member)
    .where(isDue(engine, progress))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n ? claim : null;
}

/**
 * Ends a claim. If another process has claimed the Home since, it is due again: nobody knows whose drawing Slack shows.
 *
 * @param retryAt Unix milliseconds; null when Slack has taken the Home
 */
export async function releaseHome(
  { database, now }: Transaction,
  member: MemberId,
  claim: string,
  retryAt: number | null,
): Promise<void> {
  const { numUpdatedRows } = await database
    .updateTable('homes')
    .set({ lease_until: null, claim: null, ...(retryAt !== null && { due_at: retryAt }) })
    .where('member', '=', member)
    .where('claim', '=', claim)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 1n) return;
  await database
    .updateTable('homes')
    .set({ due_at: await now() })
    .where('member', '=', member)
    .execute();
}

/** Stops keeping a Home up to date, until it is opened again. */
export async function forgetHome({ database }: Transaction, member: MemberId): Promise<void> {
  await database.deleteFrom('homes').where('member', '=', member).execute();
}

/** While a lease or a `due_at` is set it decides alone, so that a retry waits for its pause. */
function isDue({ now }: Engine, { entry, posted }: Progress) {
  return (where: ExpressionBuilder<Tables, 'homes'>) =>
    where.or([
      where(where.fn.coalesce('lease_until', 'due_at'), '<=', now),
      where.and([
        where('lease_until', 'is', null),
        where('due_at', 'is', null),
        where.or([where('drawn_entry', '<', entry), where('drawn_posted', '<', posted)]),
      ]),
    ]);
}

function lastEntry() {
  return sql<number>`(select coalesce(max(seq), 0) from audit_log)`;
}

function messagesPosted() {
  return sql<number>`(select posted from message_counter)`;
}

/** Ends every claim to show a Home, for a database that one process owns: whoever held it is gone. */
export async function releaseHomes({ database, now }: Transaction): Promise<void> {
  await database
    .updateTable('homes')
    .set({ lease_until: await now() })
    .where('claim', 'is not', null)
    .execute();
}
