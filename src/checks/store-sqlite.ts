import { constants, existsSync } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Kysely } from 'kysely';
import { reasonOf } from '../observability/reason-of.ts';
import { realPathOf } from '../store/database-files.ts';
import type { AnyTables } from '../store/engine.ts';
import { migrationsOf } from '../store/migrations/index.ts';
import { lockFileOf, lossOf, readOnlySqlite, traceOf } from '../store/sqlite.ts';
import { type Owner, ownerOf } from '../store/sqlite-owner.ts';
import { UNWRITABLE_REMEDY } from '../store/trouble.ts';
import { migrationFinding, overduePromotions, troubleFinding, wrongBy } from './database-findings.ts';
import { type Finding, fine, warning, wrong } from './finding.ts';
import { secrecyFindings } from './readable-by-others.ts';

const IN_MEMORY = ':memory:';
const MEBIBYTE = 1024 * 1024;
/** A change takes some KiB, and SQLite's write-ahead log up to 4 MiB before it is emptied. */
const LEAST_ROOM = 100 * MEBIBYTE;
/** SQLITE_CANTOPEN. */
const CANNOT_OPEN = 14;

/** No file of the database is opened for writing; see `ownerOf` for why none is opened but by SQLite. */
export async function checkSqlite(path: string): Promise<Finding[]> {
  if (path === IN_MEMORY) {
    const what = 'The database is in memory, so everything in it is lost when the bot stops.';
    return [warning(what, 'Set DATABASE_URL to a file.')];
  }
  try {
    const folder = await existingFolder(path);
    // In a folder that is not there yet, nothing can be left of an earlier start.
    const isFolderThere = folder === dirname(resolve(path));
    const loss = isFolderThere ? lossOf(path, traceOf(path)) : null;
    if (loss !== null) return [wrongBy(loss)];
    const file = await stat(path).catch(ifMissing);
    const own =
      file === null || file.size === 0 ? await beforeTheFirstStart(path, folder) : await ofFile(path);
    return [...own, await roomFinding(folder)];
  } catch (error) {
    return [error instanceof Error && isForbidden(error) ? notAllowed(path, error) : troubleFinding(error)];
  }
}

/** By Node's code, or SQLite's: the files that it is to open were there just before. */
function isForbidden(error: Error): boolean {
  return (
    ('code' in error && error.code === 'EACCES') || ('errcode' in error && error.errcode === CANNOT_OPEN)
  );
}

function notAllowed(path: string, error: Error): Finding {
  return wrong(
    `This account can't read the database ${path} (${reasonOf(error)}).`,
    'Run the check as the account that the bot runs as. If this is that account, let it read and write the file and its folder.',
  );
}

/** Opens the file without leaving anything beside it where no process owns it and no write-ahead log has to be read. */
export function openSqliteToRead(path: string, owner: Owner | null): AnyTables {
  const asItIs = owner === null && !existsSync(`${realPathOf(path)}-wal`);
  return new Kysely<unknown>({ dialect: readOnlySqlite(path, { asItIs }).dialect });
}

async function beforeTheFirstStart(path: string, folder: string): Promise<Finding[]> {
  if (!(await mayWrite(folder))) {
    const what = `There is no database at ${path} yet, and the folder ${folder} can't be written.`;
    const remedy = "Let the bot's account write the folder, or set DATABASE_URL to another place.";
    return [wrong(what, remedy)];
  }
  return [fine(`There is no database at ${path} yet. The first start makes it.`)];
}

async function ofFile(path: string): Promise<Finding[]> {
  const owner = ownerOf(path);
  const database = openSqliteToRead(path, owner);
  try {
    const migrations = await migrationsOf(database, { schema: null });
    // Whether a running bot can write is for its own account to say, and the bot does.
    const writing = owner === null ? [await writingFinding(path)] : [];
    const overdue = await overduePromotions(database, migrations);
    const tables = [migrationFinding(migrations), ...overdue];
    const real = realPathOf(path);
    const secrecy = await secrecyFindings([real, `${real}-wal`]);
    return [useFinding(path, owner), ...writing, ...tables, ...secrecy];
  } finally {
    await database.destroy();
  }
}

function useFinding(path: string, owner: Owner | null): Finding {
  if (owner === null) return fine(`The database ${path} can be read. No bot is using it.`);
  if (owner.pid === process.pid) return fine(`The database ${path} is in use by this bot.`);
  const who = owner.pid === null ? 'whose process ID is not known' : `with the process ID ${owner.pid}`;
  return fine(`The database ${path} is in use by a running bot ${who}.`);
}

async function writingFinding(path: string): Promise<Finding> {
  const real = realPathOf(path);
  for (const each of [dirname(real), real, `${real}-wal`, lockFileOf(path)]) {
    if (!existsSync(each) || (await mayWrite(each))) continue;
    return wrong(`${each} can't be written.`, UNWRITABLE_REMEDY);
  }
  return fine('The database and its folder can be written.');
}

async function roomFinding(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const room = bavail * bsize;
  const what = `The disk of the database has ${sizeText(room)} left.`;
  return room >= LEAST_ROOM
    ? fine(what)
    : warning(what, 'Free some space. On a full disk the bot makes no changes.');
}

function sizeText(bytes: number): string {
  const mebibytes = Math.floor(bytes / MEBIBYTE);
  return mebibytes < 10 * 1024 ? `${mebibytes} MiB` : `${Math.floor(mebibytes / 1024)} GiB`;
}

/** The folder that a file is in or, while that is not there, the one in which it would be made. */
async function existingFolder(path: string): Promise<string> {
  const folder = dirname(resolve(path));
  return (await stat(folder).catch(ifMissing)) ? folder : await existingFolder(folder);
}

async function mayWrite(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
