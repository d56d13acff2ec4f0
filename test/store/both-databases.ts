import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, onTestFinished } from 'vitest';
import { z } from 'zod';
import { State } from '../../src/approvals/request.ts';
import { fromStored, toStored } from '../../src/approvals/stored.ts';
import { Secret } from '../../src/config/secret.ts';
import { createLogger } from '../../src/observability/log.ts';
import type { Engine } from '../../src/store/engine.ts';
import { postgres } from '../../src/store/postgres.ts';
import { sqlite } from '../../src/store/sqlite.ts';
import { Store } from '../../src/store/store.ts';
import { newDatabase, newSchema } from '../support/postgres/database.ts';
import { reusedSchemas } from '../support/postgres/reused-schemas.ts';

/** Where a database is, or will be: its `DATABASE_URL`, and engines for it, one a process. */
export type Place = { url: string; engine(): Engine };

/** A connected Store with what it logged, and the Store of another process on the same database. */
export type OpenDatabase = Place & {
  store: Store;
  log: Record<string, unknown>[];
  /** Connected, too. SQLite is for one process, so there it is the same Store. */
  other: Store;
};

/** One of the two databases. */
export type Kind = {
  name: 'SQLite' | 'PostgreSQL';
  /** A place where nothing is yet. It is gone when the test ends. */
  newPlace(): Promise<Place>;
  /** A database as a first start leaves it, closed when the test ends. */
  open(): Promise<OpenDatabase>;
};

export const SQLITE: Kind = {
  name: 'SQLite',
  newPlace: sqlitePlace,
  open: async () => openIn(await migratedFile()),
};
/** A schema in a database. */
export const POSTGRESQL: Kind = {
  name: 'PostgreSQL',
  newPlace: async () => postgresPlace((await newSchema()).url),
  open: async () => openIn(postgresPlace(await migratedSchema())),
};
/** A database of its own. */
export const WHOLE_POSTGRESQL: Kind = {
  name: 'PostgreSQL',
  newPlace: async () => postgresPlace(await newDatabase()),
  open: async () => openIn(postgresPlace(await newDatabase())),
};

/** Describes the same of each database. */
export function onBothDatabases(subject: string, tests: (database: Kind) => void): void {
  describe.each([SQLITE, POSTGRESQL])(`${subject}, on $name`, tests);
}

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function sqlitePlace(): Promise<Place> {
  return sqlitePlaceIn(await temporaryFolder());
}

function sqlitePlaceIn(folder: string): Place {
  const path = join(folder, 'bot.db');
  return { url: `file:${path}`, engine: () => sqlite(path) };
}

function postgresPlace(url: string): Place {
  return { url, engine: () => postgres(new Secret(url)) };
}

const migratedSchema = reusedSchemas((url) => migrate(postgresPlace(url)));

/** What SQLite's file holds after a first start. */
let firstFile: Promise<Buffer> | null = null;

async function migratedFile(): Promise<Place> {
  const folder = await temporaryFolder();
  firstFile ??= makeFirstFile();
  await writeFile(join(folder, 'bot.db'), await firstFile, { mode: 0o600 });
  return sqlitePlaceIn(folder);
}

async function makeFirstFile(): Promise<Buffer> {
  const folder = await temporaryFolder();
  await migrate(sqlitePlaceIn(folder));
  return await readFile(join(folder, 'bot.db'));
}

/** Does what a first start does with an empty database. */
async function migrate(place: Place): Promise<void> {
  const store = new Store(place.engine(), createLogger('silent'));
  await store.connect();
  await store.close();
}

async function openIn(place: Place): Promise<OpenDatabase> {
  const { store, log } = newStore(place.engine());
  await store.connect();
  const other = store.engine.exclusive ? store : await connectedStore(place);
  return { ...place, store, log, other };
}

/** A Store that is not connected yet, and what it logs. It is closed when the test ends. */
export function newStore(engine: Engine): { store: Store; log: Record<string, unknown>[] } {
  const log: Record<string, unknown>[] = [];
  const line = z.record(z.string(), z.unknown());
  const write = (text: string) => log.push(line.parse(JSON.parse(text)));
  const store = new Store(engine, createLogger('info', { write }));
  onTestFinished(() => store.close());
  return { store, log };
}

/** One more Store on a database. */
export async function connectedStore(place: Place): Promise<Store> {
  const { store } = newStore(place.engine());
  await store.connect();
  return store;
}

/** Runs statements in one transaction, past everything that the code allows. */
export async function run(store: Store, ...statements: string[]): Promise<void> {
  await store.transaction(async ({ database }) => {
    for (const statement of statements) await sql.raw(statement).execute(database);
  });
}

/** Adds so many long entries to an empty audit log at once; they do not make a chain. */
export async function fillAuditLog(store: Store, entries: number): Promise<void> {
  const details = `'{"place":' || place || ',"name":"${'x'.repeat(200)}"}'`;
  await run(
    store,
    `insert into audit_log
      with recursive places (place) as
        (select 1 union all select place + 1 from places where place < ${entries})
      select place, 0, null, 'reset', 'begun', 'grace1', null, null, ${details}, '', '' from places`,
  );
}

/** Puts all that is kept, but for the audit log, into the past, as if so many milliseconds had gone by. */
export async function letTimePass(store: Store, milliseconds: number): Promise<void> {
  const past = (column: string) => `${column} = ${column} - ${milliseconds}`;
  const set = (table: string, columns: readonly string[]) =>
    `update ${table} set ${columns.map(past).join(', ')}`;
  const displays = ['display_due_at', 'display_lease_until'];
  await run(
    store,
    set('approval_requests', ['filed_at', 'expires_at', 'due_at', ...displays]),
    set('decisions', ['decided_at']),
    set('intents', ['begun_at', 'due_at']),
    set('account_lock', ['held_until']),
    set('homes', ['due_at', 'lease_until', 'behind_since']),
    set('bot_admins', ['changed_at', 'tell_at', 'lease_until']),
  );
  await store.transaction(async ({ database }) => {
    const rows = await database.selectFrom('approval_requests').select(['id', 'state']).execute();
    for (const { id, state } of rows) {
      const earlier = JSON.stringify(toStored(inThePast(State.parse(fromStored(state)), milliseconds)));
      await database.updateTable('approval_requests').set({ state: earlier }).where('id', '=', id).execute();
    }
  });
}

function inThePast(state: State, milliseconds: number): State {
  switch (state.kind) {
    case 'pending':
      return { ...state, remindAt: state.remindAt === null ? null : state.remindAt - milliseconds };
    case 'approved':
      return { ...state, notBefore: state.notBefore - milliseconds };
    case 'executing':
      return { ...state, leaseUntil: state.leaseUntil - milliseconds };
    default:
      return state;
  }
}
