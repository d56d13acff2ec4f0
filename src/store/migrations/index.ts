import { Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import type { AnyTables, Engine } from '../engine.ts';
import { DatabaseUnusable } from '../errors.ts';
import * as approvals from './001-approvals.ts';
import * as homes from './002-homes.ts';
import * as derivedHomes from './003-derived-homes.ts';
import * as terms from './004-terms.ts';
import * as belonging from './005-belonging.ts';
import * as homesBehind from './006-homes-behind.ts';
import * as readableFrom from './007-readable-from.ts';
import * as indexes from './008-indexes.ts';
import * as botAdmins from './009-bot-admins.ts';
import * as tokenReminders from './010-token-reminders.ts';
import * as runningPromotions from './011-running-promotions.ts';
import * as leavers from './012-leavers.ts';
import * as reports from './013-reports.ts';
import * as leaverEntries from './014-leaver-entries.ts';

const FIRST = '001-approvals';

type Migrations = Record<string, { up(database: AnyTables, engine: Engine): Promise<void> }>;

/**
 * Each by a name that begins with its number and sorts behind all earlier ones. A migration that has been released is
 * never changed.
 *
 * Within a major version a migration only adds, as versions before it go on writing to the tables: a new table, an index,
 * or a column that may be null or has a default. One of a new major version may do more. It then raises
 * `compatibility.readable_from` to its own number, and earlier versions refuse to start.
 */
export const MIGRATIONS: Migrations = {
  [FIRST]: approvals,
  '002-homes': homes,
  '003-derived-homes': derivedHomes,
  '004-terms': terms,
  '005-belonging': belonging,
  '006-homes-behind': homesBehind,
  '007-readable-from': readableFrom,
  '008-indexes': indexes,
  '009-bot-admins': botAdmins,
  '010-token-reminders': tokenReminders,
  '011-running-promotions': runningPromotions,
  '012-leavers': leavers,
  '013-reports': reports,
  '014-leaver-entries': leaverEntries,
};

/**
 * Brings the tables up to date, whole or not at all; PostgreSQL lets replicas that start at once do it in turns. A
 * schema that a newer version has added to is used as it is.
 *
 * @param onUpgrade told of each migration before it is made where there are tables already: it may take minutes
 * @returns whether there was nothing before
 * @throws what the database throws
 * @throws {DatabaseUnusable} when a newer version has made it unreadable for this one
 */
export async function migrate(
  database: AnyTables,
  engine: Engine,
  migrations: Migrations = MIGRATIONS,
  onUpgrade: (migration: string) => void = () => {},
): Promise<boolean> {
  let isNew = false;
  const each = Object.entries(migrations).map(([name, { up }]): [string, Migration] => [
    name,
    {
      up: async (tables: AnyTables) => {
        isNew ||= name === FIRST;
        if (!isNew) onUpgrade(name);
        await engine.unhurried?.first.execute(tables);
        await up(tables, engine);
      },
    },
  ]);
  const provider = { getMigrations: async () => Object.fromEntries(each) };
  const schema = await ofSchema(database, engine);
  const migrator = new Migrator({ db: database, provider, ...schema });
  if (await isUpToDate(database, migrator)) return false;
  const { error, results = [] } = await unhurried(database, engine, (db) =>
    new Migrator({ db, provider, ...schema }).migrateToLatest(),
  );
  // The migrator takes no newer schema. A newer version that started at the same moment may have made one.
  if (error !== undefined && !(await isUpToDate(database, migrator))) throw error;
  return results.some(({ migrationName }) => migrationName === FIRST);
}

async function unhurried<T>(
  database: AnyTables,
  engine: Engine,
  work: (tables: AnyTables) => Promise<T>,
): Promise<T> {
  if (engine.unhurried === null) return await work(database);
  const tables = new Kysely<unknown>({ dialect: engine.unhurried.dialect });
  try {
    return await work(tables);
  } finally {
    await tables.destroy();
  }
}

/** Whether all migrations of this version have been made, and the database says from which version on it is readable. */
async function isUpToDate(database: AnyTables, migrator: Migrator): Promise<boolean> {
  const own = await migrator.getMigrations();
  if (own.some(({ executedAt }) => executedAt === undefined)) return false;
  const from = await readableFromIn(database);
  if (from === null) return false;
  const newest = newestOf(own.map(({ name }) => name));
  if (from <= newest) return true;
  throw new DatabaseUnusable({
    what: `A newer version of the bot has changed the database, and this one can't use it (it knows migration ${newest}, and ${from} is needed)`,
    remedy: 'Start the newer version again, or restore the backup from before the upgrade.',
  });
}

async function readableFromIn(database: AnyTables): Promise<number | null> {
  const query = sql<{ readable_from: number }>`select readable_from from compatibility`;
  return (await query.execute(database)).rows[0]?.readable_from ?? null;
}

function newestOf(names: readonly string[]): number {
  return Math.max(...names.map((name) => Number.parseInt(name, 10)));
}

export type MigrationState = { isNew: boolean; waiting: string[]; unknown: string[]; readable: boolean };

/**
 * The names of migrations that the next start runs, and of those that only a newer version of the bot knows. Reads only.
 * `isNew`: no version has made its tables yet. `readable`: this version can use the tables.
 */
export async function migrationsOf(
  database: AnyTables,
  engine: Pick<Engine, 'schema'>,
): Promise<MigrationState> {
  const { migrationTableSchema: schema } = await ofSchema(database, engine);
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  const isKept = tables.some(
    (table) => table.name === DEFAULT_MIGRATION_TABLE && (schema === undefined || table.schema === schema),
  );
  const table = sql.id(...(schema === undefined ? [] : [schema]), DEFAULT_MIGRATION_TABLE);
  const done = isKept ? (await sql<{ name: string }>`select name from ${table}`.execute(database)).rows : [];
  const names = new Set(done.map(({ name }) => name));
  const waiting = Object.keys(MIGRATIONS).filter((name) => !names.has(name));
  const unknown = [...names].filter((name) => !(name in MIGRATIONS));
  const from = unknown.length > 0 && waiting.length === 0 ? await readableFromIn(database) : null;
  const readable = unknown.length === 0 || (from !== null && from <= newestOf(Object.keys(MIGRATIONS)));
  return { isNew: names.size === 0, waiting, unknown, readable };
}

/** Else a migration of another schema, which the bot does not use, would count as one of this one. */
async function ofSchema(
  database: AnyTables,
  { schema }: Pick<Engine, 'schema'>,
): Promise<{ migrationTableSchema?: string }> {
  if (schema === null) return {};
  const { rows } = await sql<{ name: string }>`select ${schema} as name`.execute(database);
  return rows[0] ? { migrationTableSchema: rows[0].name } : {};
}
