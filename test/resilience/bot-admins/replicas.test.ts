import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { appManifest } from '../../../src/cli/app-manifest.ts';
import { messagesIn, messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { connected, environmentFor, runBot } from '../../e2e/support/workplace.ts';
import { CDN_ADMINS, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';

const LOOKING = { botAdminsLook: { after: 0, every: 100 }, workerInterval: 50 };
const group = CDN_ADMINS.id;

it('one of two replicas tells who can use the bot now, while they run and after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groups-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const manifest = join(folder, 'manifest.yml');
  await writeFile(manifest, appManifest(null, { groups: true }));
  const sandbox = await startSandbox({ manifest });
  onTestFinished(() => sandbox.close());
  const { client } = sandbox;
  const DATABASE_URL = await newDatabase();
  const database = new pg.Client({ connectionString: DATABASE_URL });
  await database.connect();
  onTestFinished(() => database.end());
  const environment = {
    ...environmentFor(sandbox, 'socket'),
    DATABASE_URL,
    SUPERUSERS: `${NORA.id},${group}`,
    APPROVALS_CHANNEL: CDN_TEAM.id,
  };
  const startTwo = async () => {
    const bots = [runBot(environment, LOOKING), runBot(environment, LOOKING)];
    for (const { log } of bots) await connected(sandbox, log, 'socket');
    return bots;
  };
  const nora = client.as(NORA);
  const untilTold = (words: string) =>
    nora.until((sees) => messageWith(sees, CDN_TEAM, words), `the line '${words}'`);
  const recorded = async () => (await database.query('select from bot_admins')).rowCount;

  const bots = await startTwo();
  await expect.poll(recorded).toBe(2);
  await client.changeGroup({ group, members: [PRIYA.id, TOMAS.id] });
  await untilTold(`<@${TOMAS.id}> can use the bot now, through <!subteam^${group}>`);
  for (const bot of bots) await bot.stop();
  await client.changeGroup({ group, members: [TOMAS.id] });
  await startTwo();
  await untilTold(`<@${PRIYA.id}> can't use the bot any more`);
  await client.changeGroup({ group, members: [TOMAS.id, PRIYA.id] });
  await untilTold(`<@${PRIYA.id}> can use the bot now`);
  const told = messagesIn(await nora.sees(), CDN_TEAM).map(({ blocks }) => wordsOf(blocks));
  expect(told.filter((words) => words.includes('the bot'))).toHaveLength(3);
  const audited = "select event from audit_log where change = 'bot-admin' order by seq";
  expect((await database.query(audited)).rows).toEqual(
    ['added', 'removed', 'added'].map((event) => ({ event })),
  );
});
