import type { AnyTables } from '../engine.ts';

/** What held when an approval request was filed, as JSON. Requests that are there already have none. */
export async function up({ schema }: AnyTables): Promise<void> {
  await schema.alterTable('approval_requests').addColumn('terms', 'text').execute();
}
