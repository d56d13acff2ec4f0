import type { AnyTables } from '../engine.ts';

/** The number of the lowest migration that a version must know to use the database. Earlier versions know none above it. */
export async function up(database: AnyTables): Promise<void> {
  await database.schema
    .createTable('compatibility')
    .addColumn('readable_from', 'integer', (column) => column.notNull())
    .execute();
  await database
    .withTables<{ compatibility: { readable_from: number } }>()
    .insertInto('compatibility')
    .values({ readable_from: 7 })
    .execute();
}
