import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';

/** Gives the URL of a new, empty PostgreSQL database, which is gone when the test ends. */
export async function newDatabase(): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  // Of template0, as nothing can be connected to it: a template in use is refused.
  await administer(`create database ${name} template template0`);
  onTestFinished(() => administer(`drop database ${name} with (force)`));
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  return url.href;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
