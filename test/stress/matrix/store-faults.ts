import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { Kysely } from 'kysely';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { postgres } from '../../../src/store/postgres.ts';
import { readOnlySqlite } from '../../../src/store/sqlite.ts';
import type { Database, Tables } from '../../../src/store/tables.ts';
import { administer, newDatabase } from '../../support/postgres/database.ts';
import { type Wire, wireTo } from '../../support/postgres/wire.ts';
import { setDiskFull } from './sqlite-connections.ts';

/** A bot's database, which the test can break and read past the bot. */
export type FaultyStore = {
  /** For `DATABASE_URL`. */
  url: string;
  strike(): Promise<unknown>;
  heal(): Promise<unknown>;
  read<T>(work: (database: Database) => Promise<T>): Promise<T>;
};

type Fault<Place> = (place: Place) => Pick<FaultyStore, 'strike' | 'heal'>;
type File = { path: string };
type Server = { direct: string; wire: Wire };

const none = () => ({ strike: async () => {}, heal: async () => {} });

/** Another program writes to the file. */
function lockedFile({ path }: File) {
  let program: DatabaseSync | null = null;
  return {
    async strike() {
      program = new DatabaseSync(path, { timeout: 0 });
      while (!begins(program)) await turn();
    },
    async heal() {
      program?.close();
    },
  };
}

/** False while the bot is in a transaction itself. */
function begins(program: DatabaseSync): boolean {
  try {
    program.exec('begin immediate');
    return true;
  } catch {
    return false;
  }
}

function fullFile({ path }: File) {
  return { strike: async () => setDiskFull(path, true), heal: async () => setDiskFull(path, false) };
}

function goneFile({ path }: File) {
  const elsewhere = `${path}.moved`;
  let moved = false;
  return {
    async strike() {
      await rename(path, elsewhere);
      moved = true;
    },
    heal: async () => moved && (await rename(elsewhere, path)),
  };
}

/** Another program has locked the tables that the bot writes to. */
function lockedTables({ direct }: Server) {
  const program = new pg.Client({ connectionString: direct });
  let connected = false;
  return {
    async strike() {
      connected = true;
      await program.connect();
      await program.query('begin; lock table intents, approval_requests, audit_log in exclusive mode');
    },
    heal: async () => connected && (await program.end()),
  };
}

const FILLED = ['intents', 'approval_requests', 'account_lock', 'audit_log'].map(
  (table) =>
    `create trigger full_disk before insert or update on ${table} for each row execute function full_disk();`,
);

function fullServer({ direct }: Server) {
  return {
    strike: () =>
      administer(
        direct,
        `create function full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
        ${FILLED.join('\n')}`,
      ),
    heal: () => administer(direct, 'drop function if exists full_disk cascade'),
  };
}

/** As the bot sees it: its connections are ended with PostgreSQL's word for it, and new ones fail for a while. */
function restartedServer({ direct, wire }: Server) {
  return {
    async strike() {
      await administer(
        direct,
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'fastly-user-bot' and datname = current_database()`,
      );
      wire.cut();
    },
    heal: async () => wire.mend(),
  };
}

/** The connection of the next two transactions that add to the audit log ends: at once, or at their commit. */
const cutConnection =
  (trigger: string): Fault<Server> =>
  ({ direct }) => ({
    strike: () =>
      administer(
        direct,
        `create sequence cuts;
        create function cut() returns trigger language plpgsql as $$
          begin
            if nextval('cuts') <= 2 then perform pg_terminate_backend(pg_backend_pid()); end if;
            return new;
          end $$;
        ${trigger} for each row execute function cut()`,
      ),
    heal: () => administer(direct, 'drop function if exists cut cascade; drop sequence if exists cuts'),
  });

/** Two transactions are recorded, and the bot is not told. */
function lostCommits({ wire }: Server) {
  return { strike: async () => wire.loseCommits(2), heal: async () => wire.loseCommits(0) };
}

export const STORE_FAULTS: Readonly<Record<string, () => Promise<FaultyStore>>> = {
  SQLite: inFile(none),
  PostgreSQL: onServer(none),
  'SQLite locked': inFile(lockedFile),
  'SQLite full': inFile(fullFile),
  'SQLite file gone': inFile(goneFile),
  'PostgreSQL locked': onServer(lockedTables),
  'PostgreSQL full': onServer(fullServer),
  'PostgreSQL restarted': onServer(restartedServer),
  'cut in a transaction': onServer(cutConnection('create trigger cut before insert on audit_log')),
  'cut at the commit': onServer(
    cutConnection('create constraint trigger cut after insert on audit_log deferrable initially deferred'),
  ),
  'commit not answered': onServer(lostCommits),
};

export const HEALTHY_STORES: readonly string[] = ['SQLite', 'PostgreSQL'];

function inFile(fault: Fault<File>) {
  return async (): Promise<FaultyStore> => {
    const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-matrix-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'bot.db');
    return {
      url: `file:${path}`,
      ...fault({ path }),
      async read(work) {
        const database = new Kysely<Tables>({ dialect: readOnlySqlite(path).dialect });
        try {
          return await work(database);
        } finally {
          await database.destroy();
        }
      },
    };
  };
}

function onServer(fault: Fault<Server>) {
  return async (): Promise<FaultyStore> => {
    const direct = await newDatabase();
    const { wire, url } = await wireTo(direct);
    return {
      url,
      ...fault({ direct, wire }),
      async read(work) {
        const database = new Kysely<Tables>({ dialect: postgres(new Secret(direct)).dialect });
        try {
          return await work(database);
        } finally {
          await database.destroy();
        }
      },
    };
  };
}
