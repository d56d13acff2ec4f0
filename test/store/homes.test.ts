import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { MemberId } from '../../src/ids.ts';
import {
  claimHome,
  dueHomes,
  forgetHome,
  homeMembers,
  homeOpened,
  releaseHome,
  releaseHomes,
} from '../../src/store/homes.ts';

import type { Store } from '../../src/store/store.ts';
import { NORA, PRIYA, TOMAS } from '../approvals/people.ts';
import { filing, startService } from '../approvals/service.ts';
import { letTimePass, onBothDatabases, POSTGRESQL } from './both-databases.ts';

const LEASE = 60_000;
const GATHERED = 1_000;
const ENTRY = { actor: null, change: 'reset', event: 'done', target: 'grace1', details: {} };

const due = (store: Store, limit = 8) => store.read((tables) => dueHomes(tables, store.engine, limit));
const open = (store: Store, member: MemberId) => store.transaction((each) => homeOpened(each, member));
const claim = (store: Store, member: MemberId) => store.transaction((each) => claimHome(each, member, LEASE));
const somethingHappens = (store: Store) => store.transaction((each) => each.audit(ENTRY));

/** Ends showing; what Slack did not take is to be tried again `pause` milliseconds later. */
async function release(store: Store, member: MemberId, mine: string, pause: number | null = null) {
  await store.transaction(async (each) =>
    releaseHome(each, member, mine, pause === null ? null : (await each.now()) + pause),
  );
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

  it('is due a second after something has happened, whoever has opened theirs', async () => {
    const { store, other } = await database.open();
    for (const member of [NORA, TOMAS]) await shown(store, member);
    await somethingHappens(other);
    expect(await due(store)).toEqual([]);
    await letTimePass(store, GATHERED);
    expect((await due(store)).sort()).toEqual([NORA, TOMAS].sort());
  });

  it('is not put off by what happens next', async () => {
    const { store, other } = await database.open();
    await shown(store, NORA);
    await somethingHappens(store);
    await letTimePass(store, GATHERED);
    await somethingHappens(other);
    expect(await due(store)).toEqual([NORA]);
  });

  it('is not due when what was to happen is taken back', async () => {
    const { store } = await database.open();
    await shown(store, NORA);
    const halfway = store.transaction(async (each) => {
      await each.audit(ENTRY);
      throw new Error('halfway');
    });
    await expect(halfway).rejects.toThrow('halfway');
    await letTimePass(store, GATHERED);
    expect(await due(store)).toEqual([]);
  });

  it('is due with the step of an approval request', async () => {
    const { store, other, approvals, others } = await startService(database);
    await shown(store, TOMAS);
    const { request } = await approvals.file(filing());
    await letTimePass(store, GATHERED);
    await release(other, TOMAS, await claimed(other, TOMAS));
    await others.approve(request.id, TOMAS);
    await letTimePass(store, GATHERED);
    expect(await due(store)).toEqual([TOMAS]);
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
    await letTimePass(store, GATHERED);
    expect(await due(other)).toEqual([]);
    await release(store, NORA, mine);
    expect(await due(other)).toEqual([NORA]);
  });

  it('is due again after the pause when Slack did not take it', async () => {
    const { store, other } = await database.open();
    await open(store, NORA);
    await release(store, NORA, await claimed(store, NORA), LEASE);
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
    await store.transaction(releaseHomes);
    expect(await due(store)).toEqual([NORA]);
  });

  it('is forgotten, until it is opened again', async () => {
    const { store, other } = await database.open();
    await shown(store, NORA);
    await store.transaction((each) => forgetHome(each, NORA));
    await somethingHappens(other);
    await letTimePass(store, GATHERED);
    expect(await due(store)).toEqual([]);
    await open(other, NORA);
    expect(await due(store)).toEqual([NORA]);
  });

  it('gives as many as are asked for, the longest due first', async () => {
    const { store, other } = await database.open();
    for (const member of [TOMAS, PRIYA, NORA]) {
      await open(store, member);
      await letTimePass(store, GATHERED);
    }
    expect(await due(other, 2)).toEqual([TOMAS, PRIYA]);
  });
});

describe('a Home on a database of several processes', () => {
  it('is not shown without what is just being recorded', async () => {
    const { store, other } = await POSTGRESQL.open();
    await open(store, NORA);
    const { promise: written, resolve: tell } = Promise.withResolvers<void>();
    const { promise: end, resolve: letEnd } = Promise.withResolvers<void>();
    const recording = other.transaction(async (each) => {
      await each.audit(ENTRY);
      tell();
      await end;
    });
    await written;
    const entries = claimed(store, NORA).then(() =>
      store.read((tables) => tables.selectFrom('audit_log').select('seq').execute()),
    );
    const waiting = sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database()`;
    const look = async () => (await store.read((tables) => waiting.execute(tables))).rows.length;
    await expect.poll(look, { timeout: 10_000 }).toBe(1);
    letEnd();
    await recording;
    expect(await entries).toHaveLength(1);
  });
});
