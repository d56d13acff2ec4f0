import type { DatabaseLocation } from '../config/value-types.ts';
import type { Finding } from './finding.ts';

/**
 * Whether the database can be used as it is, and what the next start would do to it. Changes nothing, and is quick: its
 * rows are not read.
 */
export async function checkStore(location: DatabaseLocation): Promise<Finding[]> {
  if (location.kind === 'sqlite') {
    const { checkSqlite } = await import('./store-sqlite.ts');
    return await checkSqlite(location.path);
  }
  const { checkPostgres } = await import('./store-postgres.ts');
  return await checkPostgres(location.url);
}
