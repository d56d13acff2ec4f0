import { sql } from 'kysely';
import type { AnyTables } from '../engine.ts';

/** The Home tabs that are kept up to date. */
export async function up({ schema }: AnyTables): Promise<void> {
  await schema
    .createTable('homes')
    .addColumn('member', 'text', (column) => column.primaryKey())
    .addColumn('due_at', 'bigint')
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
  await schema.createIndex('homes_due').on('homes').expression(sql`coalesce(lease_until, due_at)`).execute();
}
