import { expect, it, onTestFinished } from 'vitest';
import { Approvals } from '../../../src/approvals/approvals.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { Store } from '../../../src/store/store.ts';
import { POLICY } from '../../approvals/people.ts';
import { type Place, POSTGRESQL, SQLITE } from '../../store/both-databases.ts';
import { fillPostgres, fillSqlite } from '../../support/history.ts';
import { recording } from './recorded-queries.ts';
import { readOpen } from './use-of-the-store.ts';

const FILL = {
  SQLite: async ({ url }: Place, openRequests: number) =>
    fillSqlite(url.slice('file:'.length), { entries: 5_000, openRequests }),
  PostgreSQL: async ({ url }: Place, openRequests: number) =>
    await fillPostgres(url, { entries: 5_000, openRequests }),
};

/** How many statements a Home and `approvals` take, once the process has read each open request. */
async function statements({ name, newPlace }: typeof SQLITE, openRequests: number): Promise<number> {
  const place = await newPlace();
  const log = createLogger('silent', { write: () => {} });
  const empty = new Store(place.engine(), log);
  await empty.connect();
  await empty.close();
  await FILL[name](place, openRequests);
  const { engine, count } = recording(place.engine());
  const store = new Store(engine, log);
  await store.connect();
  onTestFinished(() => store.close());
  const approvals = new Approvals(store, POLICY, false, () => {});
  await readOpen(approvals);
  const before = count();
  await readOpen(approvals);
  return count() - before;
}

it.each([SQLITE, POSTGRESQL])(
  'a Home and approvals take as many statements for 5 open requests as for 500, on $name',
  async (database) => {
    const few = await statements(database, 5);
    expect(few).toBeGreaterThan(5);
    expect(await statements(database, 500)).toBe(few);
  },
);
