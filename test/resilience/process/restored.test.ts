import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askForUpdate, updateOf, updates } from '../../e2e/support/altering.ts';
import { type RequestMessage, toldPrivately } from '../../e2e/support/approving.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { type BackedUp, newBackedUp, newHead, restored } from '../support/backup.ts';
import { type BotProcess, fatalLines, startBotProcess } from '../support/bot-process.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { untilShown } from '../support/deletion.ts';
import { died, startBot } from '../support/place.ts';
import { audited, dieAt } from '../support/points.ts';

const PATIENT = { timeout: 120_000 };
const PROMOTION = updateOf(ENGINEER, { role: 'superuser' });

type Place = Sandbox & { database: BackedUp };
async function newPlace(engine: EngineName): Promise<Place> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return { ...sandbox, database: await newBackedUp(engine) };
}

async function stop(bot: BotProcess): Promise<void> {
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toBe(0);
}

/**
 * Nora has asked to make an engineer a Fastly superuser, Tomás has approved, and a backup is taken before that is
 * carried out. Then it is carried out, and somebody takes the role away again in Fastly.
 */
async function decidedSinceBackup(engine: EngineName): Promise<{ place: Place; request: RequestMessage }> {
  const place = await newPlace(engine);
  const { client, database } = place;
  const first = await startBot(place, { point: dieAt('after', audited('approved')) });
  const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
  await untilShown(place);
  await request.form(client.as(TOMAS), 'approve');
  // The bot dies before it answers, and the test may be over before Slack gives it up.
  const submitted = client.as(TOMAS).submit();
  submitted.catch(() => {});
  await died(first);
  await database.backUp();
  const second = await startBot(place);
  await expect.poll(() => updates(client), { timeout: 60_000 }).toContainEqual(PROMOTION);
  await second.log('an attempt at an approved request ended');
  await stop(second);
  await client.putFastlyUsers([{ ...ENGINEER }]);
  await client.forgetFastlyCalls();
  return { place, request };
}

describe.each(ENGINES)('a backup from between approval and execution, on %s', (engine) => {
  it('has nothing carried out after npm run restored, and Slack says so', PATIENT, async () => {
    const { place, request } = await decidedSinceBackup(engine);
    const { client, database } = place;
    await database.restore();
    const ended = await restored({ DATABASE_URL: database.url, AUDIT_HEAD: `999:${'0'.repeat(64)}` });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`  ${request.id}  promote ${ENGINEER.login}\n`);
    const head = newHead(ended);
    const bot = await startBot(place, { variables: { AUDIT_HEAD: head } });
    const words = await request.until(
      client.as(NORA),
      'The request may have been carried out after the backup.',
    );
    expect(words).toContain("The bot's database was restored from a backup.");
    expect(request.buttons(await client.as(TOMAS).sees())).toEqual([]);
    await client
      .as(NORA)
      .until(
        (sees) => toldPrivately(sees, 'direct').some((each) => each.includes('was restored')),
        'to be told',
      );
    await stop(bot);
    expect(await updates(client)).toEqual([]);
    // The next backup is from after that.
    await startBot(place, { variables: { AUDIT_HEAD: head } });
  });

  it('is refused at the start by the AUDIT_HEAD of later', PATIENT, async () => {
    const { place } = await decidedSinceBackup(engine);
    const { client, database } = place;
    const head = newHead(await restored({ DATABASE_URL: database.url }));
    await database.restore();
    const bot = await startBotProcess({
      ...environmentFor(place, 'socket'),
      DATABASE_URL: database.url,
      AUDIT_HEAD: head,
    });
    expect(await bot.ended).toBe(78);
    const [last = '', seq] = [fatalLines(bot).at(-1), head.split(':')[0]];
    expect(last).toMatch(
      new RegExp(
        `^DATABASE_URL: The audit log ends at entry \\d+, but AUDIT_HEAD names entry ${seq}\\. If the database was restored, run \`npm run restored\``,
      ),
    );
    expect(last).not.toContain('    at ');
    expect(await updates(client)).toEqual([]);
  });
});

describe.each(ENGINES)('a database of another workspace or account, on %s', (engine) => {
  const FOREIGN = {
    workspace: ['the Slack workspace', 'SLACK_BOT_TOKEN'],
    account: ['the Fastly account', 'FASTLY_API_TOKEN'],
  } as const;

  /** The database as one that was copied from elsewhere. */
  async function moveTo(place: Place, kind: keyof typeof FOREIGN): Promise<void> {
    const statement = `update belonging set id = 'ELSEWHERE', name = '' where kind = '${kind}'`;
    if (engine === 'SQLite') {
      const { DatabaseSync } = await import('node:sqlite');
      const file = new DatabaseSync(place.database.url.slice('file:'.length));
      file.exec(statement);
      file.close();
      return;
    }
    const client = new pg.Client({ connectionString: place.database.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  it.each(['workspace', 'account'] as const)(
    'ends the bot, which carries nothing out and names both, until it is adopted: %s',
    PATIENT,
    async (kind) => {
      const { place, request } = await decidedSinceBackup(engine);
      const { client, database } = place;
      await database.restore();
      await moveTo(place, kind);
      await client.forgetSlackCalls();
      const bot = await startBotProcess({
        ...environmentFor(place, 'socket'),
        DATABASE_URL: database.url,
      });
      expect(await bot.ended).toBe(78);
      const [belongsTo, token] = FOREIGN[kind];
      expect(fatalLines(bot).at(-1)).toMatch(
        new RegExp(`^DATABASE_URL: The database belongs to ${belongsTo} ELSEWHERE, but ${token} to \\w+`),
      );
      expect(fatalLines(bot).at(-1)).toContain('npm run restored -- --adopt');
      expect(await updates(client)).toEqual([]);
      expect((await restored({ DATABASE_URL: database.url }, '--adopt')).code).toBe(0);
      const before = request.words(await client.as(NORA).sees());
      const adopted = await startBot(place);
      await askForUpdate(client, NORA, ENGINEER, '--role superuser');
      await stop(adopted);
      expect(await updates(client)).toEqual([]);
      expect(request.words(await client.as(NORA).sees())).toBe(before);
    },
  );
});

describe.each(ENGINES)('npm run restored, on %s', (engine) => {
  it('changes nothing while a bot runs, and says so', PATIENT, async () => {
    const place = await newPlace(engine);
    const bot = await startBot(place);
    const request = await askForUpdate(place.client, NORA, ENGINEER, '--role superuser');
    const { code, stdout, stderr } = await restored({ DATABASE_URL: place.database.url });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      engine === 'SQLite'
        ? /^Nothing was changed\. A process of the bot owns the database file\. Stop the bot/
        : /^Nothing was changed\. The bot still runs: stop every process.*\n(?: {2}- connection \d+ from 127\.0\.0\.1 since .* UTC\n)+$/,
    );
    await request.take(place.client.as(TOMAS), 'approve');
    await request.until(place.client.as(NORA), 'promoted to Fastly superuser');
    await stop(bot);
  });
});

describe('npm run restored', () => {
  it('makes no database where there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'bot.db');
    const missing = await restored({ DATABASE_URL: `file:${path}` });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining(`no database at ${path}`) });
    await writeFile(path, '');
    const empty = await restored({ DATABASE_URL: `file:${path}` });
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining(`no database at ${path}`) });
    const other = await restored({ DATABASE_URL: await newDatabase() });
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('no audit log') });
  });

  it('leaves a damaged file as it is', async () => {
    const place = await newPlace('SQLite');
    await stop(await startBot(place));
    const path = place.database.url.slice('file:'.length);
    const { open } = await import('node:fs/promises');
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - 8_192, 7), 0, size - 8_192, 4_096);
    await file.close();
    const { code, stderr } = await restored({ DATABASE_URL: place.database.url });
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was changed.');
    expect(stderr).toMatch(/damaged|malformed/);
  });

  it('says how it goes, and what is wrong with its words', async () => {
    const help = await restored({}, '--help');
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/^npm run restored .+\n/) });
    const wrong = await restored({}, '--now');
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("'--now'") });
    const url = await restored({ DATABASE_URL: 'mysql://127.0.0.1/bot' });
    expect(url).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("DATABASE_URL doesn't start with file:"),
    });
  });
});
