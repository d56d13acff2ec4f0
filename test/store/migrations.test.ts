import { type ColumnMetadata, Kysely, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditPages } from '../../src/store/audit-page.ts';
import type { Engine } from '../../src/store/engine.ts';
import { dueHomes, progressOf } from '../../src/store/homes.ts';
import { MIGRATIONS, migrate } from '../../src/store/migrations/index.ts';
import type { Store } from '../../src/store/store.ts';
import {
  connectedStore,
  newStore,
  type Place,
  POSTGRESQL,
  run,
  SQLITE,
  WHOLE_POSTGRESQL,
} from './both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const TABLES = [
  'account_lock',
  'approval_requests',
  'audit_log',
  'belonging',
  'bot_admins',
  'compatibility',
  'decisions',
  'homes',
  'intents',
  'known_pairs',
  'leaver_looks',
  'leaver_messages',
  'leavers',
  'message_counter',
  'report_schedules',
  'reports',
  'running_promotions',
  'surfaces',
  'token_looks',
  'token_reminders',
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

/** A version with one more migration, which only adds. */
const NEWER: typeof MIGRATIONS = {
  ...MIGRATIONS,
  '999-later': {
    up: async (tables) => {
      await tables.schema.createTable('later').addColumn('name', 'text').execute();
      await tables.schema.alterTable('audit_log').addColumn('later', 'text').execute();
    },
  },
};

/** A version whose tables no earlier one can use. */
const NEXT_MAJOR: typeof MIGRATIONS = {
  ...MIGRATIONS,
  '999-later': {
    up: async (tables) => {
      await sql`update compatibility set readable_from = 999`.execute(tables);
    },
  },
};

/** Does what another version does when it starts. */
async function migrateAs(place: Place, migrations: typeof MIGRATIONS): Promise<void> {
  const engine = place.engine();
  const tables = new Kysely<unknown>({ dialect: engine.dialect });
  try {
    await migrate(tables, engine, migrations);
  } finally {
    await tables.destroy();
  }
}

/** Those up to this one, as a version had them that knew no later ones. */
function migrationsUpTo(last: string): typeof MIGRATIONS {
  return Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name <= last));
}

/** Takes a migration back that only made indexes. */
const WITHOUT_INDEXES = [
  'intents_target',
  'approval_requests_claim',
  'approval_requests_open',
  'approval_requests_open_requester',
  'audit_log_target',
  'audit_log_login',
  'audit_log_newcomer',
  'audit_log_name',
  'audit_log_new_name',
].map((index) => `drop index ${index}`);

/** Takes the migration back that made the tables for leavers. */
const WITHOUT_LEAVERS = ['known_pairs', 'leavers', 'leaver_messages', 'leaver_looks'].map(
  (table) => `drop table ${table}`,
);

/** What Kysely locks in PostgreSQL while it migrates. */
const KYSELY_LOCK = '3853314791062309107';

describe.each([SQLITE, WHOLE_POSTGRESQL])('connecting, on $name', (database) => {
  it('makes the tables in an empty database', async () => {
    const store = await connectedStore(await database.newPlace());
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
      ...WITHOUT_INDEXES,
      'drop table belonging',
      'drop table compatibility',
      'drop table bot_admins',
      'drop table running_promotions',
      'drop table token_reminders',
      'drop table token_looks',
      ...WITHOUT_LEAVERS,
      'drop table report_schedules',
      'drop table reports',
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
      ...WITHOUT_INDEXES,
      'drop table compatibility',
      'drop table bot_admins',
      'drop table running_promotions',
      'drop table token_reminders',
      'drop table token_looks',
      ...WITHOUT_LEAVERS,
      'drop table report_schedules',
      'drop table reports',
      'drop table message_counter',
      'alter table homes drop column drawn_entry',
      'alter table homes drop column drawn_posted',
      'alter table homes drop column behind_since',
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

  it('fails when a newer version has been at a database that does not say from which version on it is readable', async () => {
    const place = await database.newPlace();
    const { store } = newStore(place.engine());
    await store.connect();
    await run(
      store,
      "insert into kysely_migration (name, timestamp) values ('999-later', '2026-01-02')",
      'delete from compatibility',
    );
    await expect(store.connect()).rejects.toThrow('999-later');
  });

  it('uses the tables that a newer version has added to, and leaves what it does not know', async () => {
    const place = await database.newPlace();
    await (await connectedStore(place)).close();
    await migrateAs(place, NEWER);
    const store = await connectedStore(place);
    await store.transaction((transaction) => transaction.audit(ENTRY));
    expect(await tablesOf(store)).toEqual([...TABLES, 'later'].sort());
    await migrateAs(place, NEWER);
  });

  it('fails in words when a newer version has changed the tables beyond what this one can read', async () => {
    const place = await database.newPlace();
    const store = await connectedStore(place);
    await migrateAs(place, NEXT_MAJOR);
    await expect(store.connect()).rejects.toThrow(
      /^DATABASE_URL: A newer version of the bot has changed the database.+999 is needed.+Start the newer version again/,
    );
  });
});

describe('several processes that connect to an empty PostgreSQL at once', () => {
  it('all succeed, and make the tables once', async () => {
    const place = await WHOLE_POSTGRESQL.newPlace();
    const stores = await Promise.all(Array.from({ length: 6 }, () => connectedStore(place)));
    for (const store of stores) expect(await tablesOf(store)).toEqual(TABLES);
  });
});

/** An entry as a version from before its indexes writes it. */
const written = (seq: number, name: string) =>
  sql`insert into audit_log (seq, at, actor, change, event, target, request_id, step, details, previous_hash, hash)
    values (${seq}, 0, 'U0NORA001', 'reset', 'done', 'grace1', null, null, ${JSON.stringify({ login: 'grace@example.com', name })}, '', '')`;

describe.each([SQLITE, WHOLE_POSTGRESQL])('the indexes of the audit log, on $name', (database) => {
  it('hold what an earlier version wrote before them, and what it writes after', async () => {
    const place = await database.newPlace();
    const engine = place.engine();
    // SQLite's file is made by whoever owns it.
    await engine.open();
    await engine.close();
    await migrateAs(place, migrationsUpTo('007-readable-from'));
    const earlier = new Kysely<unknown>({ dialect: engine.dialect });
    onTestFinished(() => earlier.destroy());
    await written(1, 'Grace Before').execute(earlier);
    const { store, log } = newStore(place.engine());
    expect(await store.connect()).toBe(false);
    expect(log).toMatchObject([
      { migration: '008-indexes' },
      { migration: '009-bot-admins' },
      { migration: '010-token-reminders' },
      { migration: '011-running-promotions' },
      { migration: '012-leavers' },
      { migration: '013-reports' },
      { migration: '014-leaver-entries' },
    ]);
    await written(2, 'Grace After').execute(earlier);
    const pages = new AuditPages(store);
    for (const [seq, typed] of [
      [1, 'grace before'],
      [2, 'grace after'],
    ] as const) {
      const found = await pages.latest({ subject: { typed }, before: null, limit: 16 });
      expect(found.map((line) => line.seq)).toEqual([seq]);
    }
  });
});

describe('a migration on PostgreSQL', () => {
  it('has no limit on a statement, as an index on a long log takes its time', async () => {
    const place = await WHOLE_POSTGRESQL.newPlace();
    const store = await connectedStore(place);
    await run(store, `alter database "${new URL(place.url).pathname.slice(1)}" set statement_timeout = '9s'`);
    const limits: unknown[] = [];
    await migrateAs(place, {
      ...MIGRATIONS,
      '999-later': {
        up: async (tables) => {
          limits.push(...(await sql`show statement_timeout`.execute(tables)).rows);
        },
      },
    });
    expect(limits).toEqual([{ statement_timeout: '0' }]);
  });
});

describe('a newer version that starts at the same moment on PostgreSQL', () => {
  it('does not keep this one from starting when it migrates first', async () => {
    const place = await WHOLE_POSTGRESQL.newPlace();
    await migrateAs(place, migrationsUpTo('006-homes-behind'));
    const newer = new pg.Client({ connectionString: place.url });
    await newer.connect();
    onTestFinished(() => newer.end());
    await newer.query('begin');
    await newer.query(`select pg_advisory_xact_lock(${KYSELY_LOCK})`);
    const connecting = connectedStore(place);
    const waiting = async () =>
      (await newer.query("select from pg_locks where locktype = 'advisory' and not granted")).rowCount;
    await expect.poll(waiting, { interval: 20 }).toBe(1);
    await newer.query(`create table compatibility (readable_from integer not null);
      insert into compatibility values (7);
      create table bot_admins (member text primary key, able integer not null, details text not null,
        changed_at bigint not null, tell_at bigint, lease_until bigint, claim text);
      create table token_reminders (token text not null, member text not null, step integer not null,
        owns integer not null, told integer not null, primary key (token, member));
      create table token_looks (name text primary key, due_at bigint not null, lease_until bigint, claim text);
      create table known_pairs (member text not null, user_id text not null, address text not null,
        guest integer not null, primary key (member, user_id));
      create table leavers (id text primary key, member text not null, user_id text not null, details text not null,
        state text not null, found_at bigint not null, changed_at bigint not null, message text, position integer);
      create table leaver_messages (id text primary key, message text not null, place text not null, channel text,
        ts text, wanted integer not null, due_at bigint, lease_until bigint, claim text);
      create table leaver_looks (name text primary key, due_at bigint not null, listed_at bigint,
        lease_until bigint, claim text);
      create table report_schedules (schedule text primary key, due_at bigint not null, try_at bigint not null,
        lease_until bigint, claim text);
      create table reports (due_at bigint primary key, posted_at bigint not null, entry bigint not null);
      create table running_promotions (id text primary key);
      insert into kysely_migration values
        ('007-readable-from', '2030-01-02T03:04:05.000Z'), ('008-indexes', '2030-01-02T03:04:05.500Z'),
        ('009-bot-admins', '2030-01-02T03:04:05.700Z'),
        ('010-token-reminders', '2030-01-02T03:04:05.800Z'),
        ('011-running-promotions', '2030-01-02T03:04:05.900Z'),
        ('012-leavers', '2030-01-02T03:04:05.900Z'),
        ('013-reports', '2030-01-02T03:04:05.900Z'),
        ('014-leaver-entries', '2030-01-02T03:04:05.900Z'),
        ('999-later', '2030-01-02T03:04:06.000Z');
      commit`);
    await (await connecting).transaction((transaction) => transaction.audit(ENTRY));
  });
});

/** The columns of each table, and what a statement that does not name one needs to know of it. */
async function columnsOf(tables: Kysely<unknown>): Promise<Map<string, Map<string, ColumnMetadata>>> {
  const found = await tables.introspection.getTables();
  return new Map(found.map(({ name, columns }) => [name, new Map(columns.map((each) => [each.name, each]))]));
}

/** What an earlier version could not work with any more after each of these migrations, one after the other. */
async function breakages(place: Place, migrations: typeof MIGRATIONS): Promise<string[]> {
  const engine = place.engine();
  await engine.open();
  const tables = new Kysely<unknown>({ dialect: engine.dialect });
  onTestFinished(async () => {
    await tables.destroy();
    await engine.close();
  });
  const problems: string[] = [];
  for (const [migration, { up }] of Object.entries(migrations)) {
    const before = await columnsOf(tables);
    await up(tables, engine);
    const after = await columnsOf(tables);
    for (const [table, columns] of before) {
      for (const [column, { dataType, isNullable, hasDefaultValue }] of columns) {
        const now = after.get(table)?.get(column);
        const same =
          now?.dataType === dataType &&
          now.hasDefaultValue === hasDefaultValue &&
          now.isNullable === isNullable;
        if (!same) problems.push(`${migration} takes or alters ${table}.${column}`);
      }
      for (const [column, { isNullable, hasDefaultValue }] of after.get(table) ?? []) {
        if (columns.has(column) || isNullable || hasDefaultValue) continue;
        problems.push(`${migration} adds ${table}.${column}, which earlier versions don't write`);
      }
    }
  }
  return problems;
}

describe.each([SQLITE, WHOLE_POSTGRESQL])('the migrations of this major version, on $name', (database) => {
  it('only add, in the order of their numbers', async () => {
    const names = Object.keys(MIGRATIONS);
    expect(names).toEqual(names.toSorted());
    for (const name of names) expect(name).toMatch(/^\d{3}-[a-z-]+$/);
    expect(await breakages(await database.newPlace(), MIGRATIONS)).toEqual([]);
  });

  it.each([
    ['drop table homes', 'takes or alters homes.member'],
    ['alter table intents drop column details', 'takes or alters intents.details'],
    ['alter table intents rename column details to particulars', 'takes or alters intents.details'],
    [
      'create table copy (name text not null); drop table message_counter; alter table copy rename to message_counter',
      'takes or alters message_counter.posted',
    ],
  ])("would be found out at '%s'", async (statements, problem) => {
    const later = {
      up: async (tables: Kysely<unknown>) => {
        for (const statement of statements.split('; ')) await sql.raw(statement).execute(tables);
      },
    };
    const place = await database.newPlace();
    expect(await breakages(place, { ...MIGRATIONS, '999-later': later })).toContain(`999-later ${problem}`);
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
