import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Secret } from '../../src/config/secret.ts';
import { createLogger } from '../../src/observability/log.ts';
import type { Engine } from '../../src/store/engine.ts';
import { postgres } from '../../src/store/postgres.ts';
import { sqlite } from '../../src/store/sqlite.ts';
import { Store } from '../../src/store/store.ts';
import { fillPostgres, fillSqlite } from '../support/history.ts';
import { startPostgres } from '../support/postgres/start.ts';

/** Years of a large company. */
const BIG = { entries: 1_000_000, openRequests: 10_000 };

export type DatabaseKind = 'SQLite' | 'PostgreSQL';

/** What several rows need and what takes long to make: made when it is first asked for, gone with `close`. */
export class Shared {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fastly-user-bot-bench-'));
  readonly #big = new Map<DatabaseKind, Promise<Store>>();
  readonly #closers: (() => Promise<void> | void)[] = [];
  #server: Promise<string> | null = null;
  #databases = 0;

  /** A database with 1,000,000 entries and 10,000 open requests. */
  async bigStore(kind: DatabaseKind): Promise<Store> {
    let big = this.#big.get(kind);
    if (big === undefined) {
      big = this.#filledStore(kind);
      this.#big.set(kind, big);
    }
    return await big;
  }

  /** A new database, without a row. */
  async emptyStore(kind: DatabaseKind): Promise<Store> {
    return await this.#connected((await this.#newPlace(kind)).engine());
  }

  /** The same in PostgreSQL, and its URL for processes that work there, too. */
  async postgresPlace(): Promise<{ url: string; store: Store }> {
    const { url, engine } = await this.#newPlace('PostgreSQL');
    return { url, store: await this.#connected(engine()) };
  }

  /** A new database in SQLite for a process, once `prepare` is done with it. */
  async sqlitePlace(prepare: (store: Store) => Promise<void>): Promise<string> {
    const { url, engine } = await this.#newPlace('SQLite');
    const store = newStore(engine());
    await store.connect();
    await prepare(store).finally(() => store.close());
    return url;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
    rmSync(this.#folder, { recursive: true });
  }

  async #newPlace(kind: DatabaseKind): Promise<{ url: string; engine: () => Engine }> {
    this.#databases += 1;
    const name = `bench_${this.#databases}`;
    if (kind === 'SQLite') {
      const path = join(this.#folder, `${name}.db`);
      return { url: `file:${path}`, engine: () => sqlite(path) };
    }
    const url = new URL(await this.#postgresUrl());
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`create database ${name} template template0`);
    await client.end();
    url.pathname = name;
    return { url: url.href, engine: () => postgres(new Secret(url.href)) };
  }

  async #filledStore(kind: DatabaseKind): Promise<Store> {
    const { url, engine } = await this.#newPlace(kind);
    const empty = newStore(engine());
    await empty.connect();
    await empty.close();
    process.stderr.write(`filling a ${kind} database with ${BIG.entries} entries\n`);
    if (kind === 'SQLite') fillSqlite(url.slice('file:'.length), BIG);
    else await fillPostgres(url, BIG);
    return await this.#connected(engine());
  }

  async #connected(engine: Engine): Promise<Store> {
    const store = newStore(engine);
    await store.connect();
    this.#closers.push(() => store.close());
    return store;
  }

  async #postgresUrl(): Promise<string> {
    this.#server ??= startPostgres().then(({ url, stop }) => {
      this.#closers.push(stop);
      return url;
    });
    return await this.#server;
  }
}

/** Its log goes nowhere. */
function newStore(engine: Engine): Store {
  return new Store(engine, createLogger('silent', { write: () => {} }));
}
