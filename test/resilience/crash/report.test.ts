import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import { AUDIT_TRAIL, NORA } from '../../sandbox/cast.ts';
import { administer } from '../../support/postgres/database.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import {
  type CrashPlace,
  died,
  hold,
  kill,
  killOnceHeld,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  restartBot,
  startBot,
  startDyingBot,
} from '../support/place.ts';
import { dieAt, holdSlack, SIDES } from '../support/points.ts';

const DAILY = { REPORT_SCHEDULE: '0 9 * * *' };
/** The transaction in which a process takes a report on. */
const CLAIMED = { statement: '^update "report_schedules"\\s+set "claim" = [\\s\\S]*"try_at" <=', values: [] };
/** The one in which it records that Slack has the report. */
const RECORDED = { statement: '^insert into "reports"', values: [] };

/** A place where a report was due a second ago, and no bot runs. */
async function placeWithDueReport(engine: EngineName): Promise<CrashPlace> {
  const place = await newCrashPlace(engine);
  const first = await startBot(place, { variables: DAILY });
  await first.log('the next report is planned');
  await kill(first);
  const due = Date.now() - 1_000;
  const statement = `update report_schedules set due_at = ${due}, try_at = ${due}`;
  const { url } = place.database;
  if (engine === 'PostgreSQL') await administer(url, statement);
  else {
    const database = new DatabaseSync(url.slice('file:'.length));
    database.exec(statement);
    database.close();
  }
  return place;
}

/** How often Slack has the report, once a bot has recorded it. */
async function timesPosted({ client, database }: CrashPlace): Promise<number> {
  const recorded = () => database.read((reader) => reader.selectFrom('reports').selectAll().execute());
  await expect.poll(async () => (await recorded()).length, { timeout: PATIENCE_MILLISECONDS }).toBe(1);
  const [schedule] = await database.read((reader) =>
    reader.selectFrom('report_schedules').selectAll().execute(),
  );
  expect(schedule).toMatchObject({ claim: null, lease_until: null });
  expect(schedule?.due_at).toBeGreaterThan(Date.now());
  const messages = messagesIn(await client.as(NORA).sees(), AUDIT_TRAIL);
  return messages.filter(({ blocks }) => wordsOf(blocks).includes('users in the Fastly account')).length;
}

describe.each(ENGINES)('a report, on %s', PATIENT, (engine) => {
  it.each(SIDES)('is posted once when the bot dies %s it takes the report on', async (when) => {
    const place = await placeWithDueReport(engine);
    await died(await startDyingBot(place, { point: dieAt(when, CLAIMED), variables: DAILY }));
    await restartBot(place, DAILY);
    expect(await timesPosted(place)).toBe(1);
  });

  it('is posted once when the bot dies before Slack has it', async () => {
    const place = await placeWithDueReport(engine);
    await hold(place, holdSlack('before', 'chat.postMessage'));
    await killOnceHeld(place, await startDyingBot(place, { variables: DAILY }), 'slack');
    await place.client.slackFaults({ hold: null });
    await restartBot(place, DAILY);
    expect(await timesPosted(place)).toBe(1);
  });

  it('is posted once more when the bot dies while Slack answers, as nobody knows that it was posted', async () => {
    const place = await placeWithDueReport(engine);
    await hold(place, holdSlack('after', 'chat.postMessage'));
    await killOnceHeld(place, await startDyingBot(place, { variables: DAILY }), 'slack');
    await place.client.slackFaults({ hold: null });
    await restartBot(place, DAILY);
    expect(await timesPosted(place)).toBe(2);
  });

  it.each([
    ['before', 2],
    ['after', 1],
  ] as const)('when the bot dies %s it is recorded, is posted %i time(s)', async (when, times) => {
    const place = await placeWithDueReport(engine);
    await died(await startDyingBot(place, { point: dieAt(when, RECORDED), variables: DAILY }));
    await restartBot(place, DAILY);
    expect(await timesPosted(place)).toBe(times);
  });
});
