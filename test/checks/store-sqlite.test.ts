import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkStore } from '../../src/checks/store.ts';
import { sqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { connectedStore, newStore, run, temporaryFolder } from '../store/both-databases.ts';
import { ONE_OVERDUE } from './support/promotions.ts';

const check = (path: string) => checkStore({ kind: 'sqlite', path });
const marked = async (path: string) => (await check(path)).map(({ mark, what }) => `${mark}: ${what}`);

async function newPath(): Promise<string> {
  return join(await temporaryFolder(), 'bot.db');
}

/** A database that a bot has used; closed unless the bot is to live. */
async function usedBefore(path: string, statements: readonly string[] = []): Promise<Store> {
  const { store } = newStore(sqlite(path));
  await store.connect();
  if (statements.length > 0) await run(store, ...statements);
  await store.close();
  return store;
}

const live = (path: string) => connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });

describe('the check of a SQLite file', () => {
  it('finds one that a bot has used well, and leaves nothing beside it', async () => {
    const path = await newPath();
    await usedBefore(path);
    const before = await readdir(dirname(path));
    expect(await marked(path)).toEqual([
      `fine: The database ${path} can be read. No bot is using it.`,
      'fine: The database and its folder can be written.',
      'fine: The tables are those of this version.',
      expect.stringMatching(/^fine: The disk of the database has \d+ [MG]iB left\.$/),
    ]);
    expect(await readdir(dirname(path))).toEqual(before);
  });

  it('finds the living bot that owns it, and keeps nothing from that bot', async () => {
    const path = await newPath();
    const store = await live(path);
    expect(await marked(path)).toContain(`fine: The database ${path} is in use by this bot.`);
    await store.transaction((transaction) =>
      transaction.audit({ actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} }),
    );
    const link = join(dirname(path), 'link.db');
    await symlink(path, link);
    expect(await marked(link)).toContain(`fine: The database ${link} is in use by this bot.`);
  });

  it.each(['', 'made/for/it'])(
    'says of none yet that the first start makes it, and makes nothing (%s)',
    async (folder) => {
      const parent = await temporaryFolder();
      const path = join(parent, folder, 'bot.db');
      expect((await marked(path))[0]).toBe(
        `fine: There is no database at ${path} yet. The first start makes it.`,
      );
      expect(await readdir(parent)).toEqual([]);
    },
  );

  it('finds one that is gone, though a bot was started with it', async () => {
    const path = await newPath();
    await usedBefore(path);
    await rm(path);
    expect(await check(path)).toEqual([
      {
        mark: 'wrong',
        what: `${path} is missing, but ${path}.lock shows that the bot was started with it before.`,
        remedy: expect.stringContaining('Put the database back.'),
      },
    ]);
  });

  it('warns of roles that should have ended, and of none that runs', async () => {
    const path = await newPath();
    await usedBefore(path, ONE_OVERDUE);
    expect(await marked(path)).toContain(
      'warning: 1 role that was given for a time should have ended over 10 minutes ago.',
    );
  });

  it('names the migrations that wait, and does not run them', async () => {
    const path = await newPath();
    await usedBefore(path, ["delete from kysely_migration where name >= '003'"]);
    const waiting = expect.stringMatching(
      /^fine: The next start changes the tables: 003-derived-homes, 004-terms.*Back the database up/,
    );
    expect(await marked(path)).toContainEqual(waiting);
    expect(await marked(path)).toContainEqual(waiting);
  });

  it('finds one that only a newer version can use', async () => {
    const path = await newPath();
    await usedBefore(path, [
      "insert into kysely_migration (name, timestamp) values ('999-later', 'x')",
      'update compatibility set readable_from = 999',
    ]);
    expect(await check(path)).toContainEqual({
      mark: 'wrong',
      what: 'The database is newer than this version of the bot: it has 999-later.',
      remedy: 'Run the version that last used it.',
    });
  });

  it('finds a file that is no database, a folder, and a path through a file', async () => {
    const folder = await temporaryFolder();
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'Not a database. '.repeat(100));
    expect(await marked(text)).toEqual([expect.stringContaining('wrong: The file is not a SQLite database')]);
    await mkdir(join(folder, 'data'));
    expect(await marked(join(folder, 'data'))).toEqual([expect.stringMatching(/^wrong: /)]);
    expect(await marked(join(text, 'bot.db'))).toEqual([
      expect.stringContaining('wrong: DATABASE_URL names a file as a folder'),
    ]);
  });

  it('finds what other accounts can read', async () => {
    const path = await newPath();
    await usedBefore(path);
    await chmod(path, 0o644);
    expect(await check(path)).toContainEqual({
      mark: 'warning',
      what: `Other accounts of this machine can read ${path}.`,
      remedy: `Run: chmod 600 ${path}`,
    });
  });

  it('finds a folder that this account may not write, before the first start and after', async () => {
    // Root may write everywhere.
    const expected = process.getuid?.() === 0 ? 'fine' : 'wrong';
    const path = await newPath();
    await chmod(dirname(path), 0o500);
    onTestFinished(() => chmod(dirname(path), 0o700));
    expect((await check(path))[0]).toMatchObject({ mark: expected, what: expect.stringContaining(path) });
    await chmod(dirname(path), 0o700);
    await usedBefore(path);
    await chmod(dirname(path), 0o500);
    expect((await check(path))[1]).toMatchObject({
      mark: expected,
      what: expect.stringContaining('written'),
    });
  });

  it('warns of one in memory', async () => {
    expect(await check(':memory:')).toMatchObject([{ mark: 'warning' }]);
  });
});
