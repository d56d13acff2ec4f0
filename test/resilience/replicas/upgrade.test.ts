import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import {
  askForDeletion,
  deletions,
  type RequestMessage,
  toldPrivately,
} from '../../e2e/support/approving.ts';
import { openHome, untilAtHome } from '../../e2e/support/home-tab.ts';
import { messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import {
  BILLING,
  ENGINEER,
  LIMITED_ENGINEER,
  NEVER_ACTIVE,
  SEVERAL_ROLES,
} from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { portOf } from '../../support/stand-in.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';
import { newPostgres } from '../support/databases.ts';
import { newerVersion } from '../support/newer-version.ts';
import { kill, PATIENCE_MILLISECONDS } from '../support/place.ts';

const DAY = 24 * 60 * 60 * 1_000;

/** A database on which bots of this version and of a newer one run, of which one at a time gets what Slack delivers. */
async function startUpgrade() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const database = await newPostgres();
  const environment = { ...environmentFor(sandbox, 'http'), DATABASE_URL: database.url };
  const newer = await newerVersion();
  const start = async (main?: string) => {
    const bot = await startBotProcess(environment, null, main);
    await bot.untilReadyz(200);
    await deliverTo(bot);
    return bot;
  };
  const deliverTo = async (bot: BotProcess) => {
    const { address } = await bot.log("taking Slack's requests at /slack/events");
    await sandbox.client.setRequestUrl(`http://127.0.0.1:${portOf(address)}/slack/events`);
  };
  const rows = async (messages: readonly RequestMessage[]) =>
    await database.read(async (reader) => {
      const ids = messages.map(({ id }) => id);
      const requests = reader.selectFrom('approval_requests').where('id', 'in', ids);
      const surfaces = reader.selectFrom('surfaces').where('request_id', 'in', ids);
      return [
        await requests.selectAll().orderBy('id').execute(),
        await surfaces.selectAll().orderBy('request_id').orderBy('name').execute(),
      ];
    });
  return {
    client: sandbox.client,
    database,
    deliverTo,
    rows,
    startThisVersion: () => start(),
    startNewerVersion: () => start(newer),
  };
}

/** Types `/fastly-user approvals`, and returns the list. */
async function listFor(who: ActingMember): Promise<string> {
  await who.command('approvals');
  const list = await who.until((sees) => messageWith(sees, CDN_TEAM, 'requests are open'), 'the list');
  return wordsOf(list.blocks).replaceAll(/\s+/g, ' ');
}

async function end(bot: BotProcess): Promise<void> {
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toBe(0);
}

it('an old and a new version work beside each other, and a roll-back and the next upgrade lose no request', {
  timeout: 6 * PATIENCE_MILLISECONDS,
}, async () => {
  const { client, database, rows, deliverTo, startThisVersion, startNewerVersion } = await startUpgrade();
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const old = await startThisVersion();
  const known = await askForDeletion(client, NORA, LIMITED_ENGINEER);
  const expiring = await askForDeletion(client, NORA, NEVER_ACTIVE);

  // The rolling update: both versions run.
  const newer = await startNewerVersion();
  const approved = await askForDeletion(client, NORA, ENGINEER);
  const waiting = await askForDeletion(client, NORA, BILLING);
  await deliverTo(old);
  const list = await listFor(tomas);
  expect(list).toContain(`wants to delete ${LIMITED_ENGINEER.name}`);
  for (const { id } of [approved, waiting]) {
    // Its message may not be known as posted yet.
    expect(list.replace(`request ${id}`, id)).toContain(
      `⏸️ A request by <@${NORA.id}> needs a newer version of the bot ( ${id} in <#${CDN_TEAM.id}> ).`,
    );
  }
  for (const button of ['approve', 'deny', 'lock'] as const) await waiting.click(tomas, button);
  await waiting.click(nora, 'cancel');
  const refused = `Request ${waiting.id} needs a newer version of the bot. Nothing was done.`;
  const toldOften = (times: number) => (sees: Parameters<typeof toldPrivately>[0]) =>
    toldPrivately(sees).filter((each) => each.replaceAll(/\s+/g, ' ').includes(refused)).length === times;
  await tomas.until(toldOften(3), 'three refused clicks');
  await nora.until(toldOften(1), 'a refused click');
  await nora.command(`delete ${BILLING.id}`);
  await nora.until(toldOften(2), 'a refused request about the same user');

  // The newer version dies in the middle of a deletion that it was told to make.
  await deliverTo(newer);
  await client.fastlyFaults({ hold: { match: 'DELETE', when: 'before', times: 1 } });
  await approved.take(tomas, 'approve');
  await client.untilHeld('fastly', PATIENCE_MILLISECONDS);
  await kill(newer);
  await client.fastlyFaults({ hold: null });

  // The roll-back: a process of the old version starts on the tables of the newer one.
  await end(old);
  const before = await rows([approved, waiting]);
  const shown = waiting.words(await nora.sees());
  const back = await startThisVersion();
  await database.outlastLeases();
  await expect
    .poll(async () => (await back.readyz()).body.degraded.map(({ what }) => what), {
      timeout: PATIENCE_MILLISECONDS,
    })
    .toContain('2 open approval requests need a newer version of the bot.');
  await openHome(tomas);
  await untilAtHome(tomas, 'Waiting for you', waiting.id);
  await openHome(nora);
  await untilAtHome(nora, 'Your open requests', waiting.id);
  expect(await rows([approved, waiting])).toEqual(before);
  await database.read((reader) => sql`update approval_requests set later = 'kept'`.execute(reader));
  const left = await rows([approved, waiting]);
  await known.take(tomas, 'approve');
  await known.until(nora, '✅ Deleted', PATIENCE_MILLISECONDS);
  await database.pass(DAY);
  await expiring.until(nora, '⌛', PATIENCE_MILLISECONDS);
  expect(await rows([approved, waiting])).toEqual(left);
  expect((await rows([known]))[0]).toMatchObject([{ later: 'kept' }]);
  expect(waiting.words(await nora.sees())).toBe(shown);
  const path = ({ id }: { id: string }) => `/user/${id}`;
  expect(await deletions(client)).toEqual([path(ENGINEER), path(LIMITED_ENGINEER)]);

  // The next upgrade.
  const handedOn = await askForDeletion(client, NORA, SEVERAL_ROLES);
  await end(back);
  await startNewerVersion();
  await approved.until(nora, '✅ Deleted', PATIENCE_MILLISECONDS);
  await waiting.until(nora, '⌛', PATIENCE_MILLISECONDS);
  await handedOn.take(tomas, 'approve');
  await handedOn.until(nora, '✅ Deleted', PATIENCE_MILLISECONDS);
  expect(await deletions(client)).toEqual([ENGINEER, LIMITED_ENGINEER, ENGINEER, SEVERAL_ROLES].map(path));
});
