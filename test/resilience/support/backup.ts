import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Dialect, Kysely } from 'kysely';
import { inject, onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { postgres } from '../../../src/store/postgres.ts';
import { readOnlySqlite } from '../../../src/store/sqlite.ts';
import type { Tables } from '../../../src/store/tables.ts';
import { administer, newDatabase } from '../../support/postgres/database.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import type { CrashDatabase, EngineName } from './databases.ts';

const RESTORED = fileURLToPath(new URL('../../../src/cli/restored.ts', import.meta.url));

/** A database of which there can be a backup. */
export type BackedUp = CrashDatabase & {
  /** Takes a backup; no bot may be running. */
  backUp(): Promise<void>;
  /** Puts the backup in place of the database, whether or not a bot is connected to it. */
  restore(): Promise<void>;
};

export async function newBackedUp(engine: EngineName): Promise<BackedUp> {
  return engine === 'SQLite' ? await newFile() : await newPostgres();
}

async function newFile(): Promise<BackedUp> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-backup-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [path, backup] = [join(folder, 'bot.db'), join(folder, 'backup.db')];
  return {
    url: `file:${path}`,
    read: reading(() => readOnlySqlite(path).dialect),
    outlastLeases: async () => {},
    backUp: () => copyAll(path, backup),
    restore: async () => {
      for (const beside of FILES) await rm(`${path}${beside}`, { force: true });
      await copyAll(backup, path);
    },
  };
}

/** A process that was killed leaves the end of the database in the write-ahead log. */
const FILES = ['', '-wal', '-shm'];

async function copyAll(from: string, to: string): Promise<void> {
  for (const beside of FILES.slice(0, 2)) {
    if (existsSync(`${from}${beside}`)) await copyFile(`${from}${beside}`, `${to}${beside}`);
  }
}

/** Not kept open, as databases come and go here. */
function reading(dialect: () => Dialect): CrashDatabase['read'] {
  return async (work) => {
    const database = new Kysely<Tables>({ dialect: dialect() });
    try {
      return await work(database);
    } finally {
      await database.destroy();
    }
  };
}

async function newPostgres(): Promise<BackedUp> {
  const url = await newDatabase();
  const name = new URL(url).pathname.slice(1);
  const server = (statement: string) => administer(inject('postgresUrl'), statement);
  return {
    url,
    read: reading(() => postgres(new Secret(url), undefined, 'a test').dialect),
    outlastLeases: async () => {},
    backUp: async () => {
      await server(`create database ${name}_backup template ${name}`);
      onTestFinished(() => server(`drop database if exists ${name}_backup with (force)`));
    },
    restore: async () => {
      await server(`drop database ${name} with (force)`);
      await server(`alter database ${name}_backup rename to ${name}`);
    },
  };
}

export type Ended = { code: number | string | null; stdout: string; stderr: string };

/** Runs `src/cli/restored.ts` to its end, with these variables and nothing else. */
export async function restored(variables: Record<string, string>, ...words: string[]): Promise<Ended> {
  const cwd = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const child = new WatchedProcess(spawn(process.execPath, [RESTORED, ...words], { env: variables, cwd }));
  return { code: await child.ended, stdout: child.text('stdout'), stderr: child.text('stderr') };
}

/** The head that `npm run restored` prints for `AUDIT_HEAD`. */
export function newHead({ stdout }: Ended): string {
  const head = /^AUDIT_HEAD=(\d+:[0-9a-f]{64})$/m.exec(stdout)?.[1];
  if (head === undefined) throw new Error(`There is no head in: ${stdout}`);
  return head;
}
