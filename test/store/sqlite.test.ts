import { chmod, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { DatabaseInUse } from '../../src/store/errors.ts';
import { sqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { connectedStore, newStore, SQLITE, temporaryFolder } from './both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };

const permissions = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

async function openAt(path: string): Promise<Store> {
  return await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
}

/** What one of SQLite's settings is on the connection that the Store uses. */
async function pragma(store: Store, name: string): Promise<unknown> {
  return await store.read(async (database) => {
    const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(database);
    return Object.values(rows[0] ?? {})[0];
  });
}

describe('the SQLite file', () => {
  it('is made with the folders it is in, for its owner alone', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'made', 'for', 'it', 'bot.db');
    const store = await openAt(path);
    await store.transaction((transaction) => transaction.audit(ENTRY));
    expect(await permissions(join(folder, 'made', 'for', 'it'))).toBe('700');
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(await permissions(file)).toBe('600');
  });

  it('is made private where others could read it before', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    await writeFile(path, '');
    await chmod(path, 0o644);
    await openAt(path);
    expect(await permissions(path)).toBe('600');
  });

  it('has a lock beside it that nobody else can hold', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    await openAt(path);
    expect(await permissions(`${path}.lock`)).toBe('600');
  });

  it('has every commit on the disk before it is told, in a write-ahead log', async () => {
    const { store } = await SQLITE.open();
    expect(await pragma(store, 'journal_mode')).toBe('wal');
    expect(await pragma(store, 'synchronous')).toBe(2);
    expect(await pragma(store, 'foreign_keys')).toBe(1);
  });
});

describe('a process that owns the SQLite file', () => {
  it('keeps another Store away, which says what to do', async () => {
    const place = await SQLITE.newPlace();
    const owner = await connectedStore(place);
    const { store } = newStore(place.engine());
    await expect(store.connect()).rejects.toThrow(DatabaseInUse);
    await expect(store.connect()).rejects.toThrow('DATABASE_URL=postgres://');
    await owner.transaction((transaction) => transaction.audit(ENTRY));
  });

  it('keeps those away, too, who know the file by another name', async () => {
    const folder = await temporaryFolder();
    await openAt(join(folder, 'bot.db'));
    await symlink(join(folder, 'bot.db'), join(folder, 'link.db'));
    const { store } = newStore(sqlite(join(folder, 'link.db')));
    await expect(store.connect()).rejects.toThrow(DatabaseInUse);
  });

  it('lets one of several have it that come at once', async () => {
    const place = await SQLITE.newPlace();
    const stores = Array.from({ length: 5 }, () => newStore(place.engine()).store);
    const connected = await Promise.allSettled(stores.map((store) => store.connect()));
    expect(connected.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('leaves it to the next one when it closes', async () => {
    const place = await SQLITE.newPlace();
    const first = await connectedStore(place);
    const { store } = newStore(place.engine());
    await expect(store.connect()).rejects.toThrow(DatabaseInUse);
    await first.close();
    await store.connect();
    await store.transaction((transaction) => transaction.audit(ENTRY));
  });

  it('is each of those that keep everything in memory', async () => {
    const [one, other] = [await openAt(':memory:'), await openAt(':memory:')];
    await one.transaction((transaction) => transaction.audit(ENTRY));
    const rows = await other.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    expect(rows).toEqual([]);
  });
});
