import type { AnyTables } from '../engine.ts';

/** What each Home was last drawn from, so that comparing numbers tells whether it is out of date. */
export async function up(database: AnyTables): Promise<void> {
  const { schema } = database;
  for (const column of ['drawn_entry', 'drawn_posted'] as const) {
    await schema
      .alterTable('homes')
      .addColumn(column, 'bigint', (each) => each.notNull().defaultTo(0))
      .execute();
  }
  await schema.dropIndex('homes_due').execute();
  await schema
    .createTable('message_counter')
    .addColumn('posted', 'bigint', (column) => column.notNull())
    .execute();
  await database
    .withTables<{ message_counter: { posted: number } }>()
    .insertInto('message_counter')
    .values({ posted: 0 })
    .execute();
}
