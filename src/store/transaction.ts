import type { Kysely } from 'kysely';
import type { AuditEntry } from './audit-log.ts';
import type { Engine } from './engine.ts';
import type { Tables } from './tables.ts';

/** A transaction. All that is written in it is recorded together, or nothing is. */
export type Transaction = {
  database: Kysely<Tables>;
  engine: Engine;
  /** The database's clock, Unix milliseconds. Call it after the statements that wait for a lock. */
  now(): Promise<number>;
  /** Adds to the audit log. Make it the transaction's last write: every other audited transaction waits for it. */
  audit(entry: AuditEntry): Promise<void>;
};
