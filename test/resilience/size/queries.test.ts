import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../src/observability/log.ts';
import { rowsOf, verify } from '../../../src/store/audit-log.ts';
import { Store } from '../../../src/store/store.ts';
import { type Place, POSTGRESQL, SQLITE } from '../../store/both-databases.ts';
import { fillPostgres, fillSqlite } from '../../support/history.ts';
import { scannedOnPostgres, scannedOnSqlite } from './query-plans.ts';
import { type Query, recording } from './recorded-queries.ts';
import { useOf } from './use-of-the-store.ts';

const SIZE = { entries: 50_000, openRequests: 500 };

/** The tables with a row for each change, request or entry; the others have one for each bot admin, or a few. */
const GROWING = ['audit_log', 'approval_requests', 'decisions', 'surfaces', 'intents', 'running_promotions'];

type Known = { query: RegExp; on: readonly ('SQLite' | 'PostgreSQL')[]; why: string };

/** These begin at an end of the table and stop soon. */
const STOPS_SOON: readonly Known[] = [
  {
    query: /^select "seq", "hash" from "audit_log" order by "seq" desc limit/,
    on: ['SQLite'],
    why: 'the head is the last entry',
  },
  {
    query:
      /^select \* from "audit_log" where "seq" in \(select "seq" from \(select "seq" from "audit_log" where "event" not in \([^)]+\) order by/,
    on: ['SQLite', 'PostgreSQL'],
    why: 'the latest changes are among the last entries: every change has one that is shown',
  },
  {
    query: /^select "seq" from "audit_log" where "at" < \S+ order by "seq" desc limit/,
    on: ['SQLite', 'PostgreSQL'],
    why: 'the last entry before a moment is behind those of 30 days',
  },
];

/** What `verify` and `export` of `npm run audit` read is all there is, on purpose; the bot does neither. */
describe('no query of the bot reads a table that grows from end to end, but for those that stop soon', () => {
  it('on SQLite', async () => {
    const place = await SQLITE.newPlace();
    const path = place.url.slice('file:'.length);
    const queries = await queriesOn(place, () => fillSqlite(path, SIZE));
    const database = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => database.close());
    const scanning = queries.filter((query) => isScan(scannedOnSqlite(database, query)));
    expect(named(scanning)).toEqual(knownOn('SQLite'));
  });

  it('on PostgreSQL', async () => {
    const place = await POSTGRESQL.newPlace();
    const queries = await queriesOn(place, () => fillPostgres(place.url, SIZE));
    const client = new pg.Client({ connectionString: place.url });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('analyze; set enable_seqscan = off');
    const scanning: Query[] = [];
    for (const query of queries) {
      if (isScan(await scannedOnPostgres(client, query))) scanning.push(query);
    }
    expect(named(scanning)).toEqual(knownOn('PostgreSQL'));
  });
});

/** What the bot asks of a database with a long history, as far as it concerns tables that grow. */
async function queriesOn(place: Place, fill: () => Promise<void> | void): Promise<Query[]> {
  const log = createLogger('silent', { write: () => {} });
  const empty = new Store(place.engine(), log);
  await empty.connect();
  await empty.close();
  await fill();
  const { engine, queries } = recording(place.engine());
  const store = new Store(engine, log);
  await store.connect();
  onTestFinished(() => store.close());
  await useOf(store);
  const asked = [...queries.values()].filter(({ sql }) => GROWING.some((table) => sql.includes(table)));
  expect(asked.length).toBeGreaterThan(40);
  expect(await store.read((database) => verify(rowsOf(database)))).toMatchObject({ whole: true });
  return asked;
}

function isScan(tables: readonly string[]): boolean {
  return tables.some((table) => GROWING.includes(table));
}

/** Each once, by why it is known, or as it is where it is not. */
function named(queries: readonly Query[]): string[] {
  const names = queries.map(({ sql }) => STOPS_SOON.find(({ query }) => query.test(sql))?.why ?? sql);
  return [...new Set(names)].sort();
}

function knownOn(database: 'SQLite' | 'PostgreSQL'): string[] {
  return STOPS_SOON.filter(({ on }) => on.includes(database))
    .map(({ why }) => why)
    .sort();
}
