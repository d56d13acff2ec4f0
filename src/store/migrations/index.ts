import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { AnyTables, Engine } from '../engine.ts';
import { DatabaseUnusable } from '../errors.ts';
import * as approvals from './001-approvals.ts';
import * as homes from './002-homes.ts';
import * as derivedHomes from './003-derived-homes.ts';
import * as terms from './004-terms.ts';
import * as readableFrom from './007-readable-from.ts';

type Migrations = Record<string, { up(database: AnyTables, engine: Engine): Promise<void> }>;

/**
 * Each by a name that begins with its number and sorts behind all earlier ones. A migration that has been released is
 * never changed.
 *
 * Within a major version a migration only adds, as versions before it go on writing to the tables: a new table, or a
 * column that may be null or has a default. One of a new major version may do more. It then raises
 * `compatibility.readable_from` to its own number, and earlier versions refuse to start.
 */
export const MIGRATIONS: Migrations = {
  '001-approvals': approvals,
  '002-homes': homes,
  '003-derived-homes': derivedHomes,
  '004-terms': terms,
  '007-readable-from': readableFrom,
};

/**
 * Brings the tables up to date, whole or not at all; PostgreSQL lets replicas that start at once do it in turns. A
 * schema that a newer version has added to is used as it is.
 *
 * @throws what the database throws
 * @throws {DatabaseUnusable} when a newer version has made it unreadable for this one
 */
export async function migrate(
  database: AnyTables,
  engine: Engine,
  migrations: Migrations = MIGRATIONS,
): Promise<void> {
  const each = Object.entries(migrations).map(([name, { up }]): [string, Migration] => [
    name,
    { up: async (tables: AnyTables) => await up(tables, engine) },
  ]);
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => Object.fromEntries(each) },
    ...(await ofSchema(database, engine)),
  });
  if (await isUpToDate(database, migrator)) return;
  const { error } = await migrator.migrateToLatest();
  // The migrator takes no newer schema. A newer version that started at the same moment may have made one.
  if (error !== undefined && !(await isUpToDate(database, migrator))) throw error;
}

/** Whether all migrations of this version have been made, and the database says from which version on it is readable. */
async function isUpToDate(database: AnyTables, migrator: Migrator): Promise<boolean> {
  const own = await migrator.getMigrations();
  if (own.some(({ executedAt }) => executedAt === undefined)) return false;
  const { rows } = await sql<{ readable_from: number }>`select readable_from from compatibility`.execute(
    database,
  );
  const [row] = rows;
  if (row === undefined) return false;
  const newest = Math.max(...own.map(({ name }) => Number.parseInt(name, 10)));
  if (row.readable_from <= newest) return true;
  throw new DatabaseUnusable({
    what: `A newer version of the bot has changed the database, and this one can't use it (it knows migration ${newest}, and ${row.readable_from} is needed)`,
    remedy: 'Start the newer version again, or restore the backup from before the upgrade.',
  });
}

/** Else a migration of another schema, which the bot does not use, would count as one of this one. */
async function ofSchema(database: AnyTables, { schema }: Engine): Promise<{ migrationTableSchema?: string }> {
  if (schema === null) return {};
  const { rows } = await sql<{ name: string }>`select ${schema} as name`.execute(database);
  return rows[0] ? { migrationTableSchema: rows[0].name } : {};
}
