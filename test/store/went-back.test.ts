import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { Approvals } from '../../src/approvals/approvals.ts';
import { RequestId } from '../../src/approvals/request.ts';
import { Intents } from '../../src/changes/intents.ts';
import type { AuditHead } from '../../src/ids.ts';
import { mustHaveEntry } from '../../src/store/audit-head.ts';
import { headOf } from '../../src/store/audit-log.ts';
import { StoreUnavailable, WrongDatabase } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { NORA, POLICY } from '../approvals/people.ts';
import { filing } from '../approvals/service.ts';
import { connectedStore, type Kind, onBothDatabases, SQLITE } from './both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const write = (store: Store) => store.transaction((transaction) => transaction.audit(ENTRY));

/** Statements that let the log be changed. */
const UNPROTECT: Record<Kind['name'], string> = {
  SQLite: 'drop trigger audit_log_no_delete',
  PostgreSQL: 'drop trigger audit_log_append_only on audit_log',
};

/** Carries a statement out past the transactions of the Store, as whoever replaces the database does. */
const outside = (store: Store, statement: string) =>
  store.read((database) => sql.raw(statement).execute(database));

/** A Store that has written three entries. */
async function threeEntries(database: Kind) {
  const opened = await database.open();
  for (let count = 0; count < 3; count += 1) await write(opened.store);
  await outside(opened.store, UNPROTECT[database.name]);
  return opened;
}

/** What a use of the database is refused with. */
async function troubleOf(use: Promise<unknown>): Promise<unknown> {
  const error = await use.catch((thrown: unknown) => thrown);
  if (error instanceof StoreUnavailable) return error.trouble;
  throw new Error('it was not refused', { cause: error });
}

const back = (what: string) => ({
  kind: 'back',
  what,
  remedy: expect.stringContaining('Stop every process of the bot, run `npm run restored`'),
});

onBothDatabases('a database that went back', (database) => {
  it('takes no change, says how far it went, and can be read', async () => {
    const { store } = await threeEntries(database);
    await outside(store, 'delete from audit_log where seq > 1');
    const trouble = back('The database went back from entry 3 to 1');
    const intents = new Intents(
      store,
      60_000,
      async () => null,
      () => {},
    );
    const target = { id: 'linus1', login: 'linus@example.com', name: 'Linus Example' };
    const change = { deliveryKey: 'one', kind: 'reset', caller: NORA, target, reference: 'A' } as const;
    const approvals = new Approvals(store, POLICY, false, () => {});
    for (const use of [
      () => store.check(),
      () => write(store),
      () => store.transaction(({ now }) => now()),
      () => intents.begin(change),
      () => approvals.file(filing()),
    ]) {
      expect(await troubleOf(use())).toEqual(trouble);
    }
    expect(await store.read(headOf)).toMatchObject({ seq: 1 });
    await outside(store, 'delete from audit_log');
    expect(await troubleOf(store.check())).toEqual(back('The database went back from entry 3 to 0'));
  });

  it('is noticed where other entries have the numbers of those that are missing', async () => {
    const { store, url, engine } = await threeEntries(database);
    await outside(store, 'delete from audit_log where seq = 3');
    const columns = 'at, actor, change, event, target, request_id, step, details, previous_hash, hash';
    await outside(
      store,
      `insert into audit_log (seq, ${columns}) select 3, ${columns.replace(/hash$/, "'0'")} from audit_log where seq = 2`,
    );
    expect(await troubleOf(write(store))).toEqual(
      back('The database went back: its entry 3 is another one than before'),
    );
    // Who has not seen the entry that is missing knows nothing of it.
    if (database !== SQLITE) await write(await connectedStore({ url, engine }));
  });

  it('is used again when the entry is there again', async () => {
    const { store } = await threeEntries(database);
    await outside(store, 'create table kept as select * from audit_log');
    await outside(store, 'delete from audit_log where seq = 3');
    expect(await troubleOf(write(store))).toMatchObject({ kind: 'back' });
    await outside(store, 'insert into audit_log select * from kept where seq = 3');
    await store.check();
    await write(store);
    expect(await store.read(headOf)).toMatchObject({ seq: 4 });
  });

  it('is noticed by a process that has only read what another one wrote', async () => {
    const { store, other } = await threeEntries(database);
    await other.check();
    await outside(store, 'delete from audit_log where seq = 3');
    expect(await troubleOf(other.check())).toEqual(back('The database went back from entry 3 to 2'));
    expect(await troubleOf(write(other))).toMatchObject({ kind: 'back' });
  });
});

onBothDatabases('AUDIT_HEAD', (database) => {
  /** What `mustHaveEntry` throws; null when it throws nothing. */
  async function refusal(store: Store, head: AuditHead): Promise<string | null> {
    try {
      await mustHaveEntry(store, head);
      return null;
    } catch (error) {
      if (error instanceof WrongDatabase) return error.message;
      throw error;
    }
  }

  it('is met by a log that has the entry, and by no other', async () => {
    const { store } = await threeEntries(database);
    const rows = await store.read((tables) =>
      tables.selectFrom('audit_log').select(['seq', 'hash']).orderBy('seq').execute(),
    );
    for (const row of rows) expect(await refusal(store, row)).toBeNull();
    const [first] = rows;
    if (!first) throw new Error('there is no entry');
    expect(await refusal(store, { seq: 2, hash: first.hash })).toContain(
      'Entry 2 of the audit log is another one than AUDIT_HEAD names',
    );
    expect(await refusal(store, { seq: 9, hash: first.hash })).toBe(
      'DATABASE_URL: The audit log ends at entry 3, but AUDIT_HEAD names entry 9. If the database was restored, run `npm run restored` and set AUDIT_HEAD to what it prints. Otherwise correct DATABASE_URL or AUDIT_HEAD.',
    );
  });

  it('is remembered, so that a database that goes back later is noticed', async () => {
    const { store, engine, url } = await threeEntries(database);
    const head = await store.read(headOf);
    const reader = database === SQLITE ? store : await connectedStore({ url, engine });
    if (head) await mustHaveEntry(reader, head);
    await outside(store, 'delete from audit_log where seq = 3');
    expect(await troubleOf(write(reader))).toMatchObject({ kind: 'back' });
  });
});

it('a full database that went back says that it went back', async () => {
  const { store } = await threeEntries(SQLITE);
  await outside(store, 'pragma max_page_count = 1');
  const written = async () => {
    for (let count = 0; count < 1_000; count += 1) await write(store);
  };
  expect(await troubleOf(written())).toMatchObject({ kind: 'full' });
  await outside(store, 'delete from audit_log');
  expect(await troubleOf(store.check())).toMatchObject({ kind: 'back' });
  // Nothing is begun, for that reason.
  const approvals = new Approvals(store, POLICY, false, () => {});
  expect(await troubleOf(approvals.claims.advance(RequestId.parse('K7Q2-9FMX')))).toMatchObject({
    kind: 'back',
  });
});

describe('a fresh database', () => {
  it('lacks whatever AUDIT_HEAD names', async () => {
    const { store } = await SQLITE.open();
    await expect(mustHaveEntry(store, { seq: 1, hash: '0'.repeat(64) })).rejects.toThrow('ends at entry 0');
  });
});
