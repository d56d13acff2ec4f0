import { sql } from 'kysely';
import type { AnyTables } from '../engine.ts';

/** Roles that were given for a time. `running_user` is unique: a user has one that runs. */
export async function up(database: AnyTables): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('running_promotions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('running_user', 'text', (column) => column.unique())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('login', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role_before', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('requester', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('began_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('remind_at', 'bigint')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('over_at', 'bigint')
    .addColumn('untold', 'text', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
  for (const column of ['due_at', 'claim'] as const) {
    await schema
      .createIndex(`running_promotions_${column}`)
      .on('running_promotions')
      .column(column)
      .where(sql.ref(column), 'is not', null)
      .execute();
  }
  await schema
    .createIndex('running_promotions_user')
    .on('running_promotions')
    .columns(['user_id', 'over_at'])
    .execute();
}
