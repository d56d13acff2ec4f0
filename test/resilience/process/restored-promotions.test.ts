import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { updateOf, updates } from '../../e2e/support/altering.ts';
import { untilTold } from '../../e2e/support/approving.ts';
import { clickPromotion, untilSaid } from '../../e2e/support/promotions.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newBackedUp, newHead, restored } from '../support/backup.ts';
import { ENGINES } from '../support/databases.ts';
import { startBot } from '../support/place.ts';

const PATIENT = { timeout: 120_000 };
/** As if a backup were so old that all its ends are due. */
const LONG_AGO = 'update running_promotions set ends_at = 1, remind_at = 1';

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

it.each(ENGINES)(
  'no role of a backup ends before a bot admin has it ended, on %s',
  PATIENT,
  async (engine) => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const place = { ...sandbox, database: await newBackedUp(engine) };
    const { client, database } = place;
    const nora = client.as(NORA);
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
    await nora.command('approvals');
    await untilTold(nora, 'to be checked');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { role: 'billing' })]);
    await clickPromotion(nora, 'end');
    await untilTold(nora, 'Ended by', 'direct');
    expect(await updates(client)).toEqual([
      updateOf(ENGINEER, { role: 'billing' }),
      updateOf(ENGINEER, { role: 'engineer' }),
    ]);
  },
);
