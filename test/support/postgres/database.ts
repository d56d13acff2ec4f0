import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';

/** Of a database or a schema. */
export const newName = () => `test_${randomBytes(8).toString('hex')}`;

/** Gives the URL of a new, empty PostgreSQL database, which is gone when the test ends. */
export async function newDatabase(): Promise<string> {
  const name = newName();
  await createDatabase(name);
  onTestFinished(() => administer(inject('postgresUrl'), `drop database ${name} with (force)`));
  return urlOf(name);
}

/**
 * Gives the name of a new, empty schema and the URL by which it is reached. It is gone when the test ends, and the only one that whoever connects
 * there sees, in a database that has no other test's at the same time: advisory locks and `pg_locks` are a database's.
 */
export async function newSchema(): Promise<{ url: string; name: string }> {
  const name = newName();
  const url = await databaseOfThisWorker('schemas');
  await administer(url, `create schema ${name}`);
  onTestFinished(() => administer(url, `drop schema ${name} cascade`));
  return { url: withSearchPath(url, name), name };
}

/** The same database, with these schemas in the place of `public`. */
export function withSearchPath(url: string, ...schemas: string[]): string {
  const there = new URL(url);
  there.searchParams.set('options', `-c search_path=${schemas.join(',')}`);
  // PostgreSQL's driver takes a plus sign for what it is.
  there.search = there.search.replaceAll('+', '%20');
  return there.href;
}

/** Carries statements out on a connection of its own. */
export async function administer(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

const ofThisWorker = new Map<string, Promise<string>>();

/** The database that this worker has for something. Tests of one worker come one after the other. It goes with the server. */
export function databaseOfThisWorker(purpose: 'schemas' | 'reused'): Promise<string> {
  const made = ofThisWorker.get(purpose) ?? newDatabaseOfWorker();
  ofThisWorker.set(purpose, made);
  return made;
}

async function newDatabaseOfWorker(): Promise<string> {
  const name = newName();
  await createDatabase(name);
  return urlOf(name);
}

async function createDatabase(name: string): Promise<void> {
  // Of template0, as nothing can be connected to it: a template in use is refused.
  await administer(inject('postgresUrl'), `create database ${name} template template0`);
}

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = database;
  return url.href;
}
