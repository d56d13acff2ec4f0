import { expect, it } from 'vitest';
import {
  claimBotAdmin,
  type FoundBotAdmin,
  recordBotAdmins,
  releaseBotAdmin,
  untoldBotAdmins,
} from '../../src/store/bot-admins.ts';
import type { Store } from '../../src/store/store.ts';
import { NORA, PRIYA, TOMAS } from '../approvals/people.ts';
import { letTimePass, onBothDatabases } from './both-databases.ts';

const LEASE = 60_000;

const able = (member: FoundBotAdmin['member']): FoundBotAdmin => ({
  member,
  able: true,
  through: [],
  why: null,
});
const deactivated = (member: FoundBotAdmin['member']): FoundBotAdmin => ({
  ...able(member),
  able: false,
  why: 'deactivated',
});
const unknown = (member: FoundBotAdmin['member']): FoundBotAdmin => ({ ...able(member), able: null });

/** What a look at the list finds. @returns who can use the bot now, and who can't any more */
async function look(
  store: Store,
  found: FoundBotAdmin[],
  { complete = true, readFrom }: { complete?: boolean; readFrom?: number } = {},
): Promise<[string, boolean][]> {
  const changes = await store.transaction(async (each) =>
    recordBotAdmins(each, found, { readFrom: readFrom ?? (await each.now()), complete }),
  );
  return changes.map((change) => [change.member, change.able]);
}

const untold = (store: Store) => store.read((tables) => untoldBotAdmins(tables, store.engine, 8));
const claim = (store: Store, member: FoundBotAdmin['member']) =>
  store.transaction((each) => claimBotAdmin(each, member, LEASE));

async function claimed(store: Store, member: FoundBotAdmin['member']) {
  const mine = await claim(store, member);
  if (mine === null) throw new Error('Somebody else tells it, or there is nothing to tell.');
  return mine;
}

async function release(
  store: Store,
  { claim: mine, change }: Awaited<ReturnType<typeof claimed>>,
  pause: number | null = null,
): Promise<void> {
  await store.transaction((each) =>
    releaseBotAdmin(each, change.member, { claim: mine, able: change.able, pause }),
  );
}

async function audited(store: Store): Promise<string[]> {
  return await store.read(async (tables) => {
    const rows = await tables
      .selectFrom('audit_log')
      .select(['event', 'details'])
      .where('change', '=', 'bot-admin')
      .orderBy('seq')
      .execute();
    return rows.map(({ event, details }) => `${event} ${details}`);
  });
}

onBothDatabases('the bot admins', (database) => {
  it('are only recorded the first time, and every change after that is audited', async () => {
    const { store } = await database.open();
    expect(await look(store, [able(NORA), deactivated(TOMAS)])).toEqual([]);
    expect(await untold(store)).toEqual([]);
    expect(await look(store, [able(NORA), able(TOMAS)])).toEqual([[TOMAS, true]]);
    await letTimePass(store, 1);
    expect(await look(store, [deactivated(TOMAS)])).toEqual([
      [TOMAS, false],
      [NORA, false],
    ]);
    expect(await audited(store)).toEqual([
      expect.stringMatching(`^added .*${TOMAS}`),
      expect.stringMatching(`^removed .*${TOMAS}.*deactivated`),
      expect.stringMatching(`^removed .*${NORA}.*removed`),
    ]);
  });

  it('stay as they are where Slack does not say, of one or of a group', async () => {
    const { store } = await database.open();
    await look(store, [able(NORA), able(TOMAS)]);
    await letTimePass(store, 1);
    expect(await look(store, [unknown(NORA)], { complete: false })).toEqual([]);
    expect(await look(store, [able(NORA), able(TOMAS)])).toEqual([]);
  });

  it('are not set back by a look that began before another process recorded a newer one', async () => {
    const { store, other } = await database.open();
    await look(store, [able(NORA)]);
    await look(other, [able(NORA), able(TOMAS)]);
    expect(await look(store, [able(NORA)], { readFrom: 0 })).toEqual([]);
    await letTimePass(store, 1);
    expect(await look(store, [able(NORA)])).toEqual([[TOMAS, false]]);
  });

  it('are told of by one process at a time, and once', async () => {
    const { store, other } = await database.open();
    await look(store, []);
    await look(store, [able(PRIYA)]);
    expect(await untold(other)).toEqual([PRIYA]);
    const mine = await claimed(store, PRIYA);
    expect(mine.change).toEqual(able(PRIYA));
    expect(await untold(other)).toEqual([]);
    expect(await claim(other, PRIYA)).toBeNull();
    await release(store, mine);
    expect(await claim(other, PRIYA)).toBeNull();
  });

  it('are told of by another process when the one that began is gone', async () => {
    const { store, other } = await database.open();
    await look(store, []);
    await look(store, [able(PRIYA)]);
    const gone = await claimed(store, PRIYA);
    await letTimePass(store, LEASE);
    const mine = await claimed(other, PRIYA);
    // What the first one does late counts no more.
    await release(store, gone);
    expect(await claim(store, PRIYA)).toBeNull();
    await release(other, mine);
    expect(await untold(store)).toEqual([]);
  });

  it('are told of again where Slack did not take it, and of what changed meanwhile', async () => {
    const { store } = await database.open();
    await look(store, []);
    await look(store, [able(PRIYA)]);
    await release(store, await claimed(store, PRIYA), 5_000);
    expect(await untold(store)).toEqual([]);
    await letTimePass(store, 5_000);
    const mine = await claimed(store, PRIYA);
    await look(store, []);
    await release(store, mine);
    expect((await claimed(store, PRIYA)).change).toMatchObject({ able: false, why: 'removed' });
  });
});
