import { reasonOf } from '../observability/reason-of.ts';

/** The database cannot be reached or is not set up yet. */
export class StoreUnavailable extends Error {
  /** True when the answer to the commit was lost, so all or nothing may be recorded. False when nothing is. */
  readonly mayBeRecorded: boolean;

  constructor(cause: unknown, mayBeRecorded = false) {
    super(`the database cannot be used: ${reasonOf(cause)}`, { cause });
    this.name = 'StoreUnavailable';
    this.mayBeRecorded = mayBeRecorded;
  }
}

/** Another process has the file open. Two bots on one file would each take the other's claims for dead. */
export class DatabaseInUse extends Error {
  constructor(path: string) {
    super(
      `Another process uses the database ${path}. One process owns a SQLite file; for several replicas set DATABASE_URL=postgres://…`,
    );
    this.name = 'DatabaseInUse';
  }
}
