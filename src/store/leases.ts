import { randomUUID } from 'node:crypto';
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Engine } from './engine.ts';
import type { Transaction } from './store.ts';
import type { Database, Tables } from './tables.ts';

type Column<Table extends keyof Tables> = keyof Tables[Table] & string;

/** The columns that leases are kept in where a table has no names of its own for them. */
const LEASE = { until: 'lease_until', claim: 'claim' } as const;

/**
 * Leases on the rows of a table, so that one process at a time works on a row. A process holds a lease by its claim, a
 * random text. When the process dies the lease runs out, by the database's clock, and another process may claim the row.
 */
export class Leases<Table extends keyof Tables> {
  readonly #table: RawBuilder<unknown>;
  readonly #columns: Record<'key' | 'due' | 'until' | 'claim', RawBuilder<unknown>>;

  /** `due`: when a row's work is due, in Unix milliseconds. */
  constructor(
    table: Table,
    columns: Record<'key' | 'due', Column<Table>> & Partial<Record<'until' | 'claim', Column<Table>>>,
  ) {
    const { key, due, until, claim } = { ...LEASE, ...columns };
    this.#table = sql.table(table);
    this.#columns = { key: sql.ref(key), due: sql.ref(due), until: sql.ref(until), claim: sql.ref(claim) };
  }

  /** The condition that nobody holds a lease on the row, or that it has run out. */
  isFree({ now }: Engine): RawBuilder<SqlBool> {
    const { until } = this.#columns;
    return sql<SqlBool>`(${until} is null or ${until} <= ${now})`;
  }

  /** The condition that a row's work is due, and that nobody is at it. */
  isDue(engine: Engine): RawBuilder<SqlBool> {
    return sql<SqlBool>`(${this.#columns.due} <= ${engine.now} and ${this.isFree(engine)})`;
  }

  /** The keys of up to `limit` rows that meet the condition, those that have been due for longest first. */
  async due(database: Database, isDue: Expression<SqlBool>, limit: number): Promise<readonly string[]> {
    const { key, due } = this.#columns;
    const { rows } = await sql<{ key: string }>`select ${key} as key from ${this.#table}
      where ${isDue} order by ${due} asc nulls last limit ${limit}`.execute(database);
    return rows.map((row) => row.key);
  }

  /** Claims a row for `lease` milliseconds; `null` when it does not meet the condition any longer. */
  async claim(
    transaction: Transaction,
    key: string,
    isDue: Expression<SqlBool>,
    lease: number,
  ): Promise<string | null> {
    const claim = randomUUID();
    const isTheOne = sql<SqlBool>`${this.#columns.key} = ${key} and ${isDue}`;
    return (await this.#write(transaction, { claim, lease }, isTheOne)) ? claim : null;
  }

  /** Extends a lease to `lease` milliseconds from now; `false` when another process has claimed the row. */
  async renew(transaction: Transaction, key: string, claim: string, lease: number): Promise<boolean> {
    return await this.#write(transaction, { claim, lease }, this.#holds(key, claim));
  }

  /** Ends a lease; `false` when another process has claimed the row. Locks the row until the transaction ends. */
  async release(transaction: Transaction, key: string, claim: string): Promise<boolean> {
    return await this.#write(transaction, null, this.#holds(key, claim));
  }

  /** Lets all leases run out at once. Their holders must be known to be dead. */
  async expireAll({ database, engine }: Transaction): Promise<void> {
    const { until, claim } = this.#columns;
    await sql`update ${this.#table} set ${until} = ${engine.now} where ${claim} is not null`.execute(
      database,
    );
  }

  async #write(
    { database, engine }: Transaction,
    held: { claim: string; lease: number } | null,
    where: RawBuilder<SqlBool>,
  ): Promise<boolean> {
    const { until, claim } = this.#columns;
    const end = held && sql`${engine.now} + ${held.lease}`;
    const { numAffectedRows } = await sql`update ${this.#table}
      set ${claim} = ${held?.claim ?? null}, ${until} = ${end} where ${where}`.execute(database);
    return numAffectedRows === 1n;
  }

  #holds(key: string, claim: string): RawBuilder<SqlBool> {
    return sql<SqlBool>`${this.#columns.key} = ${key} and ${this.#columns.claim} = ${claim}`;
  }
}
