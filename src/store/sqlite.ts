import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { SqliteDriver, sql } from 'kysely';
import { z } from 'zod';
import { SQLITE_NAMES } from './audit-names.ts';
import { DatabaseFiles, type NewestEntries, realPathOf } from './database-files.ts';
import type { Engine } from './engine.ts';
import { DatabaseInUse, DatabaseUnusable } from './errors.ts';
import { dialectOf, ImmediateSqliteDriver } from './sqlite-dialect.ts';
import type { Trouble } from './trouble.ts';

/** Waiting for a lock blocks the event loop, so it is short; nobody but this process writes. */
const BUSY_MILLISECONDS = 200;
/** A look at who owns the database is over sooner, see `sqlite-owner.ts`. */
const LOCK_MILLISECONDS = 20;
const SQLITE_BUSY = 5;
const IN_MEMORY = ':memory:';
const LOCK = '.lock';

/**
 * SQLite in one file, by Node's own driver: write-ahead log, every commit on the disk before it is told, the folder
 * made when it is missing, the file for its owner alone, and one process a file.
 *
 * @param path of the file, or `:memory:`
 */
export function sqlite(path: string): Engine {
  let owned: DatabaseSync | null = null;
  const files = new DatabaseFiles();
  return {
    dialect: dialectOf(
      () => openFile(path, files),
      ImmediateSqliteDriver,
      () => files.wrote(),
    ),
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
    names: SQLITE_NAMES,
    exclusive: true,
    unhurried: null,
    schema: null,
    open: async () => {
      owned ??= own(path);
    },
    close: async () => {
      if (owned === null) return;
      owned.close();
      owned = null;
      leaveTrace(files.paths, { makeFolder: true });
    },
    check: () => {
      try {
        files.check();
      } catch (error) {
        // A folder that was moved can only be moved back where none is.
        leaveTrace(files.paths, { makeFolder: false });
        throw error;
      }
    },
  };
}

/**
 * Holds a lock that ends with the process, however it ends: an open exclusive transaction on a file beside the
 * database. The database itself stays readable for `npm run audit`.
 */
function own(path: string): DatabaseSync {
  if (path === IN_MEMORY) return lockIn(path, path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Whoever could open it could keep the bot from its database.
  const lock = lockFileOf(path);
  const trace = traceOf(path);
  makePrivate(lock);
  const owned = lockIn(lock, path);
  try {
    const loss = lossOf(path, trace);
    if (loss !== null) throw new DatabaseUnusable(loss);
    makePrivate(path);
    return owned;
  } catch (error) {
    owned.close();
    throw error;
  }
}

/** What the process that owns the database holds locked. It is the same for all names the database goes by. */
export function lockFileOf(path: string): string {
  return `${realPathOf(path)}${LOCK}`;
}

/** A file that shows that there was a database at a path before; null where there is none. */
export function traceOf(path: string): string | null {
  return [lockFileOf(path), `${realPathOf(path)}-wal`].find((file) => existsSync(file)) ?? null;
}

function lockIn(file: string, path: string): DatabaseSync {
  const lock = newDatabase(file, { timeout: LOCK_MILLISECONDS });
  try {
    lock.exec('pragma journal_mode = delete; begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new DatabaseInUse(path) : error;
  }
}

/** Whoever keeps the database in PostgreSQL need not load it. */
function newDatabase(...place: ConstructorParameters<typeof DatabaseSync>): DatabaseSync {
  return new (process.getBuiltinModule('node:sqlite').DatabaseSync)(...place);
}

export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/**
 * Where the lock file went with the database, puts an empty one there: it keeps another process, or the next start,
 * from creating an empty database. The real one can be moved back over it.
 */
function leaveTrace(paths: readonly string[], { makeFolder }: { makeFolder: boolean }): void {
  const lock = paths.find((path) => path.endsWith(LOCK));
  if (lock === undefined || existsSync(lock)) return;
  try {
    if (makeFolder) mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
    makePrivate(lock);
  } catch {
    // The folder is gone, perhaps with its disk.
  }
}

/**
 * A database is created at the first start only. What a start leaves beside it tells that there was one. Nothing does
 * where all of it went while no bot ran.
 */
export function lossOf(path: string, trace: string | null): Pick<Trouble, 'what' | 'remedy'> | null {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (trace === null || (size !== undefined && size > 0)) return null;
  return {
    what: `${realPathOf(path)} is ${size === 0 ? 'empty' : 'missing'}, but ${trace} shows that the bot was started with it before`,
    remedy: `Put the database back. To start with a new, empty one, delete ${trace}.`,
  };
}

/** Made before SQLite does, so that there is no moment in which others can read it; its own files follow its mode. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** Opens the file and never makes one: it would be empty. */
function openFile(path: string, files: DatabaseFiles): DatabaseSync {
  const database = newDatabase(existing(path), { timeout: BUSY_MILLISECONDS });
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    if (path === IN_MEMORY) return database;
    // The write-ahead log is there from the first read on.
    database.exec('select count(*) from sqlite_schema');
    const real = realPathOf(path);
    files.remember([path, `${real}-wal`, `${real}${LOCK}`], newestEntries(database, path));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const Head = z.object({ seq: z.number(), hash: z.string() });

/** The file is opened by SQLite here, too: whoever closed it otherwise would end the locks of this process. */
function newestEntries(database: DatabaseSync, path: string): NewestEntries {
  const newestIn = (opened: DatabaseSync) => {
    const newest = opened.prepare('select seq, hash from audit_log order by seq desc limit 1').get();
    return newest === undefined ? null : Head.parse(newest);
  };
  const lookIn = (parameters: Record<string, string>) => {
    const url = pathToFileURL(path);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    let opened: DatabaseSync | null = null;
    try {
      opened = newDatabase(url, { readOnly: true, timeout: BUSY_MILLISECONDS });
      return newestIn(opened);
    } catch {
      return null;
    } finally {
      opened?.close();
    }
  };
  return {
    inFile: () => lookIn({ immutable: '1' }),
    afresh: () => lookIn({}),
    inDatabase: () => newestIn(database),
  };
}

/** See https://www.sqlite.org/uri.html: in the mode `rw` a file that is missing is an error. */
function existing(path: string): string | URL {
  if (path === IN_MEMORY) return path;
  const url = pathToFileURL(path);
  url.searchParams.set('mode', 'rw');
  return url;
}

/**
 * Opens a database that another process may own, to look at it only.
 *
 * @param asItIs without a lock, and without the files that SQLite leaves beside a database; only where nobody writes to it
 */
export function readOnlySqlite(path: string, { asItIs = false } = {}): Pick<Engine, 'dialect' | 'schema'> {
  const where = pathToFileURL(path);
  if (asItIs) where.searchParams.set('immutable', '1');
  const open = () => newDatabase(where, { readOnly: true, timeout: BUSY_MILLISECONDS });
  return { dialect: dialectOf(open, SqliteDriver), schema: null };
}
