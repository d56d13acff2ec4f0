import { BAD_CONFIGURATION, FatalError } from '../observability/fatal-error.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** The database cannot be used just now. */
export class StoreUnavailable extends Error {
  readonly trouble: Trouble;
  /** True when the answer to the commit was lost, so all or nothing may be recorded. False when nothing is. */
  readonly mayBeRecorded: boolean;

  /** @param mayBeRecorded whether the commit was sent; a database that answers why it failed has recorded nothing */
  constructor(cause: unknown, mayBeRecorded = false) {
    super(`the database cannot be used: ${reasonOf(cause)}`, { cause });
    this.name = 'StoreUnavailable';
    this.trouble = troubleOf(cause);
    this.mayBeRecorded = mayBeRecorded && this.trouble.kind === 'away';
  }
}

/** Waiting would not help: the process is to end with this message, which tells the operator what to do. */
export class DatabaseUnusable extends FatalError {
  constructor({ what, remedy }: Pick<Trouble, 'what' | 'remedy'>, cause?: unknown) {
    super(`DATABASE_URL: ${what}. ${remedy}`, { cause });
    this.name = 'DatabaseUnusable';
  }
}

/** The configuration names a database that the bot must not work with. A restart would not help. */
export class WrongDatabase extends DatabaseUnusable {
  override readonly exitCode = BAD_CONFIGURATION;

  constructor(trouble: Pick<Trouble, 'what' | 'remedy'>) {
    super(trouble);
    this.name = 'WrongDatabase';
  }
}

/** Another process has the file open. Two bots on one file would each take the other's claims for dead. */
export class DatabaseInUse extends DatabaseUnusable {
  constructor(path: string) {
    const remedy =
      'One process owns a SQLite file. Stop the other process, or for several replicas set DATABASE_URL=postgres://…';
    super({ what: `Another process uses the database ${path}`, remedy });
    this.name = 'DatabaseInUse';
  }
}
