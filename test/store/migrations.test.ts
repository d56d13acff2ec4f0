import { type RawBuilder, sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../src/store/engine.ts';
import { dueHomes, progressOf } from '../../src/store/homes.ts';
import type { Store } from '../../src/store/store.ts';
import { connectedStore, newStore, POSTGRESQL, run, SQLITE, WHOLE_POSTGRESQL } from './both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const TABLES = [
  'account_lock',
  'approval_requests',
  'audit_log',
  'belonging',
  'decisions',
  'homes',
  'intents',
  'message_counter',
  'surfaces',
];

/** The tables there are, but for those in which the migrations themselves are recorded. */
async function tablesOf(store: Store): Promise<string[]> {
  const tables = await store.read((database) => database.introspection.getTables());
  return tables.map(({ name }) => name).sort();
}

/** The engine with one more statement at the end of the first migration. */
const endingWith = (engine: Engine, statement: RawBuilder<unknown>): Engine => ({
  ...engine,
  protectAuditLog: [...engine.protectAuditLog, statement],
});

describe.each([SQLITE, WHOLE_POSTGRESQL])('connecting, on $name', (database) => {
  it('makes the tables in an empty database', async () => {
    const { store } = await database.open();
    expect(await tablesOf(store)).toEqual(TABLES);
  });

  it('again changes nothing and loses nothing', async () => {
    const { store, other } = await database.open();
    await store.transaction((transaction) => transaction.audit(ENTRY));
    await store.connect();
    await other.connect();
    const rows = await store.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    expect(rows).toHaveLength(1);
    expect(await tablesOf(store)).toEqual(TABLES);
  });

  it('finds what an earlier process left', async () => {
    const place = await database.newPlace();
    const { store: first } = newStore(place.engine());
    expect(await first.connect()).toBe(true);
    await first.transaction((transaction) => transaction.audit(ENTRY));
    await first.close();
    const { store: second } = newStore(place.engine());
    onTestFinished(() => second.close());
    expect(await second.connect()).toBe(false);
    const rows = await second.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    expect(rows).toMatchObject([{ seq: 1, event: 'begun' }]);
  });

  it('adds what is new to the database of an earlier version, and keeps the rest', async () => {
    const { store } = await database.open();
    await store.transaction((transaction) => transaction.audit(ENTRY));
    await run(
      store,
      'drop table belonging',
      'drop table message_counter',
      'drop table homes',
      "delete from kysely_migration where name > '002'",
      'alter table approval_requests drop column terms',
    );
    expect(await store.connect()).toBe(false);
    expect(await tablesOf(store)).toEqual(TABLES);
    const rows = await store.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    expect(rows).toHaveLength(1);
  });

  it('keeps the Homes that an earlier version has kept up to date', async () => {
    const { store } = await database.open();
    await store.transaction((transaction) => transaction.audit(ENTRY));
    await run(
      store,
      'drop table message_counter',
      'alter table homes drop column drawn_entry',
      'alter table homes drop column drawn_posted',
      'create index homes_due on homes (coalesce(lease_until, due_at))',
      "insert into homes (member) values ('U0NORA001')",
      'alter table approval_requests drop column terms',
      'drop table belonging',
      "delete from kysely_migration where name > '003'",
    );
    await store.connect();
    const due = await store.read(async (tables) =>
      dueHomes(tables, store.engine, await progressOf(tables), 8),
    );
    expect(due).toEqual(['U0NORA001']);
  });

  it('leaves nothing of a migration that fails at its end, and can be tried again', async () => {
    const place = await database.newPlace();
    const { store } = newStore(endingWith(place.engine(), sql`this is no statement`));
    await expect(store.connect()).rejects.toThrow('syntax error');
    await store.close();
    expect(await tablesOf(await connectedStore(place))).toEqual(TABLES);
  });

  it('fails when a newer version of the bot has been at the database', async () => {
    const place = await database.newPlace();
    const { store } = newStore(place.engine());
    await store.connect();
    await run(store, "insert into kysely_migration (name, timestamp) values ('999-later', '2026-01-02')");
    await expect(store.connect()).rejects.toThrow('999-later');
  });
});

describe('several processes that connect to an empty PostgreSQL at once', () => {
  it('all succeed, and make the tables once', async () => {
    const place = await WHOLE_POSTGRESQL.newPlace();
    const stores = await Promise.all(Array.from({ length: 6 }, () => connectedStore(place)));
    for (const store of stores) expect(await tablesOf(store)).toEqual(TABLES);
  });
});

describe('a schema of a PostgreSQL database', () => {
  it('has tables of its own beside those of another one', async () => {
    const stores = [
      await connectedStore(await POSTGRESQL.newPlace()),
      await connectedStore(await POSTGRESQL.newPlace()),
    ];
    const [one] = stores;
    await one?.transaction((transaction) => transaction.audit(ENTRY));
    const counts = await Promise.all(
      stores.map((store) => store.read((tables) => tables.selectFrom('audit_log').selectAll().execute())),
    );
    expect(counts.map((rows) => rows.length)).toEqual([1, 0]);
  });
});
