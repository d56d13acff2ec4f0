import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { askForDeletion, deletions } from '../../e2e/support/approving.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { type BotProcess, fatalLines, logLine, startBotProcess } from '../support/bot-process.ts';

const PATIENCE_MILLISECONDS = 45_000;

async function startedSandbox(): Promise<Sandbox> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The URL of a SQLite database that is not there yet. */
async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-database-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return `file:${join(folder, 'bot.db')}`;
}

/** What the log of a bot has of the messages it wrote itself, by their words. */
function messagesOf(bot: BotProcess): (string | undefined)[] {
  return bot.lines.map(({ text }) => logLine(text)?.msg);
}

/** Has everybody who wants to create a table in a database wait for each other. */
async function closeGate(databaseUrl: string): Promise<{ open(waiting: number): Promise<void> }> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  onTestFinished(() => database.end());
  await database.query('begin');
  await database.query('lock table pg_class in share mode');
  const held = async () => {
    const locks = "relation = 'pg_class'::regclass and not granted";
    return (await database.query(`select from pg_locks where ${locks}`)).rowCount;
  };
  return {
    open: async (waiting) => {
      await expect.poll(held, { timeout: PATIENCE_MILLISECONDS, interval: 20 }).toBe(waiting);
      await database.query('rollback');
    },
  };
}

const Audit = z.object({ audit: z.object({ event: z.string(), details: z.looseObject({}) }) });

/** The steps that a bot made, as its log has them. */
function stepsOf(bot: BotProcess): { event: string; found?: unknown }[] {
  return bot.lines
    .flatMap(({ text }) => Audit.safeParse(logLine(text)).data ?? [])
    .map(({ audit: { event, details } }) => ({ event, ...('found' in details && { found: details.found }) }));
}

describe('bots that start at the same moment on an empty PostgreSQL database', () => {
  it('are all ready, and none has to try twice', { timeout: 2 * PATIENCE_MILLISECONDS }, async () => {
    const sandbox = await startedSandbox();
    const databaseUrl = await newDatabase();
    const gate = await closeGate(databaseUrl);
    const variables = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: databaseUrl };
    const bots = await Promise.all([1, 2, 3].map(() => startBotProcess(variables)));
    await gate.open(bots.length);
    await Promise.all(bots.map((bot) => bot.untilReadyz(200)));
    for (const bot of bots)
      expect(messagesOf(bot)).not.toContainEqual(expect.stringContaining('unreachable, retrying'));
    const request = await askForDeletion(sandbox.client, NORA, ENGINEER);
    await request.take(sandbox.client.as(TOMAS), 'approve');
    await request.until(sandbox.client.as(NORA), '✅ Deleted', PATIENCE_MILLISECONDS);
    expect(await deletions(sandbox.client)).toEqual([`/user/${ENGINEER.id}`]);
  });
});

describe('a bot that is told to stop in the middle of a deletion', () => {
  it('finishes and records it, and leaves nothing to another one but to show it', {
    timeout: PATIENCE_MILLISECONDS,
  }, async () => {
    const sandbox = await startedSandbox();
    const { client } = sandbox;
    const variables = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: await newDatabase() };
    const first = await startBotProcess(variables);
    await first.untilReadyz(200);
    await client.fastlyFaults({ delay: { match: 'DELETE', milliseconds: 1_500 } });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    const users = async () => (await client.fastlyUsers()).map(({ id }) => id);
    await expect.poll(users, { timeout: PATIENCE_MILLISECONDS, interval: 20 }).not.toContain(ENGINEER.id);
    first.child.kill('SIGTERM');
    const second = await startBotProcess(variables);
    expect(await first.ended).toBe(0);
    expect(stepsOf(first).at(-1)).toEqual({ event: 'completed', found: false });
    await second.untilReadyz(200);
    await request.until(client.as(NORA), '✅ Deleted', PATIENCE_MILLISECONDS);
    second.child.kill('SIGTERM');
    await second.ended;
    expect(stepsOf(second)).toEqual([]);
    expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
  });
});

describe('a SQLite file that a bot has open', () => {
  it('is refused to another one, in a sentence', { timeout: PATIENCE_MILLISECONDS }, async () => {
    const sandbox = await startedSandbox();
    const variables = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: await newFile() };
    const owner = await startBotProcess(variables);
    await owner.untilReadyz(200);
    const other = await startBotProcess(variables);
    expect(await other.ended).toBe(1);
    expect(fatalLines(other)).toEqual([
      expect.stringMatching(/^DATABASE_URL: Another process uses the database .+bot\.db\. .+DATABASE_URL/),
    ]);
    await owner.untilReadyz(200);
  });

  it('belongs to another one as soon as the bot is dead, and what that was at goes on', {
    timeout: PATIENCE_MILLISECONDS,
  }, async () => {
    const sandbox = await startedSandbox();
    const { client } = sandbox;
    const variables = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: await newFile() };
    const owner = await startBotProcess(variables);
    await owner.untilReadyz(200);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ hold: { match: 'DELETE', when: 'before', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await client.untilHeld('fastly');
    owner.child.kill('SIGKILL');
    await owner.ended;
    const heir = await startBotProcess(variables);
    await heir.untilReadyz(200);
    await request.until(client.as(NORA), '✅ Deleted', PATIENCE_MILLISECONDS);
    heir.child.kill('SIGTERM');
    await heir.ended;
    expect(stepsOf(heir)).toEqual([{ event: 'started' }, { event: 'completed', found: false }]);
  });
});
