import { expressionBuilder, sql } from 'kysely';
import { MemberId } from '../ids.ts';
import { lastEntry } from './audit-log.ts';
import type { Engine } from './engine.ts';
import { Leases } from './leases.ts';
import type { Transaction } from './store.ts';
import type { Database, Tables } from './tables.ts';

/**
 * The leases for drawing a Home. The table holds what each opened Home was last drawn from. No change writes to it; a
 * Home is due when
 * - its `due_at` has passed: it was opened, is retried, gets late figures, or a new process has started, or
 * - it was drawn from less than there is now, or
 * - its lease has run out, because the process that was drawing it died.
 */
export const homeLeases = new Leases('homes', { key: 'member', due: 'due_at' });

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

/** Both numbers as they are now. Costs two look-ups, however long the audit log is. */
export async function progressOf(database: Database): Promise<Progress> {
  return await database
    .selectNoFrom([lastEntry().as('entry'), messagesPosted().as('posted')])
    .executeTakeFirstOrThrow();
}

/** A member has opened their Home, so draw it at once. From now on it is kept up to date. */
export async function homeOpened({ database, now }: Transaction, member: MemberId): Promise<void> {
  const due_at = await now();
  await database
    .insertInto('homes')
    .values({ member, due_at })
    .onConflict((conflict) => conflict.column('member').doUpdateSet({ due_at }))
    .execute();
}

export async function homeMembers(database: Database): Promise<MemberId[]> {
  const rows = await database.selectFrom('homes').select('member').execute();
  return rows.map(({ member }) => MemberId.parse(member));
}

/**
 * Up to `limit` members whose Home was drawn from less than `progress` or is due anyway, and that no process is drawing.
 * It reads the whole table, which has a row for each bot admin at most.
 */
export async function dueHomes(
  database: Database,
  engine: Engine,
  progress: Progress,
  limit: number,
): Promise<MemberId[]> {
  const due = await homeLeases.due(database, isDue(engine, progress), limit);
  return due.map((member) => MemberId.parse(member));
}

/**
 * Claims the drawing of a Home for `lease` milliseconds, and records what it is drawn from; `null` when it is not free
 * or not due. Comes before anything that the Home shows is read: what changes after that makes the Home due again.
 */
export async function claimHome(
  transaction: Transaction,
  member: MemberId,
  progress: Progress,
  lease: number,
): Promise<string | null> {
  const { database, engine, now } = transaction;
  const claim = await homeLeases.claim(transaction, member, isDue(engine, progress), lease);
  if (claim === null) return null;
  await database
    .updateTable('homes')
    .set({ due_at: null, drawn_entry: lastEntry(), drawn_posted: messagesPosted() })
    .set('behind_since', sql`coalesce(behind_since, ${await now()})`)
    .where('member', '=', member)
    .execute();
  return claim;
}

/**
 * Ends a claim. If another process has claimed the Home since, it is due again: nobody knows whose drawing Slack shows.
 * `pause`: milliseconds until the next attempt; null when Slack has taken the Home.
 */
export async function releaseHome(
  transaction: Transaction,
  member: MemberId,
  claim: string,
  pause: number | null,
): Promise<void> {
  const { database, now } = transaction;
  const held = await homeLeases.release(transaction, member, claim);
  const shown = held && pause === null;
  await database
    .updateTable('homes')
    .set(shown ? { behind_since: null } : { due_at: (await now()) + (held && pause !== null ? pause : 0) })
    .where('member', '=', member)
    .execute();
}

/** How many Homes Slack has not taken for that many milliseconds, though they were drawn. */
export async function overdueHomes(
  database: Database,
  { now }: Engine,
  milliseconds: number,
): Promise<number> {
  const { overdue } = await database
    .selectFrom('homes')
    .where('behind_since', '<=', sql<number>`${now} - ${milliseconds}`)
    .select(({ fn }) => fn.countAll().as('overdue'))
    .executeTakeFirstOrThrow();
  return Number(overdue);
}

/** Stops keeping a Home up to date, until it is opened again. */
export async function forgetHome({ database }: Transaction, member: MemberId): Promise<void> {
  await database.deleteFrom('homes').where('member', '=', member).execute();
}

/** The same for everybody's. */
export async function forgetHomes({ database }: Transaction): Promise<void> {
  await database.deleteFrom('homes').execute();
}

/** A `due_at` that is set decides alone, so that a retry waits for its pause. */
function isDue(engine: Engine, { entry, posted }: Progress) {
  const where = expressionBuilder<Tables, 'homes'>();
  return where.and([
    homeLeases.isFree(engine),
    where.or([
      where('lease_until', 'is not', null),
      where('due_at', '<=', engine.now),
      where.and([
        where('due_at', 'is', null),
        where.or([where('drawn_entry', '<', entry), where('drawn_posted', '<', posted)]),
      ]),
    ]),
  ]);
}

function messagesPosted() {
  return sql<number>`(select posted from message_counter)`;
}
