import { sql } from 'kysely';
import type { AnyTables, Engine } from '../engine.ts';

/**
 * Indexes for all that is looked up, so that years of history cost no time. They come in the order in which transactions
 * write to their tables: on PostgreSQL each keeps writers away until all are made, and in another order they could wait
 * for each other.
 */
export async function up(database: AnyTables, { names }: Engine): Promise<void> {
  const { schema } = database;
  await schema.createIndex('intents_target').on('intents').columns(['target', 'begun_at']).execute();
  await schema
    .createIndex('approval_requests_claim')
    .on('approval_requests')
    .column('display_claim')
    .where(sql.ref('display_claim'), 'is not', null)
    .execute();
  for (const [name, columns] of [
    ['open', ['filed_at', 'id']],
    ['open_requester', ['requester', 'filed_at', 'id']],
  ] as const) {
    await schema
      .createIndex(`approval_requests_${name}`)
      .on('approval_requests')
      .columns([...columns])
      .where(sql.ref('open_target'), 'is not', null)
      .execute();
  }
  await schema.createIndex('audit_log_target').on('audit_log').columns(['target', 'seq']).execute();
  const { login, name, newName } = names;
  await sql`create index audit_log_login on audit_log ((${login}), seq)`.execute(database);
  await sql`create index audit_log_newcomer on audit_log ((${login}), seq) where target is null`.execute(
    database,
  );
  await sql`create index audit_log_name on audit_log ((${name}), seq)`.execute(database);
  await sql`create index audit_log_new_name on audit_log ((${newName}), seq) where ${newName} is not null`.execute(
    database,
  );
}
