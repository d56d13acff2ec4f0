import { sql } from 'kysely';
import type { AnyTables } from '../engine.ts';

/** Which members are told that an API token expires soon, and when the tokens are looked at next. */
export async function up(database: AnyTables): Promise<void> {
  await database.schema
    .createTable('token_reminders')
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('member', 'text', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('owns', 'integer', (column) => column.notNull())
    .addColumn('told', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('token_reminders_pk', ['token', 'member'])
    .execute();
  await database.schema
    .createTable('token_looks')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
  await sql`insert into token_looks (name, due_at) values ('reminders', 0)`.execute(database);
}
