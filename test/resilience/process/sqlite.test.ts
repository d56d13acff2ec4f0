import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkAuditChain } from '../../../src/checks/audit-chain.ts';
import { checkStore } from '../../../src/checks/store.ts';
import { rowsOf, verify } from '../../../src/store/audit-log.ts';
import { DatabaseInUse } from '../../../src/store/errors.ts';
import { sqlite } from '../../../src/store/sqlite.ts';
import { connectedStore, newStore, SQLITE, temporaryFolder } from '../../store/both-databases.ts';
import { WatchedProcess } from '../../support/watched-process.ts';

const OWNER = fileURLToPath(new URL('../support/owner.ts', import.meta.url));
const AUDIT = fileURLToPath(new URL('../../../src/cli/audit.ts', import.meta.url));
const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };

/** A process that owns the database, with an entry in its audit log. */
async function startOwner(path: string): Promise<WatchedProcess> {
  const owner = new WatchedProcess(spawn(process.execPath, [OWNER, path]));
  await owner.until((text) => text === 'owned', 'owning the database');
  return owner;
}

describe('the SQLite file', () => {
  it('keeps nothing in memory that a kill takes away', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const owner = await startOwner(path);
    owner.child.kill('SIGKILL');
    await owner.ended;
    const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    expect(await store.read((database) => verify(rowsOf(database)))).toMatchObject({
      whole: true,
      entries: 1,
    });
  });
});

describe('a process that owns the SQLite file', () => {
  it('keeps another process away', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    await startOwner(path);
    const { store } = newStore(sqlite(path));
    await expect(store.connect()).rejects.toThrow(DatabaseInUse);
  });

  it('leaves it to the next one when it is killed', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const owner = await startOwner(path);
    const { store } = newStore(sqlite(path));
    await expect(store.connect()).rejects.toThrow(DatabaseInUse);
    owner.child.kill('SIGKILL');
    await owner.ended;
    await store.connect();
    await store.transaction((transaction) => transaction.audit(ENTRY));
  });

  it('keeps it while that process checks its own configuration', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const store = await connectedStore({ url: `file:${path}`, engine: () => sqlite(path) });
    await checkStore({ kind: 'sqlite', path });
    await checkAuditChain({ kind: 'sqlite', path });
    const another = new WatchedProcess(spawn(process.execPath, [OWNER, path]));
    expect(await another.ended).toBe(1);
    expect(another.text('stderr')).toContain('Another process uses the database');
    await store.transaction((transaction) => transaction.audit(ENTRY));
  });

  it('is named by its process ID where a configuration is checked, until it is killed', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const owner = await startOwner(path);
    const check = async () => (await checkStore({ kind: 'sqlite', path })).map(({ what }) => what);
    const { pid } = owner.child;
    expect((await check())[0]).toBe(
      `The database ${path} is in use by a running bot with the process ID ${pid}.`,
    );
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect((await check())[0]).toBe(`The database ${path} can be read. No bot is using it.`);
  });

  it('can go on while the audit log is read', async () => {
    const place = await SQLITE.newPlace();
    const store = await connectedStore(place);
    await store.transaction((transaction) => transaction.audit(ENTRY));
    await store.transaction(async (transaction) => {
      await transaction.audit(ENTRY);
      const env = { DATABASE_URL: place.url };
      const reader = new WatchedProcess(spawn(process.execPath, [AUDIT, 'verify'], { env }));
      expect(await reader.ended).toBe(0);
      expect(reader.text('stdout')).toContain('intact: 1 entry.');
    });
  });
});
