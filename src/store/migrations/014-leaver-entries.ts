import type { AnyTables } from '../engine.ts';

/** From which entry of the audit log on a message about leavers has something new to show. */
export async function up(database: AnyTables): Promise<void> {
  await database.schema.alterTable('leaver_messages').addColumn('seen_entry', 'bigint').execute();
}
