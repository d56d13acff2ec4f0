import { expressionBuilder, sql } from 'kysely';
import { z } from 'zod';
import { headText } from '../ids.ts';
import { headOf } from './audit-log.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

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

type AuditQuery = { subject: AuditSubject | null; before: number | null; limit: number };

/** What happens between a change's beginning and its end, and says nothing by itself. */
const IN_BETWEEN = ['begun', 'started', 'reminded', 'postponed', 'closed', 'locked'];

/** Whatever a newer version writes, an entry has a line. */
const Details = z
  .looseObject({ login: z.string().catch(''), name: z.string().catch('') })
  .catch({ login: '', name: '' });

/** Reads the audit log for people. */
export class AuditPages {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The head of the log, as `N:HASH`; null while it is empty. */
  async head(): Promise<string | null> {
    const head = await this.#store.read(headOf);
    return head && headText(head);
  }

  /** The latest entries, newest first, at most `limit`: about one user, and older than an entry, where that is given. */
  async latest({ subject, before, limit }: AuditQuery): Promise<AuditLine[]> {
    const rows = await this.#store.read(async (database) => {
      let query = database
        .selectFrom('audit_log')
        .selectAll()
        .where('event', 'not in', IN_BETWEEN)
        .orderBy('seq', 'desc')
        .limit(limit);
      if (before !== null) query = query.where('seq', '<', before);
      if (subject !== null) query = query.where(isAbout(subject));
      return await query.execute();
    });
    return rows.map(({ seq, at, actor, change, event, target, details: text }) => {
      const details = Details.parse(JSON.parse(text));
      const { login, name } = details;
      return { seq, at, actor, change, event, target: { id: target, login, name }, details };
    });
  }
}

function isAbout(subject: AuditSubject) {
  const where = expressionBuilder<Tables, 'audit_log'>();
  if ('id' in subject) {
    // Who was created or invited had no id when that was written down.
    const asNewcomer = where.and([where('target', 'is', null), holds('login', subject.login)]);
    return where.or([where('target', '=', subject.id), asNewcomer]);
  }
  const { typed } = subject;
  return where.or([where('target', '=', typed), holds('login', typed), holds('name', typed)]);
}

/** Whether an entry's details hold this value, letter case aside as far as the database knows letters. */
function holds(field: 'login' | 'name', value: string) {
  const text = `"${field}":${JSON.stringify(value)}`;
  const pattern = `%${text.replace(/[%_!]/g, '!$&')}%`;
  return sql<boolean>`lower(details) like lower(${pattern}) escape '!'`;
}
