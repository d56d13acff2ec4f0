import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { postgres } from '../../../src/store/postgres.ts';
import { readOnlySqlite } from '../../../src/store/sqlite.ts';
import type { Tables } from '../../../src/store/tables.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';

export const ENGINES = ['SQLite', 'PostgreSQL'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A bot's database, as a test sees it from beside the bot. */
export type CrashDatabase = {
  /** For `DATABASE_URL`. */
  url: string;
  read<T>(work: (database: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** The leases of a process that is gone run out; where one process owns the database there is no need to wait. */
  outlastLeases(): Promise<void>;
};

/** A PostgreSQL database whose clock the test can set forward. */
export type ClockedDatabase = CrashDatabase & { pass(milliseconds: number): Promise<void> };

/** A new, empty database, which is gone when the test ends. */
export async function newCrashDatabase(engine: EngineName): Promise<CrashDatabase> {
  return engine === 'SQLite' ? await newSqlite() : await newPostgres();
}

async function newSqlite(): Promise<CrashDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-crash-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'bot.db');
  return {
    url: `file:${path}`,
    read: async (work) => {
      // Not kept open: the bot makes the file only when it starts.
      const database = new Kysely<Tables>({ dialect: readOnlySqlite(path).dialect });
      try {
        return await work(database);
      } finally {
        await database.destroy();
      }
    },
    outlastLeases: async () => {},
  };
}

/** Longer than `EXECUTION_LEASE` is unless it is set. */
const OUTLASTING_MILLISECONDS = 61_000;

/** A new, empty PostgreSQL database, which is gone when the test ends. */
export async function newPostgres(): Promise<ClockedDatabase> {
  const {
    variables: { DATABASE_URL: url },
    pass,
  } = await databaseWithClock();
  const database = new Kysely<Tables>({ dialect: postgres(new Secret(url)).dialect });
  onTestFinished(() => database.destroy());
  return {
    url,
    read: (work) => work(database),
    outlastLeases: () => pass(OUTLASTING_MILLISECONDS),
    pass,
  };
}
