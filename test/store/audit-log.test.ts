import { describe, expect, it } from 'vitest';
import { type AuditEntry, rowsOf, type Verdict, verify } from '../../src/store/audit-log.ts';
import type { Store } from '../../src/store/store.ts';
import { fillAuditLog, type Kind, onBothDatabases, POSTGRESQL, run, SQLITE } from './both-databases.ts';

const entry = (place: number): AuditEntry => ({
  actor: place % 2 ? 'U0NORA001' : null,
  change: 'reset',
  event: `event ${place}`,
  target: 'grace1',
  details: { login: 'grace@example.com', place },
});

async function add(store: Store, entries: number): Promise<void> {
  for (let place = 1; place <= entries; place += 1) {
    await store.transaction((transaction) => transaction.audit(entry(place)));
  }
}

const verdictOf = (store: Store): Promise<Verdict> => store.read((database) => verify(rowsOf(database)));

async function rowsIn(store: Store) {
  return await store.read((database) =>
    database.selectFrom('audit_log').selectAll().orderBy('seq').execute(),
  );
}

/** Statements that take the protection of the log away, as whoever owns the database can. */
const UNPROTECT = {
  SQLite: ['drop trigger audit_log_no_update', 'drop trigger audit_log_no_delete'],
  PostgreSQL: ['drop trigger audit_log_append_only on audit_log'],
};

/** A log of six entries that somebody has been at. */
async function tamperedWith(database: Kind, ...statements: string[]): Promise<Verdict> {
  const { store } = await database.open();
  await add(store, 6);
  await run(store, ...UNPROTECT[database.name], ...statements);
  return await verdictOf(store);
}

onBothDatabases('the audit log', (database) => {
  it('is whole when it is empty', async () => {
    const { store } = await database.open();
    expect(await verdictOf(store)).toEqual({ whole: true, entries: 0, lastHash: null });
  });

  it('keeps what was told, each entry with the hash of the one before', async () => {
    const { store } = await database.open();
    await add(store, 3);
    const rows = await rowsIn(store);
    expect(rows.map(({ seq, actor, event }) => [seq, actor, event])).toEqual([
      [1, 'U0NORA001', 'event 1'],
      [2, null, 'event 2'],
      [3, 'U0NORA001', 'event 3'],
    ]);
    expect(rows.map(({ previous_hash }) => previous_hash)).toEqual([
      '0'.repeat(64),
      ...rows.slice(0, -1).map(({ hash }) => hash),
    ]);
    expect(await verdictOf(store)).toEqual({ whole: true, entries: 3, lastHash: rows[2]?.hash });
  });

  it('refuses to be changed or shortened', async () => {
    const { store } = await database.open();
    await add(store, 2);
    const statements = [
      "update audit_log set event = 'other' where seq = 2",
      "update audit_log set event = 'other'",
      'delete from audit_log where seq = 2',
      'delete from audit_log',
      ...(database.name === 'PostgreSQL' ? ['truncate audit_log'] : []),
    ];
    for (const statement of statements) {
      await expect(run(store, statement), statement).rejects.toThrow('the audit log is append-only');
    }
    expect(await verdictOf(store)).toMatchObject({ whole: true, entries: 2 });
  });

  it('has each entry in the log of the process, with its hash', async () => {
    const { store, log } = await database.open();
    await add(store, 2);
    const told = (await rowsIn(store)).map(({ details, ...row }) => ({
      ...row,
      details: JSON.parse(details),
    }));
    expect(log.map(({ msg, audit }) => ({ msg, audit }))).toEqual(
      told.map((audit) => ({ msg: 'audit', audit })),
    );
  });

  it('has nothing, nor has the log, of a transaction that fails', async () => {
    const { store, log } = await database.open();
    await add(store, 1);
    const failing = store.transaction(async (transaction) => {
      await transaction.audit(entry(2));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await add(store, 1);
    expect(await verdictOf(store)).toMatchObject({ whole: true, entries: 2 });
    expect(log).toHaveLength(2);
  });

  it('chains several entries of one transaction', async () => {
    const { store } = await database.open();
    await store.transaction(async (transaction) => {
      for (const place of [1, 2, 3]) await transaction.audit(entry(place));
    });
    expect(await verdictOf(store)).toMatchObject({ whole: true, entries: 3 });
  });

  it('is one whole chain when two processes write 200 entries, twenty at once', async () => {
    const { store, other } = await database.open();
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let place = 0; place < 10; place += 1) {
        const written = entry(writer * 10 + place);
        await (writer % 2 ? store : other).transaction((transaction) => transaction.audit(written));
      }
    });
    await Promise.all(writers);
    expect(await verdictOf(other)).toMatchObject({ whole: true, entries: 200 });
    const events = (await rowsIn(store)).map(({ event }) => event);
    expect(new Set(events).size).toBe(200);
  });

  it('is read whole when it is longer than what is read at a time', async () => {
    const { store } = await database.open();
    await fillAuditLog(store, 2_001);
    const read = await store.read(async (tables) => {
      const places: number[] = [];
      for await (const { seq } of rowsOf(tables)) places.push(seq);
      return places;
    });
    expect(read).toEqual(Array.from({ length: 2_001 }, (_, index) => index + 1));
  });

  it('keeps text of any characters, and is whole', async () => {
    const { store } = await database.open();
    const details = { name: 'NUL \0, lone \ud83e and \udd8a, \u{1F98A} \'"\\ \u202e \u2028' };
    await store.transaction((transaction) => transaction.audit({ ...entry(1), details }));
    const [row] = await rowsIn(store);
    expect(JSON.parse(row?.details ?? '')).toEqual(details);
    expect(await verdictOf(store)).toMatchObject({ whole: true, entries: 1 });
  });
});

onBothDatabases('somebody who tampers with the audit log', (database) => {
  it('is found out at the entry of which they changed whatever', async () => {
    const { store } = await database.open();
    const changes = [
      "actor = 'U0TOMAS01'",
      'actor = null',
      "change = 'lock'",
      "event = 'other'",
      "target = 'ada1'",
      "request_id = 'AAAA-AAAA'",
      'step = 9',
      'at = at + 1',
      "details = '{}'",
      "details = details || ' '",
    ];
    const { length } = changes;
    for (let place = 0; place < length; place += 1) {
      await store.transaction((transaction) => transaction.audit({ ...entry(place), actor: 'U0NORA001' }));
    }
    await run(store, ...UNPROTECT[database.name]);
    // From the last entry to the first, as the first that is broken is the one that is told.
    for (const [place, change] of changes.entries()) {
      const seq = length - place;
      await run(store, `update audit_log set ${change} where seq = ${seq}`);
      const problem = 'its content is not what was written';
      expect(await verdictOf(store), change).toEqual({ whole: false, seq, problem });
    }
  });

  it('is found out at the next entry when what they put in place of one has a hash that fits', async () => {
    const { store } = await database.open();
    await add(store, 3);
    const { store: forge } = await database.open();
    await forge.transaction((transaction) => transaction.audit(entry(9)));
    const [forged] = await rowsIn(forge);
    await run(store, ...UNPROTECT[database.name]);
    await store.transaction(async (transaction) => {
      await transaction.database
        .updateTable('audit_log')
        .set({ ...forged })
        .where('seq', '=', 1)
        .execute();
    });
    expect(await verdictOf(store)).toEqual({
      whole: false,
      seq: 2,
      problem: 'it does not follow from the entry before it',
    });
  });

  it.each([1, 3, 5])('is found out behind the entry that they removed, %i', async (seq) => {
    expect(await tamperedWith(database, `delete from audit_log where seq = ${seq}`)).toEqual({
      whole: false,
      seq: seq + 1,
      problem: `entry ${seq} is missing before it`,
    });
  });

  it('is found out behind an entry that they removed, also when they closed the gap', async () => {
    const removed = [
      'delete from audit_log where seq = 3',
      'update audit_log set seq = seq - 1 where seq > 3',
    ];
    expect(await tamperedWith(database, ...removed)).toMatchObject({ whole: false, seq: 3 });
  });

  it('is found out at the first of two entries that they swapped', async () => {
    const swap = [3, 5].map((seq) => `update audit_log set seq = seq + 100 where seq = ${seq}`);
    const back = [
      'update audit_log set seq = 5 where seq = 103',
      'update audit_log set seq = 3 where seq = 105',
    ];
    expect(await tamperedWith(database, ...swap, ...back)).toEqual({
      whole: false,
      seq: 3,
      problem: 'it does not follow from the entry before it',
    });
  });

  it('is found out at an entry that they put in at the start or the end', async () => {
    const put = (seq: number) =>
      `insert into audit_log select ${seq}, at, actor, change, event, target, request_id, step, details,
        previous_hash, hash from audit_log where seq = 6`;
    expect(await tamperedWith(database, put(0))).toMatchObject({ whole: false, seq: 0 });
    expect(await tamperedWith(database, put(7))).toMatchObject({ whole: false, seq: 7 });
  });
});

describe('putting an entry in the place of another', () => {
  it.each(['seq', 'step'])('is refused by SQLite, of the same %s', async (same) => {
    const { store } = await SQLITE.open();
    const step = { request: { id: 'K7Q2-9FMX', step: 1 } };
    await store.transaction((transaction) => transaction.audit({ ...entry(1), ...step }));
    const seq = same === 'seq' ? 1 : 2;
    const put = `insert or replace into audit_log values
      (${seq}, 0, null, 'reset', 'other', 'grace1', 'K7Q2-9FMX', 1, '{}', '', '')`;
    await expect(run(store, put)).rejects.toThrow('the audit log is append-only');
    expect(await verdictOf(store)).toMatchObject({ whole: true, entries: 1 });
  });

  it('is refused by PostgreSQL', async () => {
    const { store } = await POSTGRESQL.open();
    await add(store, 1);
    const put = `insert into audit_log values (1, 0, null, 'reset', 'other', 'grace1', null, null, '{}', '', '')
      on conflict (seq) do update set event = 'other'`;
    await expect(run(store, put)).rejects.toThrow('the audit log is append-only');
    expect(await verdictOf(store)).toMatchObject({ whole: true, entries: 1 });
  });
});
