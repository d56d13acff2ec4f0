import { expect, it, onTestFinished } from 'vitest';
import { askForDeletion } from '../../e2e/support/approving.ts';
import { openHome, sectionOf, untilAtHome } from '../../e2e/support/home-tab.ts';
import { wordsOf } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { portOf } from '../../support/stand-in.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';

const PATIENCE_MILLISECONDS = 60_000;

/** A place for bots that share a database, of which one at a time gets what Slack delivers. */
async function startTeam() {
  const sandbox: Sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const environment = { ...environmentFor(sandbox, 'http'), DATABASE_URL: await newDatabase() };
  const start = async () => {
    const bot = await startBotProcess(environment);
    await bot.untilReadyz(200);
    return bot;
  };
  const deliverTo = async (bot: BotProcess) => {
    const { address } = await bot.log("taking Slack's requests at /slack/events");
    await sandbox.client.setRequestUrl(`http://127.0.0.1:${portOf(address)}/slack/events`);
  };
  return { client: sandbox.client, start, deliverTo };
}

it('a Home that one bot was asked for shows what another one does', {
  timeout: PATIENCE_MILLISECONDS,
}, async () => {
  const { client, start, deliverTo } = await startTeam();
  const [first, second] = [await start(), await start()];
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const users = (await client.fastlyUsers()).length;
  await deliverTo(first);
  await openHome(tomas);
  await untilAtHome(tomas, 'The account', `${users} users`);
  await deliverTo(second);
  const request = await askForDeletion(client, NORA, ENGINEER);
  await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
  await request.take(tomas, 'approve');
  await untilAtHome(tomas, 'Latest changes', 'was deleted');
  second.child.kill('SIGTERM');
  await second.ended;
  await deliverTo(first);
  const sees = await openHome(nora);
  expect(wordsOf(sectionOf(sees, 'The account'))).toContain(`${users - 1} users`);
});

it('a Home is kept up to date by a bot that it was never asked of', {
  timeout: PATIENCE_MILLISECONDS,
}, async () => {
  const { client, start, deliverTo } = await startTeam();
  const first = await start();
  await deliverTo(first);
  const tomas = client.as(TOMAS);
  await openHome(tomas);
  first.child.kill('SIGTERM');
  await first.ended;
  await deliverTo(await start());
  const request = await askForDeletion(client, NORA, ENGINEER);
  await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
  expect((await client.as(NORA).sees()).home).toBeNull();
});
