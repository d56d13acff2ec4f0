import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseUnusable } from '../../../src/store/errors.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { temporaryFolder } from '../../store/both-databases.ts';
import { administer, newSchema } from '../../support/postgres/database.ts';
import { portOf } from '../../support/stand-in.ts';
import { askForDeletion, untilTold } from '../support/approving.ts';
import { readyz } from '../support/readyz.ts';
import { messageWith } from '../support/seeing.ts';
import {
  DELIVERY,
  environmentFor,
  type RunningBot,
  runBot,
  startWorkplace,
  type Workplace,
} from '../support/workplace.ts';

async function changesSent({ client }: Workplace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

async function newFile(): Promise<{ path: string; elsewhere: string }> {
  const folder = await temporaryFolder();
  return { path: join(folder, 'bot.db'), elsewhere: join(folder, 'elsewhere.db') };
}

const refuse = (table: string) =>
  `create trigger full_disk before insert or update on ${table} for each row execute function full_disk();`;
/** PostgreSQL answers to every change as it does on a full disk. */
const FILL = `create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
  ${['intents', 'approval_requests', 'account_lock', 'audit_log'].map(refuse).join('\n')}`;

describe('a bot whose SQLite file is moved', () => {
  it('begins no change, says so, and goes on when the file is back', async () => {
    const { path, elsewhere } = await newFile();
    const place = await startWorkplace(DELIVERY, { DATABASE_URL: `file:${path}` });
    const { client } = place;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await rename(path, elsewhere);
    await nora.command(`reset ${PLUS_LOGIN.login}`);
    await untilTold(nora, "The bot's database file was moved or deleted. Nothing was done.");
    await request.click(tomas, 'approve');
    await untilTold(tomas, "The bot's database file was moved or deleted. Nothing was done.");
    await nora.command(`get ${PLUS_LOGIN.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, PLUS_LOGIN.id), 'the card');
    await expect
      .poll(() => readyz(place))
      .toMatchObject({
        status: 200,
        body: {
          missing: {},
          degraded: [
            {
              what: `${path} was deleted, moved or replaced`,
              remedy: 'Put the same file back. To use another one, restart the bot.',
            },
          ],
        },
      });
    expect(await changesSent(place)).toEqual([]);
    await rename(elsewhere, path);
    await expect.poll(() => readyz(place)).toMatchObject({ status: 200, body: { degraded: [] } });
    await request.take(tomas, 'approve');
    await request.until(nora, '✅ Deleted');
  });

  it('ends with the remedy when the file stays away', async () => {
    const { path, elsewhere } = await newFile();
    const times = { databaseGone: 300 };
    const { ended, log, stop } = await startWorkplace(DELIVERY, { DATABASE_URL: `file:${path}` }, {}, times);
    await rename(path, elsewhere);
    const why = await log.until('stopping');
    // As on SIGTERM: that it was asked to stop meanwhile does not make the end a good one.
    const stopped = stop().catch((error: unknown) => error);
    const error = await ended;
    expect(await stopped).toBe(error);
    expect(error).toBeInstanceOf(DatabaseUnusable);
    const message = `DATABASE_URL: ${path} was deleted, moved or replaced. Put the same file back, then start the bot.`;
    expect(error).toMatchObject({ message });
    expect(why).toMatchObject({ level: 50, why: message });
  });
});

describe('a bot whose disk is full', () => {
  it('begins no change, says so, and goes on by itself when there is room', async () => {
    const { url } = await newSchema();
    const place = await startWorkplace(DELIVERY, { DATABASE_URL: url });
    const { client, log } = place;
    const nora = client.as(NORA);
    await administer(url, FILL);
    for (const command of [`reset ${PLUS_LOGIN.login}`, `delete ${ENGINEER.id}`]) {
      await nora.command(command);
      await untilTold(nora, "The bot's database takes no more data. Nothing was done.");
    }
    await expect
      .poll(() => readyz(place))
      .toMatchObject({
        status: 200,
        body: {
          missing: {},
          degraded: [
            {
              what: "PostgreSQL's disk is full (could not extend file)",
              remedy: 'Free some space. The bot goes on by itself once it can.',
            },
          ],
        },
      });
    expect(await changesSent(place)).toEqual([]);
    await administer(url, 'drop function full_disk cascade');
    await log.until('database available');
    // A change that was refused before may still report it.
    await expect.poll(async () => (await readyz(place)).body.degraded).toEqual([]);
    await nora.command(`reset ${PLUS_LOGIN.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
  });
});

describe('a bot whose database is away', () => {
  const AWAY = 'database unreachable, retrying';

  async function startWithout(times: { stillAway: number }): Promise<RunningBot> {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `postgres://somebody@127.0.0.1:${portOf(server.address())}/somewhere`;
    server.close();
    return runBot({ ...environmentFor(sandbox, DELIVERY), DATABASE_URL: url }, times);
  }

  it('logs that once, in words, however often it tries', async () => {
    const { log } = await startWithout({ stillAway: 3_600_000 });
    await log.untilTimes('database unreachable', 3);
    const lines = log.lines.filter(({ msg }) => msg === AWAY);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 40,
      why: expect.stringMatching(
        /^The database can't be used: nothing answers at its address \(.*ECONNREFUSED/,
      ),
      remedy: expect.stringContaining('Start PostgreSQL, or correct the host and port'),
    });
    expect(JSON.stringify(lines)).not.toContain('    at ');
  });

  it('logs that again when it has been away for long', async () => {
    const { log } = await startWithout({ stillAway: 100 });
    expect(await log.untilTimes(AWAY, 3)).toHaveLength(3);
  });
});
