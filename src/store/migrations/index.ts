import { sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import type { AnyTables, Engine } from '../engine.ts';
import * as approvals from './001-approvals.ts';
import * as homes from './002-homes.ts';
import * as derivedHomes from './003-derived-homes.ts';
import * as terms from './004-terms.ts';
import * as belonging from './005-belonging.ts';

const FIRST = '001-approvals';

/** Each by a name that sorts behind all earlier ones. A migration that has been released is never changed. */
const MIGRATIONS: Record<string, { up(database: AnyTables, engine: Engine): Promise<void> }> = {
  [FIRST]: approvals,
  '002-homes': homes,
  '003-derived-homes': derivedHomes,
  '004-terms': terms,
  '005-belonging': belonging,
};

/**
 * Brings the tables up to date, whole or not at all; PostgreSQL lets replicas that start at once do it in turns.
 *
 * @returns whether there was nothing before
 * @throws what the database throws, and when the database is newer than this version of the bot
 */
export async function migrate(database: AnyTables, engine: Engine): Promise<boolean> {
  const migrations = Object.entries(MIGRATIONS).map(([name, { up }]): [string, Migration] => [
    name,
    { up: async (tables: AnyTables) => await up(tables, engine) },
  ]);
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    ...(await ofSchema(database, engine)),
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return results.some(({ migrationName }) => migrationName === FIRST);
}

export type MigrationState = { isNew: boolean; waiting: string[]; unknown: string[] };

/**
 * The names of migrations that the next start runs, and of those that only a newer version of the bot knows. Reads only.
 * `isNew`: no version has made its tables yet.
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
  return {
    isNew: names.size === 0,
    waiting: Object.keys(MIGRATIONS).filter((name) => !names.has(name)),
    unknown: [...names].filter((name) => !(name in MIGRATIONS)),
  };
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
