import { sql } from 'kysely';
import type { AnyTables, Engine } from '../engine.ts';

/** Approval requests and what shows them, intents, and the audit log. */
export async function up(database: AnyTables, engine: Engine): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('approval_requests')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('delivery_key', 'text', (column) => column.notNull().unique())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('open_target', 'text', (column) => column.unique())
    .addColumn('requester', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('approvals_required', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('filed_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('display_due_at', 'bigint')
    .addColumn('display_lease_until', 'bigint')
    .addColumn('display_claim', 'text')
    .execute();
  for (const column of ['due_at', 'display_due_at'] as const) {
    await schema
      .createIndex(`approval_requests_${column}`)
      .on('approval_requests')
      .column(column)
      .where(sql.ref(column), 'is not', null)
      .execute();
  }
  await schema
    .createTable('decisions')
    .addColumn('request_id', 'text', (column) => column.notNull().references('approval_requests.id'))
    .addColumn('approver', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('decided_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('decisions_pk', ['request_id', 'approver'])
    .execute();
  await schema
    .createTable('surfaces')
    .addColumn('request_id', 'text', (column) => column.notNull().references('approval_requests.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('channel', 'text')
    .addColumn('ts', 'text')
    .addColumn('wanted', 'integer', (column) => column.notNull())
    .addColumn('shown', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('surfaces_pk', ['request_id', 'name'])
    .execute();
  await schema
    .createTable('intents')
    .addColumn('delivery_key', 'text', (column) => column.primaryKey())
    .addColumn('change', 'text', (column) => column.notNull())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('begun_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .execute();
  await schema
    .createIndex('intents_due_at')
    .on('intents')
    .column('due_at')
    .where(sql.ref('due_at'), 'is not', null)
    .execute();
  await schema
    .createTable('account_lock')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text')
    .addColumn('held_until', 'bigint', (column) => column.notNull())
    .execute();
  await createAuditLog(database, engine);
}

async function createAuditLog(database: AnyTables, engine: Engine): Promise<void> {
  await database.schema
    .createTable('audit_log')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('change', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('target', 'text')
    .addColumn('request_id', 'text')
    .addColumn('step', 'integer')
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addUniqueConstraint('audit_log_step', ['request_id', 'step'])
    .execute();
  for (const statement of engine.protectAuditLog) await statement.execute(database);
}
