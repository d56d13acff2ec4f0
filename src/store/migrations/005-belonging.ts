import type { AnyTables } from '../engine.ts';

/** Which Slack workspace and which Fastly account the database belongs to, a row each. */
export async function up({ schema }: AnyTables): Promise<void> {
  await schema
    .createTable('belonging')
    .addColumn('kind', 'text', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .execute();
}
