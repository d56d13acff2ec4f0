import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { Approvals } from '../../src/approvals/approvals.ts';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import { rowsOf, verify } from '../../src/store/audit-log.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { NORA, POLICY, TOMAS } from '../approvals/people.ts';
import { filing } from '../approvals/service.ts';
import { type Kind, POSTGRESQL, run, SQLITE } from './both-databases.ts';

const ENTRY = {
  actor: null,
  change: 'reset',
  event: 'begun',
  target: 'grace1',
  details: { why: 'x'.repeat(900) },
};
const RESET: Change = {
  deliveryKey: 'reset',
  kind: 'reset',
  caller: NORA,
  target: { id: 'linus1', login: 'linus@example.com', name: 'Linus Example' },
  reference: 'ABCD-EFGH',
};
const write = (store: Store) => store.transaction((transaction) => transaction.audit(ENTRY));

/** Lets the database have no page more than it has. SQLite answers as it does when the disk is full. */
const limitPages = (pages: number) => (store: Store) =>
  store.read((database) => sql.raw(`pragma max_page_count = ${pages}`).execute(database));

const refuse = (table: string) =>
  `create trigger full_disk before insert on ${table} for each row execute function full_disk()`;
const FULL_DISKS: readonly {
  kind: Kind;
  fill(store: Store): Promise<unknown>;
  free(store: Store): Promise<unknown>;
}[] = [
  { kind: SQLITE, fill: limitPages(1), free: limitPages(100_000) },
  {
    kind: POSTGRESQL,
    // PostgreSQL's own code and driver, without filling a disk of the machine.
    fill: (store) =>
      run(
        store,
        `create function full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`,
        refuse('audit_log'),
        refuse('account_lock'),
      ),
    free: (store) => run(store, 'drop function full_disk cascade'),
  },
];

describe.each(FULL_DISKS)('a full disk under $kind.name', ({ kind, fill, free }) => {
  it('lets nothing be recorded and all be read, and is noticed to be over', async () => {
    const { store } = await kind.open();
    await write(store);
    await fill(store);
    const written = async () => {
      // Pages that are there may have room for some more.
      for (let count = 0; count < 100; count += 1) await write(store);
    };
    const error = await written().catch((thrown: unknown) => thrown);
    if (!(error instanceof StoreUnavailable)) throw new Error('nothing was refused', { cause: error });
    expect(error.trouble).toMatchObject({
      kind: 'full',
      remedy: expect.stringContaining('Free some space.'),
    });
    expect(error.mayBeRecorded).toBe(false);
    const { entries } = await store.read(async (database) => {
      const verdict = await verify(rowsOf(database));
      return { entries: verdict.whole ? verdict.entries : 0 };
    });
    expect(entries).toBeGreaterThan(0);
    // A transaction that writes nothing is no sign of room.
    await store.transaction(({ now }) => now());
    await expect(store.check()).rejects.toMatchObject({ trouble: { kind: 'full' } });
    await free(store);
    // Nothing is begun before there is known to be room for its end.
    const intents = new Intents(
      store,
      60_000,
      async () => null,
      () => {},
    );
    await expect(intents.begin(RESET)).rejects.toMatchObject({ trouble: { kind: 'full' } });
    const approvals = new Approvals(store, POLICY, false, () => {});
    const { request } = await approvals.file(filing());
    await approvals.approve(request.id, TOMAS);
    await expect(approvals.claims.advance(request.id)).rejects.toMatchObject({ trouble: { kind: 'full' } });
    await store.check();
    expect(await intents.begin(RESET)).toEqual({ kind: 'begun' });
    expect(await approvals.claims.advance(request.id)).not.toBeNull();
    await write(store);
    expect(await store.read((database) => verify(rowsOf(database)))).toMatchObject({ entries: entries + 5 });
    const left = await store.read((tables) => tables.selectFrom('account_lock').selectAll().execute());
    expect(left).toEqual([]);
  });
});

it('a disk that is full at the commit has recorded nothing, and that is known', async () => {
  const { store } = await POSTGRESQL.open();
  await run(
    store,
    `create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`,
    `create constraint trigger full_disk after insert on audit_log deferrable initially deferred
      for each row execute function full_disk()`,
  );
  const error = await write(store).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ mayBeRecorded: false, trouble: { kind: 'full' } });
});
