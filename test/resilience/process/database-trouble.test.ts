import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toldPrivately, untilTold } from '../../e2e/support/approving.ts';
import { messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { temporaryFolder } from '../../store/both-databases.ts';
import { logLine, startBotProcess } from '../support/bot-process.ts';

/** Runs in the bot's process: it gives up a file that is gone at once. */
const IMPATIENT = `import { TIMES } from '${new URL('../../../src/config/times.ts', import.meta.url)}'; TIMES.databaseGone = 0;`;

const FULL_DISK = new URL('../support/full-disk.ts', import.meta.url).href;

/** A sandbox, and the variables of a bot in it with a SQLite file in a folder of its own. */
async function newPlace() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const folder = await temporaryFolder();
  const path = join(folder, 'data', 'bot.db');
  const variables = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: `file:${path}` };
  return { ...sandbox, folder, path, variables };
}

const resets = (sees: Sees) =>
  messagesIn(sees, CDN_TEAM).filter(({ blocks }) => wordsOf(blocks).includes('sent a password reset to'))
    .length;

it('a bot that gives its database up ends with 1 also when it is told to stop meanwhile', async () => {
  const { slack, fastly, folder, variables } = await newPlace();
  // Over HTTP it goes on for 5 s, so that load balancers notice.
  const http = environmentFor({ slack, fastly }, 'http');
  const preload = `--import=data:text/javascript,${encodeURIComponent(IMPATIENT)}`;
  const bot = await startBotProcess({ ...http, DATABASE_URL: variables.DATABASE_URL, NODE_OPTIONS: preload });
  await bot.untilReadyz(200);
  await rename(join(folder, 'data'), join(folder, 'moved'));
  await bot.log('stopping');
  bot.child.kill('SIGTERM');
  await bot.log('stopping', 2);
  expect(await bot.ended).toBe(1);
});

describe('a bot whose SQLite database is moved away, with all that is beside it', () => {
  it('ends after a minute, makes no empty one at the next start, and goes on with the old one', async () => {
    const { client, folder, path, variables } = await newPlace();
    const nora = client.as(NORA);
    const bot = await startBotProcess(variables);
    await bot.untilReadyz(200);
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => resets(sees) === 1, 'the reset');
    await mkdir(join(folder, 'moved'));
    const files = ['bot.db', 'bot.db-wal', 'bot.db-shm', 'bot.db.lock'];
    for (const file of files) await rename(join(folder, 'data', file), join(folder, 'moved', file));
    const noticed = await bot.log('database unavailable, retrying');
    expect(noticed).toMatchObject({ level: 50, remedy: expect.stringContaining('Put the same file back') });
    expect((await bot.readyz()).status).toBe(200);
    await nora.command(`reset ${ENGINEER.id}`);
    await untilTold(nora, "The bot's database file was moved or deleted. Nothing was done.");

    expect(await bot.ended).toBe(1);
    expect(logLine(bot.lines.at(-1)?.text ?? '')?.msg).toMatch(
      /^DATABASE_URL: .+bot\.db was deleted, moved or replaced\. Put /,
    );
    expect(existsSync(path)).toBe(false);
    const restarted = await startBotProcess(variables);
    expect(await restarted.ended).toBe(1);
    expect(restarted.text('stdout')).toContain(`To start with a new, empty one, delete ${path}.lock.`);
    expect(existsSync(path)).toBe(false);

    for (const file of files) await rename(join(folder, 'moved', file), join(folder, 'data', file));
    const next = await startBotProcess(variables);
    await next.untilReadyz(200);
    await nora.command('audit --private');
    await untilTold(nora, 'sent a password reset to');
    const calls = await client.fastlyCalls();
    expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('a bot whose SQLite database cannot grow', () => {
  it('makes no change that it cannot record, and goes on by itself when it can grow again', async () => {
    const { client, variables } = await newPlace();
    const nora = client.as(NORA);
    const bot = await startBotProcess({ ...variables, NODE_OPTIONS: `--import=${FULL_DISK}` });
    await bot.untilReadyz(200);
    bot.child.kill('SIGUSR2');
    await bot.until((text) => text === 'the disk is full', 'a full disk');
    // Pages that are there have room for some changes. Each is made and recorded, or neither.
    let made = 0;
    const told = (sees: Sees) => toldPrivately(sees).some((words) => words.includes('takes no more data'));
    for (let full = false; !full; ) {
      await nora.command(`reset ${ENGINEER.id}`);
      const sees = await nora.until((each) => (told(each) || resets(each) > made) && each, 'an answer');
      made = resets(sees);
      full = told(sees);
    }
    await bot.log('database unavailable, retrying');
    expect((await bot.readyz()).status).toBe(200);
    const posts = async () => (await client.fastlyCalls()).filter(({ method }) => method === 'POST').length;
    expect(await posts()).toBe(made);

    bot.child.kill('SIGUSR2');
    await bot.log('database available');
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => resets(sees) === made + 1, 'the reset');
    expect(await posts()).toBe(made + 1);
  });
});
