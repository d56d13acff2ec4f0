import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { headText } from '../ids.ts';
import { headOf } from './audit-log.ts';
import type { AuditNames } from './audit-names.ts';
import type { Store } from './store.ts';

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
    const conditions = subject === null ? [null] : conditionsOf(subject, this.#store.engine.names);
    const rows = await this.#store.read(async (database) => {
      // Each condition has an index in the order of the entries, so that each is read no further than a page.
      const pages = conditions.map((condition) => {
        let page = database
          .selectFrom('audit_log')
          .select('seq')
          .where('event', 'not in', IN_BETWEEN)
          .orderBy('seq', 'desc')
          .limit(limit);
        if (before !== null) page = page.where('seq', '<', before);
        if (condition !== null) page = page.where(condition);
        return database.selectFrom(page.as('page')).select('seq');
      });
      return await database
        .selectFrom('audit_log')
        .selectAll()
        .where('seq', 'in', () => pages.reduce((all, page) => all.union(page)))
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute();
    });
    return rows.map(({ seq, at, actor, change, event, target, details: text }) => {
      const details = Details.parse(JSON.parse(text));
      const { login, name } = details;
      return { seq, at, actor, change, event, target: { id: target, login, name }, details };
    });
  }
}

type Condition = Expression<SqlBool>;

/** An entry is about the subject where it meets one of these. */
function conditionsOf(subject: AuditSubject, { login, name, newName, typed }: AuditNames): Condition[] {
  const hasId = (id: string) => sql<SqlBool>`target = ${id}`;
  const is = (field: RawBuilder<string | null>, text: string) => sql<SqlBool>`${field} = ${typed(text)}`;
  if ('typed' in subject) {
    const { typed: text } = subject;
    return [hasId(text), is(login, text), is(name, text), is(newName, text)];
  }
  // Who was created or invited had no id when that was written down.
  return [hasId(subject.id), sql<SqlBool>`target is null and ${is(login, subject.login)}`];
}
