import { Kysely, sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { rowsOf, verify } from '../../../src/store/audit-log.ts';
import { StoreUnavailable } from '../../../src/store/errors.ts';
import { MIGRATIONS, migrate } from '../../../src/store/migrations/index.ts';
import { postgres } from '../../../src/store/postgres.ts';
import type { Store } from '../../../src/store/store.ts';
import { newStore } from '../../store/both-databases.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { wireTo } from '../../support/postgres/wire.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const write = (store: Store) => store.transaction((transaction) => transaction.audit(ENTRY));
const entries = (store: Store) => store.read((database) => verify(rowsOf(database)));

describe('PostgreSQL', () => {
  it('is unavailable when it falls silent, and used on over a new connection', async () => {
    const { wire, url } = await wireTo(await newDatabase());
    const { store } = newStore(postgres(new Secret(url)));
    await store.connect();
    wire.silence();
    await expect(write(store)).rejects.toThrow(StoreUnavailable);
    wire.mend();
    await write(store);
    expect(await entries(store)).toMatchObject({ whole: true, entries: 1 });
  });

  it('may take longer for a migration than for any other statement, and for those who wait for it', async () => {
    const url = new Secret(await newDatabase());
    const SECONDS = 13;
    const slow = {
      ...MIGRATIONS,
      '999-slow': {
        up: async (tables: Kysely<unknown>) => {
          await sql`select pg_sleep(${SECONDS})`.execute(tables);
        },
      },
    };
    const start = async () => {
      const engine = postgres(url);
      const tables = new Kysely<unknown>({ dialect: engine.dialect });
      onTestFinished(() => tables.destroy());
      return await migrate(tables, engine, slow);
    };
    expect((await Promise.all([start(), start()])).sort()).toEqual([false, true]);
  }, 60_000);
});
