import { sql } from 'kysely';
import type { AnyTables } from '../engine.ts';

/** Which member is which user, who left and what was told of it, and when that is looked at next. */
export async function up(database: AnyTables): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('known_pairs')
    .addColumn('member', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('guest', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('known_pairs_pk', ['member', 'user_id'])
    .execute();
  await schema
    .createTable('leavers')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('member', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('found_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('message', 'text')
    .addColumn('position', 'integer')
    .execute();
  // Whoever is found twice at the same moment is one leaver.
  await sql`create unique index leavers_open on leavers (member, user_id) where state in ('untold', 'told', 'kept')`.execute(
    database,
  );
  await schema.createIndex('leavers_message').on('leavers').column('message').execute();
  await schema
    .createTable('leaver_messages')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('channel', 'text')
    .addColumn('ts', 'text')
    .addColumn('wanted', 'integer', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
  await schema
    .createTable('leaver_looks')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('listed_at', 'bigint')
    .addColumn('lease_until', 'bigint')
    .addColumn('claim', 'text')
    .execute();
  await sql`insert into leaver_looks (name, due_at) values ('leavers', 0)`.execute(database);
}
