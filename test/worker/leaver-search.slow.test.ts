import { WebClient } from '@slack/web-api';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { TIMES } from '../../src/config/times.ts';
import { Directory } from '../../src/directory/directory.ts';
import { MemberId, TeamId } from '../../src/ids.ts';
import { Roster } from '../../src/slack/connection/roster.ts';
import { leaverCounts, openLeavers } from '../../src/store/leavers/leavers.ts';
import { claimLeaverLook, type LeaverLook } from '../../src/store/leavers/look.ts';
import { invitedMembers, knownPairs, storeInvited, storePair } from '../../src/store/leavers/pairs.ts';
import { LeaverSearch } from '../../src/worker/leavers/search.ts';
import { clientFor } from '../fastly/start.ts';
import { type Member, PRIYA, TEAM, TOMAS } from '../sandbox/cast.ts';
import { PEOPLE, PRIYA_USER } from '../sandbox/fastly/people.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { newStore, SQLITE } from '../store/both-databases.ts';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

/** A search in a workspace and an account of its own, by a database whose clock the test sets. */
async function startSearch(colleagues: readonly Member[] = []) {
  const sandbox = await startSandbox({ colleagues });
  onTestFinished(() => sandbox.close());
  const clock = { now: Date.now() };
  const engine = (await SQLITE.newPlace()).engine();
  const { store } = newStore({
    ...engine,
    get now() {
      return sql<number>`cast(${clock.now} as integer)`;
    },
  });
  await store.connect();
  const log = pino({ enabled: false });
  const stopping = new AbortController().signal;
  const slack = new WebClient(sandbox.slack.botToken, { slackApiUrl: sandbox.slack.apiUrl });
  const fastly = clientFor(sandbox.fastly.url, sandbox.fastly.token);
  const roster = new Roster({ slack, pace: { member: 0, address: 0, page: 0 }, stopping, log });
  const workspace = { teamId: TeamId.parse(TEAM.id), enterpriseId: null };
  const directory = new Directory(fastly);
  const search = new LeaverSearch({
    ...{ store, fastly, directory, roster, workspace, stopping, log },
    times: TIMES,
  });
  /** How often all members were listed. */
  const lists = () => sandbox.slack.calls().filter(({ method }) => method === 'users.list').length;
  const look = async (prepare: (claimed: LeaverLook) => unknown = () => {}) => {
    const claimed = await claimLeaverLook(store, MINUTE);
    if (claimed === null) throw new Error('the look is not due');
    prepare(claimed);
    expect(await search.lookAtAll(claimed)).toBe(true);
    await claimed.end(0);
  };
  return { client: sandbox.client, store, clock, look, lists };
}

it('all members are listed at the first look, and again a week later at the earliest', async () => {
  const { client, store, clock, look, lists } = await startSearch();
  const leavers = async () => (await store.read(openLeavers)).map(({ member, found }) => [member, found]);
  await client.changeMember(PRIYA.id, 'deactivated');
  await look();
  expect(lists()).toBe(1);
  expect(await leavers()).toEqual([[PRIYA.id, 'first-look']]);
  await store.transaction(({ database }) => database.deleteFrom('known_pairs').execute());
  await client.changeMember(TOMAS.id, 'deactivated');
  for (const later of [MINUTE, WEEK - 2 * MINUTE]) {
    clock.now += later;
    await look();
    expect(lists()).toBe(1);
  }
  clock.now += MINUTE;
  await look();
  expect(lists()).toBe(2);
  expect(await leavers()).toContainEqual([TOMAS.id, 'listed']);
  clock.now += WEEK - MINUTE;
  await look();
  expect(lists()).toBe(2);
});

it('a look is kept after each page of members, which takes Slack seconds', async () => {
  const { look, lists } = await startSearch();
  const kept: number[] = [];
  await look((claimed) => vi.spyOn(claimed, 'keep').mockImplementation(async () => void kept.push(lists())));
  expect(kept.at(-1)).toBe(1);
});

it('the first look needs no list where each login is a member’s, and then counts as the first', async () => {
  const colleagues = PEOPLE.map(({ login }, index) => ({
    ...{ ...PRIYA, id: `U0MANY${String(index).padStart(4, '0')}`, name: `many${index}`, email: login },
  }));
  const { store, look, lists } = await startSearch(colleagues);
  await look();
  expect(lists()).toBe(0);
  expect(await store.read(leaverCounts)).toMatchObject({ isFirst: false });
});

it('an invited member is not forgotten for what a list lacks, and is known once they have joined', async () => {
  const { client, store, look } = await startSearch();
  const invited = { member: MemberId.parse(PRIYA.id), address: PRIYA.email, guest: false };
  await client.removeFastlyUser(PRIYA_USER.id);
  await store.transaction(({ database }) => storeInvited(database, invited));
  await look();
  expect(await store.read(invitedMembers)).toMatchObject([invited]);
  await client.putFastlyUsers([PRIYA_USER]);
  await client.changeMember(PRIYA.id, 'forgotten');
  await look();
  expect(await store.read(invitedMembers)).toEqual([]);
  expect((await store.read(openLeavers)).map(({ userId }) => userId)).toEqual([PRIYA_USER.id]);
});

it('a user whose member Slack knows no more is looked for by their address again', async () => {
  const { store, look } = await startSearch();
  const gone = {
    member: MemberId.parse('U0NOBODY1'),
    userId: PRIYA_USER.id,
    address: PRIYA.email,
    guest: false,
  };
  await store.transaction(({ database }) => storePair(database, gone));
  await look();
  const pairs = (await store.read(knownPairs)).filter(({ userId }) => userId === PRIYA_USER.id);
  expect(pairs.map(({ member }) => member)).toEqual([gone.member, PRIYA.id]);
});
