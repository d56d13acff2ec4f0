import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { DatabaseInUse, DatabaseUnusable, StoreUnavailable } from '../../src/store/errors.ts';
import { sqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { connectedStore, newStore, temporaryFolder } from './both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const write = (store: Store) => store.transaction((transaction) => transaction.audit(ENTRY));

/** A connected Store with one entry, and the path of its file. */
async function openFile(): Promise<{ store: Store; path: string }> {
  const path = join(await temporaryFolder(), 'bot.db');
  const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
  await write(store);
  return { store, path };
}

const entriesIn = async (store: Store) =>
  (await store.read((database) => database.selectFrom('audit_log').selectAll().execute())).length;

/** What the Store says when it is to write. */
async function refusal(store: Store): Promise<StoreUnavailable> {
  const error = await write(store).catch((thrown: unknown) => thrown);
  if (error instanceof StoreUnavailable) return error;
  throw new Error('the Store took it', { cause: error });
}

describe('the SQLite file of a running bot', () => {
  it.each(['', '-wal', '.lock'])('is missed at the next change when bot.db%s is moved', async (ending) => {
    const { store, path } = await openFile();
    await rename(`${path}${ending}`, `${path}.elsewhere`);
    const { trouble, mayBeRecorded } = await refusal(store);
    expect({ kind: trouble.kind, mayBeRecorded }).toEqual({ kind: 'gone', mayBeRecorded: false });
    expect(trouble.what).toContain(`${path}${ending} was deleted, moved or replaced`);
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    // An empty lock keeps others away.
    expect(existsSync(`${path}${ending}`)).toBe(ending === '.lock');
  });

  it('is not made anew by another process, and can be moved back with all that is beside it', async () => {
    const { store, path } = await openFile();
    const endings = ['', '-wal', '-shm', '.lock'];
    for (const ending of endings) await rename(`${path}${ending}`, `${path}.moved${ending}`);
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    const { store: second } = newStore(sqlite(path));
    await expect(second.connect()).rejects.toThrow(DatabaseUnusable);
    expect(existsSync(path)).toBe(false);
    for (const ending of endings) await rename(`${path}.moved${ending}`, `${path}${ending}`);
    await write(store);
    await expect(second.connect()).rejects.toThrow(DatabaseInUse);
  });

  it('can be moved back with its folder', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data', 'bot.db');
    const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    await rename(join(folder, 'data'), join(folder, 'moved'));
    await refusal(store);
    await rename(join(folder, 'moved'), join(folder, 'data'));
    await write(store);
  });

  it('is missed when it is deleted, with all that is beside it', async () => {
    const { store, path } = await openFile();
    for (const ending of ['', '-wal', '-shm', '.lock']) await rm(`${path}${ending}`);
    expect((await refusal(store)).trouble.kind).toBe('gone');
  });

  it('is missed when a copy of it is in its place', async () => {
    const { store, path } = await openFile();
    await copyFile(path, `${path}.copy`);
    await rename(`${path}.copy`, path);
    expect((await refusal(store)).trouble.kind).toBe('gone');
  });

  it.each(['', '-wal'])('is missed when bot.db%s is emptied', async (ending) => {
    const { store, path } = await openFile();
    await truncate(`${path}${ending}`);
    const { trouble } = await refusal(store);
    expect({ kind: trouble.kind, what: trouble.what }).toEqual({
      kind: 'gone',
      what: `${path}${ending} was cut short`,
    });
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
  });

  it('is missed when its folder is moved', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data', 'bot.db');
    const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    await rename(join(folder, 'data'), join(folder, 'moved'));
    expect((await refusal(store)).trouble.kind).toBe('gone');
    await writeFile(join(folder, 'data'), '');
    expect((await refusal(store)).trouble.kind).toBe('gone');
  });

  it('is missed when the link to it leads to another file', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'link.db');
    await symlink(join(folder, 'bot.db'), path);
    const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    await writeFile(join(folder, 'other.db'), '');
    await rm(path);
    await symlink(join(folder, 'other.db'), path);
    expect((await refusal(store)).trouble.kind).toBe('gone');
  });

  it('is used on when it is back, although a write was under way when it was moved', async () => {
    const { store, path } = await openFile();
    await store.transaction(async ({ database }) => {
      await rename(path, `${path}.elsewhere`);
      await sql`update message_counter set posted = posted + 1`.execute(database);
    });
    await expect(store.check()).rejects.toThrow('deleted, moved or replaced');
    await rename(`${path}.elsewhere`, path);
    await store.check();
    await write(store);
  });

  it('is missed when an older copy is written into it', async () => {
    const { store, path } = await openFile();
    const copy = `${path}.copy`;
    await store.read((database) => sql.raw(`vacuum into '${copy}'`).execute(database));
    await write(store);
    // In the same file, as `cp` and a shell's redirection do it.
    await writeFile(path, await readFile(copy));
    const { trouble, mayBeRecorded } = await refusal(store);
    expect({ ...trouble, mayBeRecorded }).toEqual({
      kind: 'back',
      what: `${path} was overwritten by another program`,
      remedy: expect.stringContaining('put the copy in place again, and run `npm run restored`'),
      mayBeRecorded: false,
    });
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
  });

  it('is used on when another program moves the write-ahead log into it', async () => {
    const { store, path } = await openFile();
    const before = await readFile(path);
    const program = new DatabaseSync(path);
    program.exec('pragma wal_checkpoint(full)');
    program.close();
    expect((await readFile(path)).equals(before)).toBe(false);
    await store.check();
    await write(store);
    expect(await entriesIn(store)).toBe(2);
  });

  it('is used on when the same file is back', async () => {
    const { store, path } = await openFile();
    await rename(path, `${path}.elsewhere`);
    await refusal(store);
    await rename(`${path}.elsewhere`, path);
    await store.check();
    await write(store);
    expect(await entriesIn(store)).toBe(2);
  });

  it('leaves what is in its place as it is when the bot ends', async () => {
    const { store, path } = await openFile();
    await rename(path, `${path}.elsewhere`);
    await writeFile(path, 'not ours');
    await store.close();
    expect(await readFile(path, 'utf8')).toBe('not ours');
  });
});

describe('a start', () => {
  it.each(['bot.db', 'bot.db and its write-ahead log'])('makes no database where %s went', async (what) => {
    const { store, path } = await openFile();
    await store.close();
    await rm(path);
    if (what === 'bot.db') await writeFile(`${path}-wal`, 'what was not in it yet');
    const { store: next } = newStore(sqlite(path));
    await expect(next.connect()).rejects.toThrow(DatabaseUnusable);
    await expect(next.connect()).rejects.toThrow(`delete ${path}.lock`);
    expect(existsSync(path)).toBe(false);
  });

  it.each(['file', 'folder'])('makes none where the whole %s went while the bot ran', async (what) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data', 'bot.db');
    const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    if (what === 'folder') await rename(join(folder, 'data'), join(folder, 'moved'));
    else for (const ending of ['', '-wal', '-shm', '.lock']) await rm(`${path}${ending}`);
    await store.close();
    const { store: next } = newStore(sqlite(path));
    await expect(next.connect()).rejects.toThrow(`delete ${path}.lock`);
    expect(existsSync(path)).toBe(false);
  });

  it('makes none beside the write-ahead log of one', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    await writeFile(`${path}-wal`, 'what was not in it yet');
    const { store } = newStore(sqlite(path));
    await expect(store.connect()).rejects.toThrow(`delete ${path}-wal`);
    expect(existsSync(path)).toBe(false);
  });

  it('makes none in an empty file that took the place of one', async () => {
    const { store, path } = await openFile();
    await store.close();
    await writeFile(path, '');
    const { store: next } = newStore(sqlite(path));
    await expect(next.connect()).rejects.toThrow('is empty');
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('that is tried again makes none where the file went meanwhile', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const engine = sqlite(path);
    await engine.open();
    await rm(path);
    const { store } = newStore(engine);
    await expect(store.connect()).rejects.toThrow(DatabaseUnusable);
    expect(existsSync(path)).toBe(false);
  });

  it('goes on with a database that was put back, and makes one where the remedy was followed', async () => {
    const { store, path } = await openFile();
    await store.close();
    await rename(path, `${path}.backup`);
    const { store: refused } = newStore(sqlite(path));
    await expect(refused.connect()).rejects.toThrow(DatabaseUnusable);
    await copyFile(`${path}.backup`, path);
    await refused.connect();
    expect(await entriesIn(refused)).toBe(1);
    await refused.close();
    await rm(path);
    await rm(`${path}.lock`);
    const { store: anew } = newStore(sqlite(path));
    await anew.connect();
    expect(await entriesIn(anew)).toBe(0);
  });

  it('does not make the file that a link leads to, where one was', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'data'));
    const path = join(folder, 'link.db');
    await symlink(join('data', 'bot.db'), path);
    const first = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    await first.close();
    await rename(join(folder, 'data', 'bot.db'), join(folder, 'elsewhere.db'));
    const { store } = newStore(sqlite(path));
    await expect(store.connect()).rejects.toThrow(DatabaseUnusable);
    expect(existsSync(join(folder, 'data', 'bot.db'))).toBe(false);
  });
});
