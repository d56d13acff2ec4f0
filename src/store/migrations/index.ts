import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { AnyTables, Engine } from '../engine.ts';
import * as approvals from './001-approvals.ts';
import * as homes from './002-homes.ts';
import * as derivedHomes from './003-derived-homes.ts';
import * as terms from './004-terms.ts';
import * as homesBehind from './006-homes-behind.ts';

/** Each by a name that sorts behind all earlier ones. A migration that has been released is never changed. */
const MIGRATIONS: Record<string, { up(database: AnyTables, engine: Engine): Promise<void> }> = {
  '001-approvals': approvals,
  '002-homes': homes,
  '003-derived-homes': derivedHomes,
  '004-terms': terms,
  '006-homes-behind': homesBehind,
};

/**
 * Brings the tables up to date, whole or not at all; PostgreSQL lets replicas that start at once do it in turns.
 *
 * @throws what the database throws, and when the database is newer than this version of the bot
 */
export async function migrate(database: AnyTables, engine: Engine): Promise<void> {
  const migrations = Object.entries(MIGRATIONS).map(([name, { up }]): [string, Migration] => [
    name,
    { up: async (tables: AnyTables) => await up(tables, engine) },
  ]);
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    ...(await ofSchema(database, engine)),
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Else a migration of another schema, which the bot does not use, would count as one of this one. */
async function ofSchema(database: AnyTables, { schema }: Engine): Promise<{ migrationTableSchema?: string }> {
  if (schema === null) return {};
  const { rows } = await sql<{ name: string }>`select ${schema} as name`.execute(database);
  return rows[0] ? { migrationTableSchema: rows[0].name } : {};
}
