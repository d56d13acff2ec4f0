import { expect, it } from 'vitest';
import { ChannelId } from '../../src/ids.ts';
import { TakenOver } from '../../src/store/held-lease.ts';
import {
  endLeavers,
  forgetEnded,
  keepLeaver,
  type Leaving,
  leaversIn,
  leaversToTell,
  leaverWithId,
  openLeavers,
  recordLeaving,
} from '../../src/store/leavers/leavers.ts';
import { claimLeaverLook, type LeaverLook } from '../../src/store/leavers/look.ts';
import {
  addPlaces,
  claimPlace,
  duePlaces,
  type LeaverPlace,
  makeMessage,
} from '../../src/store/leavers/messages.ts';
import {
  forgetInvited,
  forgetPairs,
  invitedMembers,
  knownPairs,
  storeInvited,
  storePair,
} from '../../src/store/leavers/pairs.ts';
import type { Store } from '../../src/store/store.ts';
import { CDN_TEAM, NORA, TOMAS } from '../approvals/people.ts';
import { onBothDatabases, run } from './both-databases.ts';

const LEASE = 60_000;
const MOST = 2;
const leaving = (userId: string, member = NORA): Leaving => ({
  ...{ member, userId, how: 'deactivated', found: 'seen', guest: false },
  ...{ name: 'Edda Morton', login: 'edda@example.com' },
});

const leave = (store: Store, each: Leaving) =>
  store.transaction((transaction) => recordLeaving(transaction, each));
const idsOf = async (store: Store) => (await store.read(openLeavers)).map(({ id }) => id);
const tell = (store: Store, ids: readonly string[], places: readonly ChannelId[] = [CDN_TEAM]) =>
  store.transaction((transaction) => makeMessage(transaction, ids, MOST, places));
const due = (store: Store) => duePlaces(store, 8);
const SHOWN = { channel: CDN_TEAM, ts: '1700000000.000100' };

async function claimed(store: Store): Promise<LeaverLook> {
  const look = await claimLeaverLook(store, LEASE);
  if (look === null) throw new Error('Another process is at it, or it is not due.');
  return look;
}

/** Claims the only place that is due. */
async function claimedPlace(store: Store): Promise<LeaverPlace> {
  const [id = ''] = await due(store);
  const place = await claimPlace(store, id, LEASE);
  if (place === null) throw new Error('nothing is due');
  return place;
}

/** The same, and ends the claim as if Slack had shown it. */
async function show(store: Store): Promise<void> {
  await (await claimedPlace(store)).end(SHOWN, null);
}

onBothDatabases('pairs of members and users', (database) => {
  it('are kept until they are forgotten, with what is new about them', async () => {
    const { store } = await database.open();
    const pair = { member: NORA, userId: 'edda1', address: 'edda@example.com', guest: true };
    const write = (work: Parameters<Store['transaction']>[0]) => store.transaction(work);
    await write(({ database: tables }) => storePair(tables, pair));
    await write(({ database: tables }) => storePair(tables, { ...pair, guest: false }));
    await write(({ database: tables }) => storePair(tables, { ...pair, member: TOMAS }));
    expect(await store.read(knownPairs)).toEqual([
      { ...pair, guest: false },
      { ...pair, member: TOMAS },
    ]);
    await write(({ database: tables }) => forgetPairs(tables, 'edda1', NORA));
    expect(await store.read(knownPairs)).toEqual([{ ...pair, member: TOMAS }]);
    await write(({ database: tables }) => forgetPairs(tables, 'edda1'));
    expect(await store.read(knownPairs)).toEqual([]);
    const { userId: _none, ...invited } = pair;
    await write(({ database: tables }) => storeInvited(tables, invited));
    expect(await store.read(knownPairs)).toEqual([]);
    expect(await store.read(invitedMembers)).toMatchObject([invited]);
    await write(({ database: tables }) => forgetInvited(tables, invited));
    expect(await store.read(invitedMembers)).toEqual([]);
  });
});

onBothDatabases('a look for leavers', (database) => {
  it('is due at once, for one process, and again when its time has come', async () => {
    const { store, other } = await database.open();
    const look = await claimed(store);
    expect(look.listedAgo).toBeNull();
    expect(await claimLeaverLook(other, LEASE)).toBeNull();
    await look.write((transaction) => look.listed(transaction));
    await look.end(LEASE);
    expect(await claimLeaverLook(other, LEASE)).toBeNull();
    await run(store, 'update leaver_looks set due_at = due_at - 60000');
    const next = await claimed(other);
    expect(next.listedAgo).toBeGreaterThanOrEqual(0);
    await next.end(0);
  });

  it('is taken over when its lease has run out, and then changes nothing any more', async () => {
    const { store, other } = await database.open();
    const look = await claimed(store);
    await run(store, 'update leaver_looks set lease_until = lease_until - 60001');
    await claimed(other);
    const write = look.write((transaction) => recordLeaving(transaction, leaving('edda1')));
    await expect(write).rejects.toThrow(TakenOver);
    await expect(look.end(0)).rejects.toThrow(TakenOver);
    expect(await store.read(openLeavers)).toEqual([]);
  });
});

onBothDatabases('a look that writes nothing for long', (database) => {
  it('notices that it was taken over', async () => {
    const { store, other } = await database.open();
    const look = await claimLeaverLook(store, 0);
    await look?.keep();
    expect(await claimLeaverLook(other, LEASE)).not.toBeNull();
    await expect(look?.keep()).rejects.toThrow(TakenOver);
  });
});

onBothDatabases('leavers', (database) => {
  it('are recorded once until they have ended', async () => {
    const { store } = await database.open();
    expect(await leave(store, leaving('edda1'))).toBe(true);
    expect(await leave(store, { ...leaving('edda1'), found: 'listed' })).toBe(false);
    expect(await store.read(openLeavers)).toMatchObject([{ ...leaving('edda1'), state: 'untold' }]);
    const who = { userId: 'edda1', member: NORA };
    await store.transaction((transaction) => endLeavers(transaction, who, 'returned'));
    expect(await store.read(openLeavers)).toEqual([]);
    expect(await leave(store, leaving('edda1'))).toBe(true);
  });

  it('are gathered from the first one on', async () => {
    const { store } = await database.open();
    await leave(store, leaving('edda1'));
    const ready = () => store.read((tables) => leaversToTell(tables, store.engine, LEASE));
    expect(await ready()).toEqual([]);
    await run(store, 'update leavers set found_at = found_at - 60000');
    await leave(store, leaving('silas1'));
    expect((await ready()).map(({ userId }) => userId)).toEqual(['edda1', 'silas1']);
  });

  it('are told of in one message, which counts those who are too many for it until they get one', async () => {
    const { store, other } = await database.open();
    for (const id of ['one1', 'two1', 'three1']) await leave(store, leaving(id));
    const ids = await idsOf(store);
    expect(await tell(store, ids)).toBe(true);
    expect(await tell(other, ids)).toBe(false);
    const [first] = await store.read(openLeavers);
    const { leavers: told } = await store.read((tables) => leaversIn(tables, first?.message ?? ''));
    expect(told).toHaveLength(3);
    expect(told.filter(({ position }) => position !== null).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(await due(store)).toHaveLength(1);
    await show(store);
    const waiting = async () =>
      (await store.read((tables) => leaversToTell(tables, store.engine, 0))).map(({ id }) => id);
    for (const { userId } of told.filter(({ position }) => position !== null)) {
      expect(await waiting()).toEqual([]);
      await store.transaction((transaction) => endLeavers(transaction, { userId }, 'gone'));
    }
    expect(await waiting()).toEqual(ids.slice(2));
    expect(await tell(store, ids)).toBe(true);
    expect(await tell(other, ids)).toBe(false);
    // The new one, and the first, which counts one person less.
    expect(await due(store)).toHaveLength(2);
  });

  it('are shown by one process, and again when something has changed', async () => {
    const { store, other } = await database.open();
    await leave(store, leaving('edda1'));
    await tell(store, await idsOf(store));
    const [id] = await due(store);
    const place = await claimedPlace(store);
    expect(await due(other)).toEqual([]);
    await run(store, 'update leaver_messages set lease_until = lease_until - 60001');
    await show(other);
    await expect(place.renew()).rejects.toThrow(TakenOver);
    await expect(place.end(null, null)).rejects.toThrow(TakenOver);
    expect(await due(store)).toEqual([]);
    await store.transaction((transaction) => endLeavers(transaction, { userId: 'edda1' }, 'gone'));
    expect(await due(store)).toEqual([id]);
  });

  it('are shown once more where something changes while they are shown', async () => {
    const { store } = await database.open();
    await leave(store, leaving('edda1'));
    await tell(store, await idsOf(store));
    const place = await claimedPlace(store);
    await store.transaction((transaction) => endLeavers(transaction, { userId: 'edda1' }, 'gone'));
    await place.end(SHOWN, null);
    expect((await claimedPlace(store)).posted).toEqual(SHOWN);
  });

  it('are shown once more, by one process, where the audit log has something new about a user named there', async () => {
    const { store, other } = await database.open();
    const audit = (target: string) =>
      store.transaction((transaction) =>
        transaction.audit({ actor: null, change: 'lock', event: 'done', target, details: {} }),
      );
    await audit('silas1');
    for (const each of ['edda1', 'silas1', 'lee1', 'mira1']) {
      await leave(store, leaving(each));
      // One message each; the last one only counts them.
      const ids = (await store.read(openLeavers)).flatMap(({ id, userId }) => (userId === each ? [id] : []));
      const most = each === 'mira1' ? 0 : MOST;
      await store.transaction((transaction) => makeMessage(transaction, ids, most, [CDN_TEAM]));
      await show(store);
    }
    expect(await due(store)).toEqual([]);
    await store.transaction((transaction) => endLeavers(transaction, { userId: 'lee1' }, 'gone'));
    await show(store);
    for (const each of ['edda1', 'lee1', 'mira1', 'nobody1']) await audit(each);
    const [id, ...others] = await due(store);
    expect(others).toEqual([]);
    const place = await claimedPlace(store);
    const { leavers } = await store.read((tables) => leaversIn(tables, place.message));
    expect(leavers.map(({ userId }) => userId)).toEqual(['edda1']);
    expect(await due(other)).toEqual([]);
    // Whoever shows it has died.
    await run(store, 'update leaver_messages set lease_until = lease_until - 60001');
    expect(await due(other)).toEqual([id]);
    await run(store, 'update leaver_messages set lease_until = lease_until + 60001');
    await audit('edda1');
    await place.end(SHOWN, LEASE);
    expect(await due(store)).toEqual([]);
    await run(store, 'update leaver_messages set due_at = due_at - 60000');
    await show(other);
    expect(await due(store)).toEqual([]);
  });

  it('are kept once, with the reason, which is audited, until they have ended', async () => {
    const { store } = await database.open();
    await leave(store, leaving('edda1'));
    const [id = ''] = await idsOf(store);
    await tell(store, [id]);
    await show(store);
    const kept = { by: TOMAS, reason: 'Shared account' };
    const keep = () => store.transaction((transaction) => keepLeaver(transaction, id, kept));
    expect(await keep()).toMatchObject({ state: 'kept', kept });
    expect(await keep()).toBeNull();
    expect(await leave(store, leaving('edda1'))).toBe(false);
    expect(await due(store)).toHaveLength(1);
    const entries = await store.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    expect(entries).toMatchObject([{ change: 'leaver', event: 'kept', actor: TOMAS, target: 'edda1' }]);
    await store.transaction((transaction) => endLeavers(transaction, { userId: 'edda1' }, 'returned'));
    expect(await store.read((tables) => leaverWithId(tables, id))).toMatchObject({ state: 'returned', kept });
    expect(await leave(store, leaving('edda1'))).toBe(true);
  });

  it('are forgotten some time after they ended, with the messages that told of nobody else', async () => {
    const { store } = await database.open();
    await leave(store, leaving('one1'));
    const [one = ''] = await idsOf(store);
    await tell(store, [one]);
    await leave(store, leaving('two1'));
    const [two = ''] = (await idsOf(store)).filter((id) => id !== one);
    await tell(store, [two]);
    const forget = () => store.transaction((transaction) => forgetEnded(transaction, LEASE));
    await store.transaction((transaction) => endLeavers(transaction, { userId: 'one1' }, 'gone'));
    await forget();
    expect(await store.read((tables) => leaverWithId(tables, one))).not.toBeNull();
    await run(store, 'update leavers set changed_at = changed_at - 60000');
    await forget();
    expect(await store.read((tables) => leaverWithId(tables, one))).toBeNull();
    const places = await store.read((tables) => tables.selectFrom('leaver_messages').selectAll().execute());
    expect(places).toHaveLength(1);
    expect(await store.read((tables) => leaverWithId(tables, two))).not.toBeNull();
  });

  it('that a newer version has recorded are left to it, and are counted', async () => {
    const { store } = await database.open();
    for (const each of ['edda1', 'silas1']) await leave(store, leaving(each));
    await tell(store, await idsOf(store));
    const { id = '', message } =
      (await store.read(openLeavers)).find(({ userId }) => userId === 'edda1') ?? {};
    await run(
      store,
      "update leavers set details = replace(details, 'seen', 'guessed') where user_id = 'edda1'",
    );
    expect((await store.read(openLeavers)).map(({ userId }) => userId)).toEqual(['silas1']);
    expect(await store.read((tables) => leaverWithId(tables, id))).toBeNull();
    const { leavers, newer } = await store.read((tables) => leaversIn(tables, message ?? ''));
    expect([leavers.map(({ userId }) => userId), newer]).toEqual([['silas1'], 1]);
  });

  it('are shown in further places, each once', async () => {
    const { store } = await database.open();
    await leave(store, leaving('edda1'));
    await tell(store, await idsOf(store));
    const [leaver] = await store.read(openLeavers);
    const places = [CDN_TEAM, ChannelId.parse('C0OTHER01'), NORA];
    await store.transaction((transaction) => addPlaces(transaction, leaver?.message ?? '', places));
    expect(await due(store)).toHaveLength(3);
  });
});
