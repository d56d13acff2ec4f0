import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { DAILY, leaverMessages, untilLeaversSay } from '../../e2e/support/leavers.ts';
import { NORA, PRIYA } from '../../sandbox/cast.ts';
import { BOT_ACCOUNT, PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { type ClockedDatabase, ENGINES, type EngineName, newPostgres } from '../support/databases.ts';
import {
  type CrashPlace,
  hold,
  kill,
  killOnceHeld,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  startBot,
} from '../support/place.ts';
import { holdSlack, SIDES } from '../support/points.ts';

/** Longer than people are gathered, and than any lease lasts. */
const LONG = 15 * 60_000;

type Place = CrashPlace & { pass(): Promise<void> };

/** A place with few users, as each takes a call that is paced. Priya has left. */
async function placeWithLeaver(engine: EngineName): Promise<Place> {
  const place = await newCrashPlace(engine);
  const { client } = place;
  for (const { id } of await client.fastlyUsers()) {
    if (id !== BOT_ACCOUNT.id && id !== PRIYA_USER.id) await client.removeFastlyUser(String(id));
  }
  await client.changeMember(PRIYA.id, 'deactivated');
  if (engine === 'SQLite') return { ...place, pass: async () => makeOlder(place.database.url) };
  const database: ClockedDatabase = await newPostgres();
  return { ...place, database, pass: () => database.pass(LONG) };
}

/** SQLite has the machine's clock, so what is stored gets older. Nobody owns the file meanwhile. */
function makeOlder(url: string): void {
  const database = new DatabaseSync(url.slice('file:'.length));
  database.exec(`update leavers set found_at = found_at - ${LONG};
    update leaver_looks set due_at = due_at - ${LONG} where due_at > 0;`);
  database.close();
}

const found = ({ database }: CrashPlace) =>
  database.read((reader) => reader.selectFrom('leavers').selectAll().execute());
const unshown = ({ database }: CrashPlace) =>
  database.read((reader) =>
    reader.selectFrom('leaver_messages').selectAll().where('due_at', 'is not', null).execute(),
  );

async function untilFound(place: CrashPlace): Promise<void> {
  const count = async () => (await found(place)).length;
  await expect.poll(count, { timeout: PATIENCE_MILLISECONDS }).toBe(1);
}

/** Slack has one message, which needs nothing more. */
async function expectToldOnce(place: CrashPlace): Promise<void> {
  await untilLeaversSay(place, 'is deactivated in Slack.');
  await expect.poll(() => unshown(place), { timeout: PATIENCE_MILLISECONDS }).toEqual([]);
  expect(leaverMessages(await place.client.as(NORA).sees())).toHaveLength(1);
  expect(await found(place)).toHaveLength(1);
}

describe.each(ENGINES)('a member who left, on %s, is told of once', PATIENT, (engine) => {
  it('when the bot dies between the look and the message, and before Slack has the message', async () => {
    const place = await placeWithLeaver(engine);
    const first = await startBot(place, { variables: DAILY });
    await untilFound(place);
    await kill(first);
    expect(leaverMessages(await place.client.as(NORA).sees())).toEqual([]);
    await place.pass();
    await hold(place, holdSlack('before', 'chat.postMessage'));
    const second = await startBot(place, { variables: DAILY });
    await killOnceHeld(place, second, 'slack');
    await place.client.slackFaults({ hold: null });
    await place.pass();
    await startBot(place, { variables: DAILY });
    await expectToldOnce(place);
  });

  it.each(SIDES)('when the bot dies while Slack holds the list of members, %s it is made', async (when) => {
    const place = await placeWithLeaver(engine);
    await hold(place, holdSlack(when, 'users.list'));
    const first = await startBot(place, { variables: DAILY });
    await killOnceHeld(place, first, 'slack');
    await place.client.slackFaults({ hold: null });
    await place.pass();
    const second = await startBot(place, { variables: DAILY });
    await untilFound(place);
    await kill(second);
    await place.pass();
    await startBot(place, { variables: DAILY });
    await expectToldOnce(place);
  });
});
