import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { updateOf, updates } from '../../e2e/support/altering.ts';
import { untilTold } from '../../e2e/support/approving.ts';
import { clickPromotion, untilSaid } from '../../e2e/support/promotions.ts';
import { elementsOf, messageWith } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newBackedUp, newHead, restored } from '../support/backup.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { hold, killOnceHeld, startBot } from '../support/place.ts';
import { holdFastly } from '../support/points.ts';

const PATIENT = { timeout: 120_000 };
/** As if a backup were so old that all its ends are due. */
const LONG_AGO = 'update running_promotions set ends_at = 1, remind_at = 1';

const [GIVEN, TAKEN] = ['billing', 'engineer'].map((role) => updateOf(ENGINEER, { role }));

async function newPlace(engine: EngineName) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const place = { ...sandbox, database: await newBackedUp(engine) };
  return { place, nora: place.client.as(NORA) };
}

async function write(url: string, statement: string): Promise<void> {
  if (url.startsWith('file:')) {
    const file = new DatabaseSync(url.slice('file:'.length));
    file.exec(statement);
    file.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

describe.each(ENGINES)('on %s, before a bot admin has it ended', PATIENT, (engine) => {
  it('no role of a backup ends', async () => {
    const { place, nora } = await newPlace(engine);
    const { client, database } = place;
    const first = await startBot(place);
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await untilSaid(nora, 'Role engineer → billing');
    first.child.kill('SIGTERM');
    await first.ended;
    await write(database.url, LONG_AGO);
    const ended = await restored({ DATABASE_URL: database.url });
    expect(ended.stdout).toContain(`before a bot admin has checked them: ${ENGINEER.login}.`);
    const variables = { AUDIT_HEAD: newHead(ended), APPROVALS_CHANNEL: CDN_TEAM.id };
    await startBot(place, { variables });
    expect(await untilSaid(nora, "The bot's database was restored")).toContain("It doesn't end by itself");
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'was restored'), 'what is told');
    expect(elementsOf(told.blocks).map(({ action_id }) => action_id)).toEqual(['promotion.end']);
    await nora.command(`update ${ENGINEER.id} --role billing --for 2d`);
    await untilTold(nora, 'the end of this role has to be checked first');
    await nora.command('approvals');
    await untilTold(nora, 'to be checked');
    expect(await updates(client)).toEqual([GIVEN]);
    await clickPromotion(nora, 'end');
    await untilTold(nora, 'Ended by', 'direct');
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('no role ends that was being given when the backup was made', async () => {
    const { place, nora } = await newPlace(engine);
    const { client, database } = place;
    const first = await startBot(place);
    await hold(place, holdFastly('after', `PUT /user/${ENGINEER.id}`));
    await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
    await killOnceHeld(place, first, 'fastly');
    await write(database.url, 'update intents set begun_at = 1, due_at = 1');
    const ended = await restored({ DATABASE_URL: database.url });
    await startBot(place, { variables: { AUDIT_HEAD: newHead(ended) } });
    for (const each of [nora, client.as(TOMAS)]) {
      await untilTold(each, "The bot's database was restored", 'direct');
    }
    expect(await updates(client)).toEqual([GIVEN]);
    await clickPromotion(nora, 'end', 'direct');
    await untilTold(nora, 'Ended by', 'direct');
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });
});
