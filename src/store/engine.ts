import type { Dialect, Kysely, RawBuilder } from 'kysely';
import type { AuditNames } from './audit-names.ts';

/** What differs between SQLite and PostgreSQL; everything else is written once for both. */
export type Engine = {
  dialect: Dialect;
  /** The database's clock in Unix milliseconds: leases are measured on it, whichever process reads it. */
  now: RawBuilder<number>;
  /** Follows a `select` whose row stays locked until the transaction ends; empty where the whole file is. */
  forUpdate: RawBuilder<unknown>;
  /** Makes the writers of the audit log take turns until their transactions end. */
  lockAuditLog: RawBuilder<unknown> | null;
  protectAuditLog: readonly RawBuilder<unknown>[];
  names: AuditNames;
  /** Whether one process owns the database, so that a claim found at start belongs to nobody alive. */
  exclusive: boolean;
  /**
   * For what may take minutes, as an index on a long table: a way to the same database with no limit on a statement, and
   * what comes first in each transaction there. Null where there is no limit.
   */
  unhurried: { dialect: Dialect; first: RawBuilder<unknown> } | null;
  /** The schema that the tables are in, where there are schemas: a database may hold others beside it. */
  schema: RawBuilder<string> | null;
  /** Takes hold of the database; what it throws says why it cannot be had. */
  open(): Promise<void>;
  /** Lets go of it, once Kysely has. */
  close(): Promise<void>;
  /** Comes before each use. @throws {DatabaseGone} when the database is not where it was opened */
  check(): void;
};

/** A Kysely of whatever tables: migrations change what those are. */
export type AnyTables = Kysely<unknown>;
