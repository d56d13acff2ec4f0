import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import type { Database } from '../store/tables.ts';
import { onlyReadable } from './readable.ts';
import { RequestId } from './request.ts';
import { openIds } from './rows.ts';
import { hasOpenTarget } from './stored.ts';

/** How many requests are read in one go: it holds nobody else up, and for more PostgreSQL would read the whole audit log. */
const AT_ONCE = 100;

/**
 * Which open requests need a newer version. To know that takes reading a request whole, so each is read once, and again
 * after each of its steps: a step always has an entry in the audit log, which numbers them in the order of the commits.
 */
export class NewerRequests {
  readonly #store: Store;
  readonly #newer = new Set<RequestId>();
  /** The last entry up to which requests were read; null when none were. */
  #readTo: number | null = null;
  /** One look after the other. */
  #look: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Their ids, as of now. @throws {StoreUnavailable} */
  async ids(): Promise<readonly RequestId[]> {
    const look = this.#look.then(() => this.#readNew());
    this.#look = look.catch(() => {});
    await look;
    return [...this.#newer];
  }

  async #readNew(): Promise<void> {
    const last = await this.#store.read(lastEntry);
    const from = this.#readTo;
    if (last === from) return;
    // A log that has become shorter is another one.
    const anew = from === null || last < from;
    const unread = await this.#store.read((database) =>
      anew ? openIds(database) : changedSince(database, from),
    );
    if (anew) this.#newer.clear();
    this.#readTo = null;
    for (let at = 0; at < unread.length; at += AT_ONCE) {
      if (at > 0) await setImmediate();
      const ids = unread.slice(at, at + AT_ONCE);
      const newer = await this.#store.read((database) => newerAmong(database, ids));
      for (const id of ids) this.#newer.delete(id);
      for (const id of newer) this.#newer.add(id);
    }
    this.#readTo = last;
  }
}

async function lastEntry(database: Database): Promise<number> {
  const { last } = await database
    .selectFrom('audit_log')
    .select(({ fn }) => fn.max('seq').as('last'))
    .executeTakeFirstOrThrow();
  return last ?? 0;
}

async function changedSince(database: Database, entry: number): Promise<RequestId[]> {
  const rows = await database
    .selectFrom('audit_log')
    .select('request_id as id')
    .distinct()
    .where('seq', '>', entry)
    .where('request_id', 'is not', null)
    .execute();
  return rows.map(({ id }) => RequestId.parse(id));
}

async function newerAmong(database: Database, ids: readonly RequestId[]): Promise<RequestId[]> {
  const rows = await database
    .selectFrom('approval_requests')
    .select('id')
    .where('id', 'in', ids)
    .where(hasOpenTarget)
    .execute();
  const open = rows.map(({ id }) => RequestId.parse(id));
  const readable = new Set(await onlyReadable(database, open));
  return open.filter((id) => !readable.has(id));
}
