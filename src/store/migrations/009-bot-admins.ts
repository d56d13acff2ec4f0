import type { AnyTables } from '../engine.ts';

/** Who was last known to be a bot admin, and whether the latest change of that was told. */
export async function up({ schema }: AnyTables): Promise<void> {
  await schema
    .createTable('bot_admins')
    .addColumn('member', 'text', (column) => column.primaryKey())
    .addColumn('able', 'integer', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('tell_at', 'bigint')
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
}
