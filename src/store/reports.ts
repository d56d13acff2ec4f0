import { type SqlBool, sql } from 'kysely';
import { headOf } from './audit-log.ts';
import { HeldLease } from './held-lease.ts';
import { Leases } from './leases.ts';
import type { Store, Transaction } from './store.ts';
import type { Database } from './tables.ts';

export const reportLeases = new Leases('report_schedules', { key: 'schedule', due: 'try_at' });

const DAY_MILLISECONDS = 86_400_000;
const FIRST_LOOK_MILLISECONDS = 30 * DAY_MILLISECONDS;
/** A report that was due longer ago is never made any more. */
const KEPT_MILLISECONDS = 30 * DAY_MILLISECONDS;

/** Events of the audit log that say that a change was made; `ended`: a role that was given for a time. */
const MADE = ['done', 'completed', 'ended'];

/**
 * What a change counts as: an update that only unlocks has a kind of its own, and to end browser sessions where there is
 * none is no change. Details are JSON without spaces, and within a string these quotes would be escaped.
 */
const COUNTED_AS = sql<string>`case
  when change = 'update' and details like '%"settings":{"locked":false}%' then 'unlock' else change end`;
const IS_CHANGE = sql<boolean>`not (change = 'end-sessions' and details like '%"tokens":[]%')`;

/**
 * The changes that the bot has made after `since` (Unix milliseconds), by kind. `entry`: the
 * last entry that is counted, 0 where there is none.
 */
type ChangesMade = {
  since: number;
  entry: number;
  byKind: readonly { kind: string; count: number }[];
};

/** The due instant of a schedule's next report, in Unix milliseconds; null where none is planned yet. */
export async function nextReport(database: Database, schedule: string): Promise<number | null> {
  const row = await database
    .selectFrom('report_schedules')
    .select('due_at')
    .where('schedule', '=', schedule)
    .executeTakeFirst();
  return row?.due_at ?? null;
}

export class ReportBook {
  readonly #store: Store;
  readonly #schedule: string | null;

  /** @param schedule the name of the schedule, null where there is none */
  constructor(store: Store, schedule: string | null) {
    this.#store = store;
    this.#schedule = schedule;
  }

  /** When the next report is due, in Unix milliseconds; null where none is planned. @throws {StoreUnavailable} */
  async next(): Promise<number | null> {
    const schedule = this.#schedule;
    return schedule === null ? null : await this.#store.read((database) => nextReport(database, schedule));
  }

  /** @throws {StoreUnavailable} */
  async changes(): Promise<ChangesMade> {
    return await changesMade(this.#store);
  }
}

/** The changes since the last report that was posted, or of 30 days where none was. */
export async function changesMade(store: Store): Promise<ChangesMade> {
  return await store.read(async (database) => {
    const last = await database
      .selectFrom('reports')
      .selectAll()
      .orderBy('due_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const { now } = await database.selectNoFrom(store.engine.now.as('now')).executeTakeFirstOrThrow();
    const since = last?.posted_at ?? now - FIRST_LOOK_MILLISECONDS;
    const from = last?.entry ?? (await entryBefore(database, since));
    const entry = (await headOf(database))?.seq ?? 0;
    const rows = await database
      .selectFrom('audit_log')
      .select(({ fn }) => [COUNTED_AS.as('kind'), fn.countAll().as('count')])
      .where('seq', '>', from)
      .where('seq', '<=', entry)
      .where('event', 'in', MADE)
      .where(IS_CHANGE)
      .groupBy(COUNTED_AS)
      .execute();
    return { since, entry, byKind: rows.map(({ kind, count }) => ({ kind, count: Number(count) })) };
  });
}

/** The last entry that is older than a moment. Reads no more of the log than what is newer. */
async function entryBefore(database: Database, moment: number): Promise<number> {
  const row = await database
    .selectFrom('audit_log')
    .select('seq')
    .where('at', '<', moment)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/**
 * Plans the next report of a schedule, unless one is planned.
 *
 * @param after an instant after another one, by the database's clock; null where there is none
 * @returns what is planned now, in Unix milliseconds; null where one was planned before
 */
export async function planReport(
  store: Store,
  schedule: string,
  after: (now: number) => number | null,
): Promise<number | null> {
  if ((await store.read((database) => nextReport(database, schedule))) !== null) return null;
  return await store.transaction(async ({ database, now }) => {
    const due = after(await now());
    if (due === null) return null;
    const { numInsertedOrUpdatedRows: added } = await database
      .insertInto('report_schedules')
      .values({ schedule, due_at: due, try_at: due })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return added === 1n ? due : null;
  });
}

/** Has the schedules begin anew: what was due at a restored database may have been posted. */
export async function forgetPlans({ database }: Transaction): Promise<void> {
  await database.deleteFrom('report_schedules').execute();
}

/** Claims a schedule's report; null when it is not due, or another process is at it. @param lease milliseconds */
export async function claimReport(store: Store, schedule: string, lease: number): Promise<DueReport | null> {
  const isDue = sql<SqlBool>`schedule = ${schedule} and ${reportLeases.isDue(store.engine)}`;
  const due = await store.read((database) => reportLeases.due(database, isDue, 1));
  if (due.length === 0) return null;
  return await store.transaction(async (transaction) => {
    const claim = await reportLeases.claim(transaction, schedule, isDue, lease);
    const due = await nextReport(transaction.database, schedule);
    if (claim === null || due === null) return null;
    const posted = await transaction.database
      .selectFrom('reports')
      .select('due_at')
      .where('due_at', '=', due)
      .executeTakeFirst();
    const late = (await transaction.now()) - due;
    const held = new HeldLease(store, reportLeases, { key: schedule, claim, lease });
    return new DueReport(held, { schedule, due, late, isPosted: posted !== undefined });
  });
}

/** A report that this process is to make. Each method throws `TakenOver` when another process has taken over. */
export class DueReport {
  /** Unix milliseconds. */
  readonly due: number;
  /** How many milliseconds ago that was when it was claimed. */
  readonly late: number;
  /** Slack has it, through a process that died then, or by another schedule of the same instant. */
  readonly isPosted: boolean;
  readonly #held: HeldLease<'report_schedules'>;
  readonly #schedule: string;

  constructor(
    held: HeldLease<'report_schedules'>,
    { schedule, due, late, isPosted }: { schedule: string } & Pick<DueReport, 'due' | 'late' | 'isPosted'>,
  ) {
    this.due = due;
    this.late = late;
    this.isPosted = isPosted;
    this.#held = held;
    this.#schedule = schedule;
  }

  async renew(): Promise<void> {
    await this.#held.renew();
  }

  /** Records that Slack has it. @param entry the last entry of the audit log that it counts @param next null: not known */
  async posted(entry: number, next: number | null): Promise<void> {
    await this.#end(next, async ({ database, now }) => {
      await database
        .insertInto('reports')
        .values({ due_at: this.due, posted_at: await now(), entry })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await database
        .deleteFrom('reports')
        .where('due_at', '<', this.due - KEPT_MILLISECONDS)
        .execute();
    });
  }

  async leaveOut(next: number | null): Promise<void> {
    await this.#end(next, async () => {});
  }

  async putOff(pause: number): Promise<void> {
    await this.#held.end(async (transaction) => {
      const try_at = (await transaction.now()) + pause;
      await this.#schedules(transaction).set({ try_at }).execute();
    });
  }

  async #end(next: number | null, work: (transaction: Transaction) => Promise<void>): Promise<void> {
    await this.#held.end(async (transaction) => {
      const { database } = transaction;
      if (next === null)
        await database.deleteFrom('report_schedules').where('schedule', '=', this.#schedule).execute();
      else await this.#schedules(transaction).set({ due_at: next, try_at: next }).execute();
      // Those of schedules that no process has any more.
      const longAgo = this.due - KEPT_MILLISECONDS;
      await database.deleteFrom('report_schedules').where('due_at', '<', longAgo).execute();
      await work(transaction);
    });
  }

  #schedules({ database }: Transaction) {
    return database.updateTable('report_schedules').where('schedule', '=', this.#schedule);
  }
}
