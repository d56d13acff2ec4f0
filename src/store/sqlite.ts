import { chmodSync, closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import type { Engine } from './engine.ts';
import { DatabaseInUse } from './errors.ts';

/** Waiting for a lock blocks the event loop, so it is short; nobody but this process writes. */
const BUSY_MILLISECONDS = 200;
const SQLITE_BUSY = 5;

/**
 * SQLite in one file, by Node's own driver: write-ahead log, every commit on the disk before it is told, the folder
 * made when it is missing, the file for its owner alone, and one process a file.
 *
 * @param path of the file, or `:memory:`
 */
export function sqlite(path: string): Engine {
  let owned: DatabaseSync | null = null;
  return {
    dialect: immediateDialect(() => openFile(path)),
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    forUpdate: sql``,
    lockAuditLog: null,
    protectAuditLog: [
      sql`create trigger audit_log_no_update before update on audit_log
        begin select raise(abort, 'the audit log is append-only'); end`,
      sql`create trigger audit_log_no_delete before delete on audit_log
        begin select raise(abort, 'the audit log is append-only'); end`,
      // 'insert or replace' removes rows without a delete that a trigger would see.
      sql`create trigger audit_log_no_replace before insert on audit_log
        when exists (select 1 from audit_log where seq = new.seq
          or (request_id = new.request_id and step = new.step))
        begin select raise(abort, 'the audit log is append-only'); end`,
    ],
    exclusive: true,
    schema: null,
    open: async () => {
      owned ??= own(path);
    },
    close: async () => {
      owned?.close();
      owned = null;
    },
  };
}

/**
 * Holds a lock that ends with the process, however it ends: an open exclusive transaction on a file beside the
 * database. The database itself stays readable for `npm run audit`.
 */
function own(path: string): DatabaseSync {
  const lock = new DatabaseSync(path === ':memory:' ? path : lockFile(path), { timeout: 0 });
  try {
    lock.exec('pragma journal_mode = delete; begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
    throw isBusy ? new DatabaseInUse(path) : error;
  }
}

/** The same for all names the database goes by. Whoever could open it could keep the bot from its database. */
function lockFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  makePrivate(path);
  const lock = `${realpathSync(path)}.lock`;
  makePrivate(lock);
  return lock;
}

/** Made before SQLite does, so that there is no moment in which others can read it; its own files follow its mode. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function openFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MILLISECONDS });
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
  return database;
}

/** Opens a database that another process may own, to look at it only. */
export function readOnlySqlite(path: string): Pick<Engine, 'dialect'> {
  const open = () => new DatabaseSync(path, { readOnly: true, timeout: BUSY_MILLISECONDS });
  return { dialect: immediateDialect(open) };
}

/** Node's driver in the shape that Kysely's SQLite dialect takes. */
function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (text) => {
      const statement = database.prepare(text);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...parameters.map(inputValue)),
        run: (parameters) => statement.run(...parameters.map(inputValue)),
        iterate: (parameters) => statement.iterate(...parameters.map(inputValue)),
      };
    },
  };
}

function inputValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`SQLite is given text, numbers and null only, not ${typeof value}`);
}

/** Kysely's dialect, with transactions that lock at their start: deferred ones fail halfway under contention. */
function immediateDialect(open: () => DatabaseSync): Dialect {
  const config = { database: async () => kyselyDatabase(open()) };
  return {
    createDriver: () => new ImmediateSqliteDriver(config),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** SQLite rolls changes of tables back like any other, so migrations are carried out whole or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
