import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { Engine } from '../../src/store/engine.ts';
import { DatabaseUnusable, StoreUnavailable } from '../../src/store/errors.ts';
import { postgres } from '../../src/store/postgres.ts';
import { sqlite } from '../../src/store/sqlite.ts';
import { troubleOf } from '../../src/store/trouble.ts';
import { administer } from '../support/postgres/database.ts';
import { newStore, SQLITE, temporaryFolder } from './both-databases.ts';

/** What connecting throws. */
async function failure(engine: Engine): Promise<unknown> {
  const { store } = newStore(engine);
  return await store.connect().catch((error: unknown) => error);
}

async function unusable(engine: Engine): Promise<string> {
  const error = await failure(engine);
  if (error instanceof DatabaseUnusable) return error.message;
  throw new Error('connecting told nothing final', { cause: error });
}

/** The server that the tests use, by a changed URL. */
function postgresWith(changes: Partial<URL>): Engine {
  const url = Object.assign(new URL(inject('postgresUrl')), changes);
  return postgres(new Secret(url.href));
}

describe('a DATABASE_URL that can never work', () => {
  it.each([
    ['password', 'PostgreSQL refuses the password', { password: 'hidden-word' }],
    ['user', 'PostgreSQL refuses the password', { username: 'nobody' }],
    ['database', 'PostgreSQL has no such database', { pathname: '/nowhere' }],
    ['schema', 'The schema does not exist', { search: '?options=-c%20search_path%3Dnone' }],
    ['setting', 'PostgreSQL knows no such setting', { search: '?options=-c%20nothing%3Don' }],
    ['value', 'PostgreSQL refuses a setting', { search: '?options=-c%20work_mem%3Dmuch' }],
    ['TLS', 'PostgreSQL has no TLS', { search: '?sslmode=verify-full' }],
    ['no password', 'PostgreSQL asks for a password', { password: '' }],
  ])('is told of by its name, with the remedy: %s', async (_what, problem, changes) => {
    const message = await unusable(postgresWith(changes));
    expect(message.startsWith(`DATABASE_URL: ${problem} (`)).toBe(true);
    expect(message).toMatch(/\)\. [A-Z][^.]+ DATABASE_URL[^.]*\.$/);
    expect(message).not.toContain('hidden-word');
  });

  it('is told of where another program has tables of these names', async () => {
    const url = inject('postgresUrl');
    await administer(url, 'create schema theirs; create table theirs.approval_requests (value text)');
    onTestFinished(() => administer(url, 'drop schema theirs cascade'));
    expect(await unusable(postgresWith({ search: '?options=-c%20search_path%3Dtheirs' }))).toContain(
      'The database has a table of another program',
    );
  });

  it('is told of where the user may create no tables', async () => {
    const username = 'without_rights';
    await administer(inject('postgresUrl'), `create role ${username} login password 'known'`);
    onTestFinished(() => administer(inject('postgresUrl'), `drop role ${username}`));
    expect(await unusable(postgresWith({ username, password: 'known' }))).toMatch(
      /lacks a right .+ Grant the user/,
    );
  });

  it('is told of where a file is a folder on the way, or the file is a folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(await unusable(sqlite(join(folder, 'file', 'bot.db')))).toContain('names a file as a folder');
    await mkdir(join(folder, 'bot.db'));
    expect(await unusable(sqlite(join(folder, 'bot.db')))).toContain('names a folder');
    await symlink('loop.db', join(folder, 'loop.db'));
    expect(await unusable(sqlite(join(folder, 'loop.db')))).toContain('lead nowhere');
  });

  it('is told of where the file is no database, and leaves it as it is', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    await writeFile(path, 'This is no database, however long one looks at it. '.repeat(100));
    expect(await unusable(sqlite(path))).toContain('The file is not a SQLite database');
  });

  it.each([
    ['update compatibility set readable_from = 999', "and this one can't use it"],
    ['delete from compatibility', 'newer than this version of the bot'],
  ])('is told of where a newer version of the bot was at the database (%s)', async (change, words) => {
    const { store, url } = await SQLITE.open();
    await store.close();
    const path = url.slice('file:'.length);
    const database = new DatabaseSync(path);
    database.exec(`insert into kysely_migration values ('999-later', '2030-01-01'); ${change}`);
    database.close();
    expect(await unusable(sqlite(path))).toContain(words);
  });
});

describe('a database that is only away', () => {
  it('is waited for where nothing listens', async () => {
    const engine = postgresWith({ port: '1' });
    const error = await failure(engine);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(troubleOf(error instanceof StoreUnavailable ? error.cause : null)).toMatchObject({
      kind: 'away',
      what: expect.stringMatching(
        /^The database can't be used: nothing answers at its address \(.*ECONNREFUSED/,
      ),
    });
  });

  it('is waited for where another program is writing to the file', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const program = new DatabaseSync(path);
    onTestFinished(() => program.close());
    program.exec('create table theirs (value); begin exclusive');
    expect(await failure(sqlite(path))).toMatchObject({
      trouble: { kind: 'away', what: expect.stringContaining('another program is writing') },
    });
  });
});

const withCode = (code: string, message = 'it said so') => Object.assign(new Error(message), { code });
const inSqlite = (errcode: number) => Object.assign(withCode('ERR_SQLITE_ERROR'), { errcode });

describe('what keeps the bot from its database', () => {
  it.each([
    ...['28P01', '28000', '3D000', '3F000', '42501'].map((code) => [code, 'wrong'] as const),
    ...['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR'].map((code) => [code, 'wrong'] as const),
    ...['SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'].map((code) => [code, 'wrong'] as const),
    ...['53100', '25006', 'ENOSPC', 'EDQUOT'].map((code) => [code, 'full'] as const),
    ...['57P03', '57P01', '53300', '08006', '40001', '55P03', 'XX000'].map((code) => [code, 'away'] as const),
    ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', 'CERT_HAS_EXPIRED'].map(
      (code) => [code, 'away'] as const,
    ),
  ])('passes or not: %s is %s', (code, kind) => {
    const { kind: found, what, remedy } = troubleOf(withCode(code));
    expect(found).toBe(kind);
    expect(what).toMatch(/^[A-Z].+ \(?it said so\)?$/);
    expect(remedy).toMatch(/^[A-Z].+\.$/);
  });

  it.each([
    [5, 'away'],
    [261, 'away'],
    [8, 'wrong'],
    [1032, 'wrong'],
    [11, 'wrong'],
    [14, 'wrong'],
    [26, 'wrong'],
    [13, 'full'],
    [778, 'full'],
    [266, 'away'],
    [1, 'away'],
  ])('passes or not, as SQLite has it: %d is %s', (errcode, kind) => {
    expect(troubleOf(inSqlite(errcode)).kind).toBe(kind);
  });

  it('passes where only a connection is refused, whatever the code', () => {
    const refused = Object.assign(withCode('EACCES'), { syscall: 'connect' });
    expect(troubleOf(refused).kind).toBe('away');
    expect(troubleOf(new Error('timeout exceeded when trying to connect')).kind).toBe('away');
  });
});
