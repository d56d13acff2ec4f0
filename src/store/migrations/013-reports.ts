import type { AnyTables } from '../engine.ts';

/** When the next report of a schedule is due, and which reports were posted. */
export async function up(database: AnyTables): Promise<void> {
  await database.schema
    .createTable('report_schedules')
    .addColumn('schedule', 'text', (column) => column.primaryKey())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('try_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
  await database.schema
    .createTable('reports')
    .addColumn('due_at', 'bigint', (column) => column.primaryKey())
    .addColumn('posted_at', 'bigint', (column) => column.notNull())
    .addColumn('entry', 'bigint', (column) => column.notNull())
    .execute();
}
