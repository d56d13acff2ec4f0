import type { AuditHead } from '../ids.ts';
import { headOf } from './audit-log.ts';
import type { Database } from './tables.ts';

/** The database lacks an entry of the audit log that was there before: an older copy has taken its place. */
export class DatabaseWentBack extends Error {
  constructor({ seq }: AuditHead, head: AuditHead | null) {
    const now = head?.seq ?? 0;
    super(
      now < seq
        ? `The database went back from entry ${seq} to ${now}`
        : `The database went back: its entry ${seq} is another one than before`,
    );
    this.name = 'DatabaseWentBack';
  }
}

/** The newest entry of the audit log that this process has seen. It forgets it when it ends: see `AUDIT_HEAD`. */
export class NewestEntry {
  #seen: AuditHead | null = null;

  saw(entry: AuditHead | null | undefined): void {
    if (entry && entry.seq > (this.#seen?.seq ?? 0)) this.#seen = { seq: entry.seq, hash: entry.hash };
  }

  /** @throws {DatabaseWentBack} when the entry is missing, or is another one */
  async mustBeIn(database: Database): Promise<void> {
    const seen = this.#seen;
    if (seen === null || (await hasEntry(database, seen))) return;
    throw new DatabaseWentBack(seen, await headOf(database));
  }
}

/** Whether the audit log has an entry of this number with this hash. */
export async function hasEntry(database: Database, { seq, hash }: AuditHead): Promise<boolean> {
  const entry = await database
    .selectFrom('audit_log')
    .select('hash')
    .where('seq', '=', seq)
    .executeTakeFirst();
  return entry?.hash === hash;
}
