import { expect, it } from 'vitest';
import type { RequestId } from '../../src/approvals/request.ts';
import {
  addDirect,
  claimDisplay,
  directOf,
  displayLeases,
  dueDisplays,
  overdueDisplays,
  recordShown,
  releaseDisplay,
  surfacesOf,
} from '../../src/approvals/surfaces.ts';
import { UserId } from '../../src/fastly/user.ts';
import type { Store } from '../../src/store/store.ts';
import { letTimePass, onBothDatabases } from '../store/both-databases.ts';
import { CDN_TEAM, ENGINEER, TOMAS } from './people.ts';
import { fileOne, type Service, startService } from './service.ts';

const LEASE = 60_000;

const due = (store: Store, limit = 8) => store.read((tables) => dueDisplays(tables, store.engine, limit));
const claim = (store: Store, id: RequestId) => store.transaction((each) => claimDisplay(each, id, LEASE));

async function claimed(store: Store, id: RequestId): Promise<string> {
  const mine = await claim(store, id);
  if (mine === null) throw new Error('Somebody else shows it.');
  return mine;
}

/** Ends showing; what is not shown is to be tried again `pause` milliseconds later. */
async function release(store: Store, id: RequestId, mine: string, pause = 0): Promise<void> {
  await store.transaction((transaction) => releaseDisplay(transaction, id, mine, pause));
}

/** As if the message had been posted or updated to this version. */
async function show({ store }: Service, id: RequestId, version: number): Promise<void> {
  const shown = { channel: CDN_TEAM, ts: '1700000000.000100', version };
  await store.transaction((transaction) => recordShown(transaction, id, 'message', shown));
}

onBothDatabases('showing a request', (database) => {
  it("is one process's when several see that it is due", async () => {
    const { approvals, store, other } = await startService(database);
    const { id } = await fileOne({ approvals });
    expect(await due(other)).toEqual([id]);
    const claims = await Promise.all([store, other, store, other, other].map((each) => claim(each, id)));
    expect(claims.filter((each) => each !== null)).toHaveLength(1);
    expect(await due(other)).toEqual([]);
  });

  it('is over when everything is shown', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    const mine = await claimed(service.store, id);
    await show(service, id, 1);
    await release(service.store, id, mine);
    expect(await due(service.other)).toEqual([]);
    expect(await claim(service.other, id)).toBeNull();
  });

  it('is due again at once, or after the pause, when something is not shown', async () => {
    const { approvals, store, other } = await startService(database);
    const { id } = await fileOne({ approvals });
    await release(store, id, await claimed(store, id));
    expect(await due(other)).toEqual([id]);
    await release(store, id, await claimed(store, id), LEASE);
    expect(await due(other)).toEqual([]);
    expect(await claim(other, id)).toBeNull();
    await letTimePass(store, LEASE);
    expect(await due(other)).toEqual([id]);
  });

  it('in direct messages is wanted there once, and again with each step', async () => {
    const { approvals, store } = await startService(database);
    const { id } = await fileOne({ approvals });
    const name = `direct ${TOMAS}` as const;
    const goOn = (version: number) =>
      store.transaction((transaction) => addDirect(transaction, id, [TOMAS], version));
    const directs = async () =>
      (await store.read((tables) => surfacesOf(tables, id))).filter((each) => directOf(each.name) !== null);
    await goOn(1);
    const shown = { channel: CDN_TEAM, ts: '1700000000.000100' };
    await store.transaction((transaction) => recordShown(transaction, id, name, { ...shown, version: 1 }));
    await goOn(2);
    expect(await directs()).toEqual([{ name, ...shown, wanted: 1, shown: 1 }]);
    await approvals.approve(id, TOMAS);
    expect(await directs()).toEqual([{ name, ...shown, wanted: 2, shown: 1 }]);
  });

  it('is due again when a step was made meanwhile', async () => {
    const service = await startService(database);
    const { store, other, approvals } = service;
    const { id } = await fileOne(service);
    const mine = await claimed(store, id);
    await approvals.approve(id, TOMAS);
    expect(await due(other)).toEqual([]);
    await show(service, id, 1);
    await release(store, id, mine);
    expect(await due(other)).toEqual([id]);
  });

  it('is due with each later step', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    const mine = await claimed(service.store, id);
    await show(service, id, 1);
    await release(service.store, id, mine);
    await service.others.approve(id, TOMAS);
    expect(await due(service.store)).toEqual([id]);
  });

  it('passes on from a dead process, which has no say in it any more', async () => {
    const { approvals, store, other } = await startService(database);
    const { id } = await fileOne({ approvals });
    const dead = await claimed(store, id);
    await letTimePass(store, LEASE);
    expect(await due(other)).toEqual([id]);
    const mine = await claimed(other, id);
    await release(store, id, dead);
    expect(await due(store)).toEqual([]);
    expect(await store.transaction((each) => displayLeases.renew(each, id, dead, LEASE))).toBe(false);
    await release(other, id, mine);
    expect(await due(store)).toEqual([id]);
  });

  it('stays with whoever renews it in time', async () => {
    const { approvals, store, other } = await startService(database);
    const { id } = await fileOne({ approvals });
    const mine = await claimed(store, id);
    await letTimePass(store, LEASE / 2);
    expect(await store.transaction((each) => displayLeases.renew(each, id, mine, LEASE))).toBe(true);
    await letTimePass(store, LEASE / 2 + 1);
    expect(await due(other)).toEqual([]);
    expect(await claim(other, id)).toBeNull();
  });

  it('gives as many as are asked for, the longest due first', async () => {
    const service = await startService(database);
    const ids = [];
    for (const id of ['a1', 'b2', 'c3']) {
      ids.push((await fileOne(service, { ...ENGINEER, id })).id);
      await letTimePass(service.store, 1_000);
    }
    expect(await due(service.other, 2)).toEqual(ids.slice(0, 2));
  });

  it('begins with the message, to which the others refer', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await service.approvals.deny(id, TOMAS, null);
    await service.approvals.seenAt(id, { channel: CDN_TEAM, ts: '1700000000.000100' });
    await service.approvals.seenAt(id, { channel: CDN_TEAM, ts: '1700000000.000200' });
    const names = (await service.store.read((tables) => surfacesOf(tables, id))).map(({ name }) => name);
    expect(names).toEqual(['message', 'thread', 'requester', `copy ${CDN_TEAM} 1700000000.000200`]);
  });
});

onBothDatabases('requests that Slack does not show as they are', (database) => {
  it('are overdue while their latest step is old', async () => {
    const service = await startService(database);
    const { store, approvals } = service;
    const overdue = (milliseconds: number) =>
      store.read((tables) => overdueDisplays(tables, store.engine, milliseconds));
    const { id } = await fileOne(service);
    await fileOne(service, { ...ENGINEER, id: UserId.parse('another') });
    expect([await overdue(0), await overdue(60_000)]).toEqual([2, 0]);
    const mine = await claimed(store, id);
    await show(service, id, 1);
    await release(store, id, mine);
    expect(await overdue(0)).toBe(1);
    // Two surfaces of one request are one request.
    await approvals.deny(id, TOMAS, null);
    expect(await overdue(0)).toBe(2);
    // What is shown is not overdue, though its showing is not over.
    await claimed(store, id);
    for (const name of ['message', 'thread', 'requester'] as const) {
      const shown = { channel: CDN_TEAM, ts: '1700000000.000100', version: 2 };
      await store.transaction((transaction) => recordShown(transaction, id, name, shown));
    }
    expect(await overdue(0)).toBe(1);
  });
});
