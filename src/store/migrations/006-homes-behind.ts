import type { AnyTables } from '../engine.ts';

/** Since when Slack does not show a Home as it should be. Those that are there already count from their next drawing. */
export async function up({ schema }: AnyTables): Promise<void> {
  await schema.alterTable('homes').addColumn('behind_since', 'bigint').execute();
}
