import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { RequestId } from '../../src/approvals/request.ts';
import { recordPosted } from '../../src/approvals/surfaces.ts';
import type { MemberId } from '../../src/ids.ts';
import {
  claimHome,
  dueHomes,
  forgetHome,
  homeLeases,
  homeMembers,
  homeOpened,
  overdueHomes,
  progressOf,
  releaseHome,
} from '../../src/store/homes.ts';
import type { Store, Transaction } from '../../src/store/store.ts';
import { CDN_TEAM, ENGINEER, NORA, PRIYA, TOMAS } from '../approvals/people.ts';
import { fileOne, filing, startService } from '../approvals/service.ts';
import { letTimePass, onBothDatabases, POSTGRESQL } from './both-databases.ts';

const LEASE = 60_000;
const ENTRY = { actor: null, change: 'reset', event: 'done', target: 'grace1', details: {} };

const MESSAGE = { channel: CDN_TEAM, ts: '1700000000.000100' };

async function due(store: Store, limit = 8): Promise<MemberId[]> {
  return await store.read(async (tables) => dueHomes(tables, store.engine, await progressOf(tables), limit));
}

const open = (store: Store, member: MemberId) => store.transaction((each) => homeOpened(each, member));
const claim = (store: Store, member: MemberId) =>
  store.transaction(async (each) => claimHome(each, member, await progressOf(each.database), LEASE));
const somethingHappens = (store: Store) => store.transaction((each) => each.audit(ENTRY));

/** Ends showing; what Slack did not take is to be tried again `pause` milliseconds later. */
async function release(store: Store, member: MemberId, mine: string, pause: number | null = null) {
  await store.transaction((each) => releaseHome(each, member, mine, pause));
}

/** A Home that Slack has as it is. */
async function shown(store: Store, member: MemberId): Promise<void> {
  await open(store, member);
  await release(store, member, await claimed(store, member));
}

async function claimed(store: Store, member: MemberId): Promise<string> {
  const mine = await claim(store, member);
  if (mine === null) throw new Error('Somebody else shows it, or it is not due.');
  return mine;
}

onBothDatabases('a Home', (database) => {
  it('is due at once when it is opened, and over when Slack has it', async () => {
    const { store, other } = await database.open();
    await open(store, NORA);
    expect(await due(other)).toEqual([NORA]);
    await release(store, NORA, await claimed(store, NORA));
    expect(await due(other)).toEqual([]);
    expect(await claim(other, NORA)).toBeNull();
    expect(await store.read(homeMembers)).toEqual([NORA]);
  });

  it('is due for each member who has opened theirs when something happens', async () => {
    const { store, other } = await database.open();
    for (const member of [NORA, TOMAS]) await shown(store, member);
    await somethingHappens(other);
    expect((await due(store)).sort()).toEqual([NORA, TOMAS].sort());
  });

  it('is not due for changes that are still gathered', async () => {
    const { store } = await database.open();
    await shown(store, NORA);
    const before = await store.read(progressOf);
    await somethingHappens(store);
    expect(await store.read((tables) => dueHomes(tables, store.engine, before, 8))).toEqual([]);
    expect(await store.transaction((each) => claimHome(each, NORA, before, LEASE))).toBeNull();
    expect(await due(store)).toEqual([NORA]);
  });

  it('is overdue for as long as Slack has not taken it, also over further attempts', async () => {
    const { store, other } = await database.open();
    const overdue = () => other.read((tables) => overdueHomes(tables, other.engine, 60_000));
    await shown(store, TOMAS);
    await open(store, NORA);
    await release(store, NORA, await claimed(store, NORA), 0);
    expect(await overdue()).toBe(0);
    await letTimePass(store, 60_000);
    expect(await overdue()).toBe(1);
    const again = await claimed(other, NORA);
    expect(await overdue()).toBe(1);
    await release(other, NORA, again);
    expect(await overdue()).toBe(0);
    await somethingHappens(store);
    await release(store, NORA, await claimed(store, NORA), 0);
    expect(await overdue()).toBe(0);
  });

  it('is written to by nobody who makes a change', async () => {
    const { store } = await database.open();
    await shown(store, NORA);
    const row = () =>
      store.read((tables) => tables.selectFrom('homes').selectAll().executeTakeFirstOrThrow());
    const before = await row();
    await somethingHappens(store);
    expect(await row()).toEqual(before);
  });

  it('is not due when what was to happen is taken back', async () => {
    const { store } = await database.open();
    await shown(store, NORA);
    const halfway = store.transaction(async (each) => {
      await each.audit(ENTRY);
      throw new Error('halfway');
    });
    await expect(halfway).rejects.toThrow('halfway');
    expect(await due(store)).toEqual([]);
  });

  it('is due with the step of an approval request', async () => {
    const { store, other, approvals, others } = await startService(database);
    await shown(store, TOMAS);
    const { request } = await approvals.file(filing());
    await release(other, TOMAS, await claimed(other, TOMAS));
    await others.approve(request.id, TOMAS);
    expect(await due(store)).toEqual([TOMAS]);
  });

  it("is due once a request's message is known by a click, and not for a copy of it", async () => {
    const { store, approvals, others } = await startService(database);
    const { id } = await fileOne({ approvals });
    await shown(store, TOMAS);
    await others.seenAt(id, MESSAGE);
    expect(await due(store)).toEqual([TOMAS]);
    await release(store, TOMAS, await claimed(store, TOMAS));
    await others.seenAt(id, MESSAGE);
    await others.seenAt(id, { ...MESSAGE, ts: '1700000000.000200' });
    expect(await due(store)).toEqual([]);
  });

  it("is due for each request's message, however many get theirs at once", async () => {
    const service = await startService(database);
    const { store, other } = service;
    const requests = [];
    for (const id of ['a1', 'b2', 'c3', 'd4']) {
      requests.push((await fileOne(service, { ...ENGINEER, id })).id);
    }
    const { posted } = await store.read(progressOf);
    const record = (id: RequestId, place: number) =>
      (place % 2 ? store : other).transaction((each) => recordPosted(each, id, { ...MESSAGE, version: 1 }));
    await Promise.all(requests.map(record));
    expect((await store.read(progressOf)).posted).toBe(posted + 4);
  });

  it("is one process's when several see that it is due", async () => {
    const { store, other } = await database.open();
    await open(store, NORA);
    const claims = await Promise.all([store, other, store, other].map((each) => claim(each, NORA)));
    expect(claims.filter((each) => each !== null)).toHaveLength(1);
    expect(await due(other)).toEqual([]);
  });

  it('is due again for what happens while it is being shown', async () => {
    const { store, other } = await database.open();
    await open(store, NORA);
    const mine = await claimed(store, NORA);
    await somethingHappens(other);
    expect(await due(other)).toEqual([]);
    await release(store, NORA, mine);
    expect(await due(other)).toEqual([NORA]);
  });

  it('is due again after the pause when Slack did not take it, whatever happens meanwhile', async () => {
    const { store, other } = await database.open();
    await open(store, NORA);
    await release(store, NORA, await claimed(store, NORA), LEASE);
    await somethingHappens(store);
    expect(await due(other)).toEqual([]);
    await letTimePass(store, LEASE);
    expect(await due(other)).toEqual([NORA]);
  });

  it('passes on from a dead process, and is shown once more should that one come back', async () => {
    const { store, other } = await database.open();
    await open(store, NORA);
    const dead = await claimed(store, NORA);
    await letTimePass(store, LEASE);
    expect(await due(other)).toEqual([NORA]);
    const mine = await claimed(other, NORA);
    await release(store, NORA, dead);
    expect(await due(store)).toEqual([]);
    await release(other, NORA, mine);
    expect(await due(store)).toEqual([NORA]);
  });

  it('is due at once when whoever showed it is known to be gone', async () => {
    const { store } = await database.open();
    await open(store, NORA);
    await claimed(store, NORA);
    await store.transaction((transaction) => homeLeases.expireAll(transaction));
    expect(await due(store)).toEqual([NORA]);
  });

  it('is forgotten, until it is opened again', async () => {
    const { store, other } = await database.open();
    await shown(store, NORA);
    await store.transaction((each) => forgetHome(each, NORA));
    await somethingHappens(other);
    expect(await due(store)).toEqual([]);
    await open(other, NORA);
    expect(await due(store)).toEqual([NORA]);
  });

  it('gives as many as are asked for, the longest due first', async () => {
    const { store, other } = await database.open();
    for (const member of [TOMAS, PRIYA, NORA]) {
      await open(store, member);
      await letTimePass(store, 1_000);
    }
    expect(await due(other, 2)).toEqual([TOMAS, PRIYA]);
  });
});

describe('a Home on a database of several processes', () => {
  it('is due again for what is being recorded while it is claimed', async () => {
    const { store, other, approvals } = await startService(POSTGRESQL);
    const { id } = await fileOne({ approvals });
    for (const write of [
      (each: Transaction) => each.audit(ENTRY),
      (each: Transaction) => recordPosted(each, id, { ...MESSAGE, version: 1 }),
    ]) {
      await open(store, NORA);
      const { promise: written, resolve: tell } = Promise.withResolvers<void>();
      const { promise: end, resolve: letEnd } = Promise.withResolvers<void>();
      const recording = other.transaction(async (each) => {
        await write(each);
        tell();
        await end;
      });
      await written;
      const mine = await claimed(store, NORA);
      letEnd();
      await recording;
      await release(store, NORA, mine);
      expect(await due(store)).toEqual([NORA]);
    }
  });

  it('becomes due for messages in the order in which their transactions end', async () => {
    const service = await startService(POSTGRESQL);
    const { store, other } = service;
    const [first, second] = [await fileOne(service), await fileOne(service, { ...ENGINEER, id: 'b2' })];
    await shown(store, NORA);
    const { promise: written, resolve: tell } = Promise.withResolvers<void>();
    const { promise: end, resolve: letEnd } = Promise.withResolvers<void>();
    const slow = other.transaction(async (each) => {
      await recordPosted(each, first.id, { ...MESSAGE, version: 1 });
      tell();
      await end;
    });
    await written;
    const next = store.transaction((each) => recordPosted(each, second.id, { ...MESSAGE, version: 1 }));
    await untilOneWaits(store);
    expect(await due(store)).toEqual([]);
    letEnd();
    await Promise.all([slow, next]);
    const { posted } = await store.read(progressOf);
    expect(posted).toBe(2);
    expect(await due(store)).toEqual([NORA]);
  });
});

/** Waits until one of the database's transactions waits for another. */
async function untilOneWaits(store: Store): Promise<void> {
  const waiting = sql`select from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`;
  const look = async () => (await store.read((tables) => waiting.execute(tables))).rows.length;
  await expect.poll(look, { timeout: 10_000 }).toBe(1);
}
