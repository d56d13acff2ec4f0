import { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { AuditHead } from '../ids.ts';
import { type AuditEntry, append, headOf } from './audit-log.ts';
import { DatabaseGone, DatabaseOverwritten } from './database-files.ts';
import type { AnyTables, Engine } from './engine.ts';
import { DatabaseUnusable, StoreUnavailable } from './errors.ts';
import { MIGRATIONS, migrate } from './migrations/index.ts';
import { DatabaseWentBack, NewestEntry } from './newest-entry.ts';
import type { AuditRow, Database, Tables } from './tables.ts';
import { NotConfirmed } from './trouble.ts';

/** More than a change and its entries take, in several pages. */
const ROOM_CHARACTERS = 64 * 1024;

/** A transaction. All that is written in it is recorded together, or nothing is. */
export type Transaction = {
  database: Database;
  engine: Engine;
  /** The database's clock, Unix milliseconds. Call it after the statements that wait for a lock. */
  now(): Promise<number>;
  /** Adds to the audit log. Make it the transaction's last write: every other audited transaction waits for it. */
  audit(entry: AuditEntry): Promise<void>;
};

/**
 * The durable state: approval requests, intents, what Slack must show, and the audit log. Each row of the audit log is
 * also logged, so that a copy of its hash exists outside the database.
 */
export class Store {
  readonly engine: Engine;
  readonly #log: Logger;
  /** Logs at info whatever `LOG_LEVEL` says: an audit log is checked against these lines. */
  readonly #auditLog: Logger;
  readonly #database: Database;
  readonly #untyped: AnyTables;
  #connected = false;
  /** Why a transaction found no space or lacked a right, until one finds it: a read would not notice. */
  #takesNoData: StoreUnavailable | null = null;
  readonly #newest = new NewestEntry();
  #isConfirmed = true;

  constructor(engine: Engine, log: Logger) {
    this.engine = engine;
    this.#log = log;
    this.#auditLog = log.child({}, { level: 'info' });
    this.#untyped = new Kysely<unknown>({ dialect: engine.dialect });
    this.#database = this.#untyped.withTables<Tables>();
  }

  /**
   * Opens the database and migrates it, also after it has thrown.
   *
   * @returns whether the database was created, so that it is empty
   * @throws {DatabaseUnusable} when it can never be used as it is; {DatabaseInUse} when another process owns it
   * @throws {StoreUnavailable} when it may be there later
   */
  async connect(): Promise<boolean> {
    let created: boolean;
    try {
      await this.engine.open();
      created = await migrate(this.#untyped, this.engine, MIGRATIONS, (migration) =>
        this.#log.info({ migration }, 'changing the database to fit this version; this may take minutes'),
      );
    } catch (error) {
      if (error instanceof DatabaseUnusable) throw error;
      const unavailable = new StoreUnavailable(error);
      throw unavailable.trouble.kind === 'wrong'
        ? new DatabaseUnusable(unavailable.trouble, error)
        : unavailable;
    }
    this.#connected = true;
    return created;
  }

  /** Has every use find out whether the database has gone back to before this entry. */
  remember(head: AuditHead): void {
    this.#newest.saw(head);
  }

  /** No change is begun from `false` until `true`: whether the database belongs to where the bot works is not known. */
  confirmed(isConfirmed: boolean): void {
    this.#isConfirmed = isConfirmed;
  }

  /** @throws {StoreUnavailable} until the database is known to belong to where the bot works */
  mustBeConfirmed(): void {
    // Else the use that follows says what is wrong.
    if (this.#connected && !this.#isConfirmed) throw new StoreUnavailable(new NotConfirmed());
  }

  /**
   * Finds out whether the database can be used, and remembers the newest entry of its audit log. After a write that
   * failed for want of space, it writes as much as a change would.
   *
   * @throws {StoreUnavailable}
   */
  async check(): Promise<void> {
    if (this.#takesNoData !== null) {
      const room = { name: 'room', holder: 'x'.repeat(ROOM_CHARACTERS), held_until: 0 };
      await this.transaction(async ({ database }) => {
        await database
          .insertInto('account_lock')
          .values(room)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(room))
          .execute();
      });
      await this.transaction(async ({ database }) => {
        await database.deleteFrom('account_lock').where('name', '=', room.name).execute();
      });
      this.#takesNoData = null;
      return;
    }
    await this.read(async (database) => {
      await this.#newest.mustBeIn(database);
      this.#newest.saw(await headOf(database));
    });
  }

  /**
   * Comes before a change is begun. On a disk that is full, a small beginning may still find room where the outcome
   * finds none. That the database has not gone back is checked by the transaction that follows.
   *
   * @throws {StoreUnavailable} until `check` has found room, and until the database is confirmed
   */
  mustTakeData(): void {
    this.mustBeConfirmed();
    this.mustHaveRoom();
  }

  /** @throws {StoreUnavailable} after a write that found no room, until `check` has found some */
  mustHaveRoom(): void {
    if (this.#takesNoData !== null) throw this.#takesNoData;
  }

  /** Reads without locks. @throws {StoreUnavailable} */
  async read<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return await this.#available(() => work(this.#database));
  }

  /** Does nothing in a database that has gone back to before what this process has seen. @throws {StoreUnavailable} */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const appended: AuditRow[] = [];
    let written = false;
    const transaction = this.#database.transaction();
    const result = await this.#available(
      // After waiting for a lock, a transaction must read what the lock's last holder has committed.
      () =>
        transaction.setIsolationLevel('read committed').execute(async (database) => {
          await this.#newest.mustBeIn(database);
          const now = () => this.#now(database);
          const done = await work({
            database,
            engine: this.engine,
            now,
            audit: async (entry) => {
              appended.push(await append(database, this.engine, entry, await now()));
            },
          });
          written = true;
          return done;
        }),
      () => written,
    );
    this.#newest.saw(appended.at(-1));
    for (const { details, ...row } of appended) {
      const about = row.request_id !== null && { request: row.request_id };
      this.#auditLog.info({ ...about, audit: { ...row, details: JSON.parse(details) } }, 'audit');
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#database.destroy();
    await this.engine.close();
  }

  async #now(database: Database): Promise<number> {
    const { now } = await database.selectNoFrom(this.engine.now.as('now')).executeTakeFirstOrThrow();
    return now;
  }

  async #available<T>(work: () => Promise<T>, mayBeRecorded: () => boolean = () => false): Promise<T> {
    if (!this.#connected) throw new StoreUnavailable('it is not connected yet');
    try {
      this.engine.check();
      return await work();
    } catch (error) {
      if (!isDatabaseTrouble(error)) throw error;
      const unavailable = new StoreUnavailable(error, mayBeRecorded());
      const { kind } = unavailable.trouble;
      if (kind === 'full' || kind === 'wrong') this.#takesNoData = unavailable;
      // Another database is there now. Whether that one has room shows once it may be written to.
      if (kind === 'back') this.#takesNoData = null;
      throw unavailable;
    }
  }
}

/** PostgreSQL's and SQLite's errors, and those of the connection, carry codes; ours do not. */
function isDatabaseTrouble(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error instanceof DatabaseGone ||
      error instanceof DatabaseOverwritten ||
      error instanceof DatabaseWentBack ||
      'code' in error ||
      'errcode' in error ||
      /connection|timeout/i.test(error.message))
  );
}
