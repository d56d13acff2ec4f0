import { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { rowsOf, verify } from '../../src/store/audit-log.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { postgres } from '../../src/store/postgres.ts';
import type { Store } from '../../src/store/store.ts';
import type { Tables } from '../../src/store/tables.ts';
import { newDatabase } from '../support/postgres/database.ts';
import { wireTo } from '../support/postgres/wire.ts';
import { newStore, onBothDatabases, SQLITE } from './both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const write = (store: Store) => store.transaction((transaction) => transaction.audit(ENTRY));
const entries = (store: Store) => store.read((database) => verify(rowsOf(database)));

onBothDatabases('a Store', (database) => {
  it('is unavailable until it is connected', async () => {
    const { store } = newStore((await database.newPlace()).engine());
    await expect(write(store)).rejects.toThrow(StoreUnavailable);
    await expect(entries(store)).rejects.toThrow('not connected yet');
    await store.connect();
    await write(store);
  });

  it('can be closed without having been connected', async () => {
    const { store } = newStore((await database.newPlace()).engine());
    await expect(store.close()).resolves.toBeUndefined();
  });

  it('is unavailable to whoever finds the tables gone', async () => {
    const { store } = await database.open();
    await store.transaction(async (transaction) => {
      await sql`drop table decisions`.execute(transaction.database);
    });
    const reading = store.read((tables) => tables.selectFrom('decisions').selectAll().execute());
    await expect(reading).rejects.toThrow(StoreUnavailable);
  });

  it('says of a mistake of ours what it is', async () => {
    const { store } = await database.open();
    const mistake = new TypeError('no such thing');
    await expect(store.transaction(() => Promise.reject(mistake))).rejects.toBe(mistake);
    await write(store);
  });
});

describe('a SQLite file', () => {
  it('is unavailable while another program writes to it, and no longer', async () => {
    const { store, url } = await SQLITE.open();
    const program = new DatabaseSync(url.slice('file:'.length));
    onTestFinished(() => program.close());
    program.exec('begin immediate');
    await expect(write(store)).rejects.toThrow(StoreUnavailable);
    program.exec('rollback');
    await write(store);
    expect(await entries(store)).toMatchObject({ whole: true, entries: 1 });
  });
});

/** Ends all connections to the database from outside, as its administrator can. */
async function terminateConnections(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}

/** A Store on a fresh PostgreSQL database, and the next loss of a connection. */
async function openPostgres() {
  const url = await newDatabase();
  const lost: Error[] = [];
  const { store } = newStore(postgres(new Secret(url), (error) => lost.push(error)));
  await store.connect();
  return { url, store, lost };
}

/** How many wait for a lock in this database. */
async function waitingForLocks(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<object>`select from pg_locks join pg_database on oid = database
    where datname = current_database() and not granted`.execute(database);
  return rows.length;
}

describe('PostgreSQL', () => {
  it('is used on by the next transaction after it ended connections that nobody used', async () => {
    const { url, store, lost } = await openPostgres();
    await terminateConnections(url);
    await expect.poll(() => lost.length).toBeGreaterThan(0);
    await write(store);
    expect(await entries(store)).toMatchObject({ entries: 1 });
  });

  it('has nothing of a transaction in which it ended the connection, and is used on by the next one', async () => {
    const { url, store } = await openPostgres();
    const interrupted = store.transaction(async (transaction) => {
      await transaction.audit(ENTRY);
      await terminateConnections(url);
      await transaction.audit(ENTRY);
    });
    await expect(interrupted).rejects.toThrow(StoreUnavailable);
    await write(store);
    expect(await entries(store)).toMatchObject({ whole: true, entries: 1 });
  });

  it('lets the next writer at the audit log when the one before gives up', async () => {
    const { url, store } = await openPostgres();
    const { store: other } = newStore(postgres(new Secret(url)));
    await other.connect();
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const interrupted = store.transaction(async (transaction) => {
      await transaction.audit(ENTRY);
      begun.resolve();
      await ended.promise;
    });
    await begun.promise;
    const waiting = write(other);
    await expect.poll(() => store.read(waitingForLocks)).toBeGreaterThan(0);
    ended.reject(new Error('dead'));
    await expect(interrupted).rejects.toThrow('dead');
    await waiting;
    expect(await entries(store)).toMatchObject({ whole: true, entries: 1 });
  });

  it('is unavailable while it is away, and used on when it is back', async () => {
    const { wire, url } = await wireTo(await newDatabase());
    const { store } = newStore(postgres(new Secret(url)));
    await store.connect();
    await write(store);
    wire.cut();
    await expect(write(store)).rejects.toThrow(StoreUnavailable);
    await expect(entries(store)).rejects.toThrow(StoreUnavailable);
    wire.mend();
    await write(store);
    expect(await entries(store)).toMatchObject({ whole: true, entries: 2 });
  });

  it('can be connected to later when it is away at first', async () => {
    const { wire, url } = await wireTo(await newDatabase());
    wire.cut();
    const { store } = newStore(postgres(new Secret(url)));
    await expect(store.connect()).rejects.toThrow();
    await expect(write(store)).rejects.toThrow('not connected yet');
    wire.mend();
    await store.connect();
    await write(store);
  });
});
