import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { MemberId } from '../ids.ts';
import type { Engine } from './engine.ts';
import type { Tables } from './tables.ts';
import type { Transaction } from './transaction.ts';

/**
 * The Home tabs of members who have opened theirs, as state: when each is to be shown anew, until Slack has it. Shown
 * by whoever claims it; a claim whose lease has run out is of a process that died, and the Home is due again.
 */

/** A member has opened their Home: it is shown at once, and kept up to date from now on. */
export async function homeOpened({ database, now }: Transaction, member: MemberId): Promise<void> {
  const due_at = await now();
  await database
    .insertInto('homes')
    .values({ member, due_at, lease_until: null, claim: null })
    .onConflict((conflict) => conflict.column('member').doUpdateSet({ due_at }))
    .execute();
}

/**
 * Something has changed that a Home may show. Writes to all of them, due already or not: who is about to show one has to
 * wait until this transaction is over, and does not miss it.
 */
export async function homesChanged({
  database,
  engine,
  homesGathered,
  now,
}: Pick<Transaction, 'database' | 'engine' | 'homesGathered' | 'now'>): Promise<void> {
  // In an order, so that no two transactions wait for each other.
  const known = database.selectFrom('homes').select('member').orderBy('member').modifyEnd(engine.forUpdate);
  if ((await known.execute()).length === 0) return;
  const later = (await now()) + homesGathered;
  await database
    .updateTable('homes')
    .set(({ fn, val }) => ({ due_at: fn.coalesce('due_at', val(later)) }))
    .execute();
}

/** All whose Home is kept up to date. */
export async function homeMembers(database: Kysely<Tables>): Promise<MemberId[]> {
  const rows = await database.selectFrom('homes').select('member').execute();
  return rows.map(({ member }) => MemberId.parse(member));
}

/** Up to `limit` members whose Home is to be shown anew, and that nobody is showing just now. */
export async function dueHomes(database: Kysely<Tables>, engine: Engine, limit: number): Promise<MemberId[]> {
  const rows = await database
    .selectFrom('homes')
    .select('member')
    .where(isDue(engine))
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return rows.map(({ member }) => MemberId.parse(member));
}

/** Takes on showing a Home for `lease` milliseconds; `null` when somebody else has, or it is not due. */
export async function claimHome(
  { database, engine, now }: Transaction,
  member: MemberId,
  lease: number,
): Promise<string | null> {
  const claim = randomUUID();
  const { numUpdatedRows } = await database
    .updateTable('homes')
    .set({ due_at: null, lease_until: (await now()) + lease, claim })
    .where('member', '=', member)
    .where(isDue(engine))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n ? claim : null;
}

/**
 * Ends showing a Home. One that somebody else has taken on meanwhile is due again: nobody knows whose is seen now.
 *
 * @param retryAt Unix milliseconds; null when Slack has it
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

/** A Home is shown no more, until it is opened again. */
export async function forgetHome({ database }: Transaction, member: MemberId): Promise<void> {
  await database.deleteFrom('homes').where('member', '=', member).execute();
}

function isDue({ now }: Engine) {
  return (where: ExpressionBuilder<Tables, 'homes'>) =>
    where(where.fn.coalesce('lease_until', 'due_at'), '<=', now);
}

/** Ends every claim to show a Home, for a database that one process owns: whoever held it is gone. */
export async function releaseHomes({ database, now }: Transaction): Promise<void> {
  await database
    .updateTable('homes')
    .set({ lease_until: await now() })
    .where('claim', 'is not', null)
    .execute();
}
