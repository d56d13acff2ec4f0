import type { Logger } from 'pino';
import { type AuditHead, headText } from '../ids.ts';
import { headOf } from './audit-log.ts';
import { WrongDatabase } from './errors.ts';
import { hasEntry } from './newest-entry.ts';
import type { Store } from './store.ts';

/** What to do where the audit log lacks the entry that AUDIT_HEAD names. */
export const LACKING_REMEDY =
  'If the database was restored, run `npm run restored` and set AUDIT_HEAD to what it prints. Otherwise correct DATABASE_URL or AUDIT_HEAD.';

/** @throws {WrongDatabase} when the audit log lacks this entry, or has another one in its place; {StoreUnavailable} */
export async function mustHaveEntry(store: Store, noted: AuditHead): Promise<void> {
  const { found, head } = await store.read(async (database) => ({
    found: await hasEntry(database, noted),
    head: await headOf(database),
  }));
  if (found) return store.remember(noted);
  const { seq } = noted;
  const end = head?.seq ?? 0;
  throw new WrongDatabase({
    what:
      end < seq
        ? `The audit log ends at entry ${end}, but AUDIT_HEAD names entry ${seq}`
        : `Entry ${seq} of the audit log is another one than AUDIT_HEAD names`,
    remedy: LACKING_REMEDY,
  });
}

/** The row of `account_lock` whose `held_until` is when the next replica logs the head. */
const LEASE = 'audit-head';

/** Logs the head of the audit log: by each process when it starts and stops, and regularly by one of all. */
export class AuditHeads {
  readonly #store: Store;
  /** At info whatever `LOG_LEVEL` says, as the entries are. */
  readonly #log: Logger;
  readonly #every: number;
  #atStart = true;

  /** @param every milliseconds from one time to the next */
  constructor(store: Store, log: Logger, every: number) {
    this.#store = store;
    this.#log = log.child({}, { level: 'info' });
    this.#every = every;
  }

  /** Whether this process has logged nothing yet, or no process has for long enough. */
  async due(): Promise<boolean> {
    if (this.#atStart) return true;
    const lease = await this.#store.read((database) =>
      database
        .selectFrom('account_lock')
        .select('name')
        .where('name', '=', LEASE)
        .where('held_until', '>', this.#store.engine.now)
        .executeTakeFirst(),
    );
    return lease === undefined;
  }

  /** Logs the head if this process is the one to do it now. */
  async logWhenDue(): Promise<void> {
    const first = this.#atStart;
    const taken = await this.#store.transaction(async ({ database, engine, now }) => {
      const held_until = (await now()) + this.#every;
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('account_lock')
        .values({ name: LEASE, holder: null, held_until })
        .onConflict((conflict) => {
          const update = conflict.column('name').doUpdateSet({ held_until });
          return first ? update : update.where('account_lock.held_until', '<=', engine.now);
        })
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    });
    this.#atStart = false;
    if (taken) await this.logNow();
  }

  async logNow(): Promise<void> {
    const head = await this.#store.read(headOf);
    this.#log.info({ head: head && headText(head) }, 'audit log head');
  }
}
