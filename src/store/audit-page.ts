import { sql } from 'kysely';
import { z } from 'zod';
import type { Store } from './store.ts';
import type { Database } from './tables.ts';

/** Whom entries are about: a user's id and login, or what somebody typed for one who is gone: the id, the login or the name. */
export type AuditSubject = { id: string; login: string } | { typed: string };

/** An entry for people to read. `at` is Unix milliseconds. */
export type AuditLine = {
  seq: number;
  at: number;
  actor: string | null;
  change: string;
  event: string;
  target: { id: string | null; login: string; name: string };
  details: Record<string, unknown>;
};

/** What happens between a change's beginning and its end, and says nothing by itself. */
const IN_BETWEEN = ['begun', 'started', 'reminded', 'postponed', 'closed', 'locked'];

const Details = z.looseObject({ login: z.string().catch(''), name: z.string().catch('') });

/** Reads the audit log for people. */
export class AuditPages {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The latest entries, newest first, at most `limit`: about one user, and older than an entry, where that is given. */
  async latest(page: {
    subject: AuditSubject | null;
    before: number | null;
    limit: number;
  }): Promise<AuditLine[]> {
    return await this.#store.read((database) => latestEntries(database, page));
  }
}

async function latestEntries(
  database: Database,
  { subject, before, limit }: Parameters<AuditPages['latest']>[0],
): Promise<AuditLine[]> {
  let query = database
    .selectFrom('audit_log')
    .selectAll()
    .where('event', 'not in', IN_BETWEEN)
    .orderBy('seq', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('seq', '<', before);
  if (subject !== null && 'id' in subject) {
    const { id, login } = subject;
    // Who was created or invited had no id when that was written down.
    const asNewcomer = holds(`"login":${JSON.stringify(login)}`);
    query = query.where((where) =>
      where.or([where('target', '=', id), where.and([where('target', 'is', null), asNewcomer])]),
    );
  }
  if (subject !== null && 'typed' in subject) {
    const { typed } = subject;
    const [login, name] = [`"login":${JSON.stringify(typed)}`, `"name":${JSON.stringify(typed)}`];
    query = query.where((where) => where.or([where('target', '=', typed), holds(login), holds(name)]));
  }
  const rows = await query.execute();
  return rows.map(({ seq, at, actor, change, event, target, details: text }) => {
    const details = Details.parse(JSON.parse(text));
    const { login, name } = details;
    return { seq, at, actor, change, event, target: { id: target, login, name }, details };
  });
}

/** Whether an entry's details hold this, letter case aside as far as the database knows letters. */
function holds(text: string) {
  const pattern = `%${text.replace(/[%_!]/g, '!$&')}%`;
  return sql<boolean>`lower(details) like lower(${pattern}) escape '!'`;
}
