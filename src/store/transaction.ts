import type { Kysely } from 'kysely';
import type { AuditEntry } from './audit-log.ts';
import type { Engine } from './engine.ts';
import type { Tables } from './tables.ts';

/** One transaction: what is written in it happens together or not at all. */
export type Transaction = {
  database: Kysely<Tables>;
  engine: Engine;
  /** The database's clock, Unix milliseconds. Read after the locks one waits for. */
  now(): Promise<number>;
  /** Adds to the audit log. Make it the transaction's last write: every other audited transaction waits for it. */
  audit(entry: AuditEntry): Promise<void>;
};
