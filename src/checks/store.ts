import type { DatabaseLocation } from '../config/value-types.ts';
import type { Finding } from './finding.ts';
import { checkPostgres } from './store-postgres.ts';
import { checkSqlite } from './store-sqlite.ts';

/**
 * Whether the database can be used as it is, and what the next start would do to it. Changes nothing, and is quick: its
 * rows are not read.
 */
export async function checkStore(location: DatabaseLocation): Promise<Finding[]> {
  return location.kind === 'sqlite' ? await checkSqlite(location.path) : await checkPostgres(location.url);
}
