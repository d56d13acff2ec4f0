import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  askForDeletion,
  deletions,
  openRequest,
  type RequestMessage,
  toldPrivately,
} from '../../e2e/support/approving.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, NORA_USER, PEOPLE, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { type Wire, wireTo } from '../../support/postgres/wire.ts';
import { portOf } from '../../support/stand-in.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';

/** Longer than any lease that a broken connection leaves behind. */
const PATIENCE_MILLISECONDS = 45_000;
const PATIENCE = { timeout: PATIENCE_MILLISECONDS };
const UNREACHABLE = "The bot can't reach its database";

/** `database` does not go over the wire. */
type Place = Sandbox & { bot: BotProcess; wire: Wire; database: pg.Client };

/** A bot whose connections to a new, empty PostgreSQL database the test can break. */
async function startOverWire(
  variables: Record<string, string> = {},
  prepare: (wire: Wire) => void = () => {},
): Promise<Place> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const databaseUrl = await newDatabase();
  const { wire, url: throughWire } = await wireTo(databaseUrl);
  prepare(wire);
  const environment = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: throughWire, ...variables };
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  onTestFinished(() => database.end());
  return { ...sandbox, bot: await startBotProcess(environment), wire, database };
}

/** The same, once the bot is ready. */
async function startReady(variables: Record<string, string> = {}): Promise<Place> {
  const place = await startOverWire(variables);
  await place.bot.untilReadyz(200);
  return place;
}

async function cut({ wire, bot }: Place): Promise<void> {
  wire.cut();
  await untilDegraded(bot);
}

/** A database that was there once leaves the bot ready: it answers in words. */
async function untilDegraded(bot: BotProcess): Promise<void> {
  const degraded = async () => (await bot.readyz()).body.degraded.map(({ what }) => what);
  await expect.poll(degraded, PATIENCE).toEqual([expect.stringContaining("The database can't be used: ")]);
  await bot.untilReadyz(200);
}

async function mend({ wire, bot }: Place): Promise<void> {
  wire.mend();
  await bot.untilReadyz(200);
  await expect.poll(async () => (await bot.readyz()).body.degraded, PATIENCE).toEqual([]);
}

/** Waits until Slack shows all there is to be shown: a connection that breaks on the way costs a lease. */
async function untilShown({ database }: Place): Promise<void> {
  const due = async () => (await database.query('select display_due_at from approval_requests')).rows;
  await expect.poll(due, PATIENCE).toEqual([{ display_due_at: null }]);
}

/** Nora asks for the deletion of a user. */
async function ask(place: Place): Promise<RequestMessage> {
  const request = await askForDeletion(place.client, NORA, ENGINEER);
  await untilShown(place);
  return request;
}

/** The processes of PostgreSQL that the bot is connected to. */
async function connections({ database }: Place): Promise<unknown[]> {
  const { rows } = await database.query(
    "select pid from pg_stat_activity where application_name = 'fastly-user-bot' and datname = current_database()",
  );
  return rows.map(({ pid }) => pid);
}

/** Has the bot wait in the middle of resets, a connection each, until the transaction of `database` ends. */
async function waitInResetsOf({ client, database }: Place, users: readonly { id: string }[]): Promise<void> {
  await database.query('begin');
  await database.query('lock table intents in exclusive mode');
  for (const { id } of users) await client.as(NORA).command(`reset ${id}`);
  const waiting = "select from pg_locks where relation = 'intents'::regclass and not granted";
  await expect.poll(async () => (await database.query(waiting)).rowCount, PATIENCE).toBe(users.length);
}

/** The calls that reached Fastly and were to change something. */
async function changes({ client }: Sandbox): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

/** What Nora is told about the outage, once she is. */
const toldOfOutage = (sees: Sees) => toldPrivately(sees).find((words) => words.includes(UNREACHABLE));

/** Whether there is a request about this user to be approved. */
const requestAbout = (user: { id: string }) => (sees: Sees) => openRequest(sees, CDN_TEAM, user);

describe('a bot that starts while its database is away', () => {
  it('lives where nothing listens, says so, and stops when it is told to', {
    timeout: PATIENCE_MILLISECONDS,
  }, async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `postgres://somebody@127.0.0.1:${portOf(server.address())}/somewhere`;
    server.close();
    const bot = await startBotProcess({ ...environmentFor(sandbox, 'socket'), DATABASE_URL: url });
    await bot.untilReadyz(503, ['database']);
    expect((await bot.readyz()).body.missing.database).toContain('ECONNREFUSED');
    expect((await fetch(await bot.health('/healthz'))).status).toBe(200);
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
  });

  it('goes to work by itself when it comes', PATIENCE, async () => {
    const place = await startOverWire({}, (wire) => wire.cut());
    const { client, bot } = place;
    await bot.untilReadyz(503, ['database']);
    await client.as(NORA).command(`delete ${ENGINEER.id}`);
    await client.as(NORA).until(toldOfOutage, 'to be told');
    await mend(place);
    await askForDeletion(client, NORA, ENGINEER);
  });
});

describe('while its database is away, a bot', () => {
  it('shows users', PATIENCE, async () => {
    const place = await startReady();
    await cut(place);
    const nora = place.client.as(NORA);
    await nora.command(`get ${NORA_USER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');
  });

  it.each(['reset', 'delete'])(
    'does nothing about a %s and says why',
    { timeout: PATIENCE_MILLISECONDS },
    async (subcommand) => {
      const place = await startReady();
      await cut(place);
      const nora = place.client.as(NORA);
      await nora.command(`${subcommand} ${ENGINEER.id}`);
      const told = await nora.until(toldOfOutage, 'to be told');
      expect(told).toContain('Nothing was done. Try again in a minute.');
      await mend(place);
      expect(await changes(place)).toEqual([]);
      const again = subcommand === 'reset' ? `POST /user/${encodeURIComponent(ENGINEER.login)}/` : undefined;
      await nora.command(`${subcommand} ${ENGINEER.id}`);
      if (again === undefined) await nora.until(requestAbout(ENGINEER), 'the request');
      else await expect.poll(() => changes(place), PATIENCE).toEqual([expect.stringContaining(again)]);
    },
  );

  it('takes no approval, and the request waits for one afterwards', {
    timeout: PATIENCE_MILLISECONDS,
  }, async () => {
    const place = await startReady();
    const { client } = place;
    const request = await ask(place);
    await cut(place);
    await request.click(client.as(TOMAS), 'approve');
    await client.as(TOMAS).until(toldOfOutage, 'to be told');
    await mend(place);
    expect(request.buttons(await client.as(TOMAS).sees())).toContain('approve');
    expect(await changes(place)).toEqual([]);
    await request.click(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted', PATIENCE_MILLISECONDS);
    expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
  });
});

describe('after its database was away, a bot', () => {
  it('carries out what had been approved before', { timeout: 2 * PATIENCE_MILLISECONDS }, async () => {
    const place = await startReady({ FASTLY_TIMEOUT: '1s' });
    const { client } = place;
    await client.fastlyFaults({ rateLimitUsedUp: { reset: Math.ceil(Date.now() / 1000) + 10 } });
    const request = await ask(place);
    await request.click(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), "Fastly's rate limit is reached");
    await untilShown(place);
    await cut(place);
    await client.fastlyFaults({ rateLimitUsedUp: null });
    await client.forgetFastlyCalls();
    await mend(place);
    await request.until(client.as(NORA), '✅ Deleted', PATIENCE_MILLISECONDS);
    expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
  });

  it('records a deletion that it could not record then, and does not make it again', {
    timeout: 2 * PATIENCE_MILLISECONDS,
  }, async () => {
    const place = await startReady({ FASTLY_TIMEOUT: '4s', EXECUTION_LEASE: '20s' });
    const { client, bot, database } = place;
    await client.fastlyFaults({ hold: { match: 'DELETE', when: 'after', times: 1 } });
    const request = await ask(place);
    await request.click(client.as(TOMAS), 'approve');
    await client.untilHeld('fastly');
    await untilShown(place);
    await cut(place);
    await client.fastlyFaults({ hold: null });
    await bot.log('the worker failed at something, trying again');
    await mend(place);
    await request.until(client.as(NORA), '✅ Deleted', PATIENCE_MILLISECONDS);
    expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
    const { rows } = await database.query('select event from audit_log order by seq');
    const events = rows.map(({ event }) => event);
    expect(events).toEqual(['filed', 'approved', 'started', 'started', 'completed']);
  });

  it('has the connections it needs again, however many PostgreSQL ended', {
    timeout: PATIENCE_MILLISECONDS,
  }, async () => {
    const place = await startReady();
    const { client, database } = place;
    for (const user of [ENGINEER, PLUS_LOGIN]) {
      const ended = await connections(place);
      expect(ended).not.toEqual([]);
      await database.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [ended]);
      const left = async () => (await connections(place)).filter((each) => ended.includes(each));
      await expect.poll(left, PATIENCE).toEqual([]);
      await askForDeletion(client, NORA, user);
    }
  });
});

describe('a database that answers no more, without closing a connection,', () => {
  it('is degraded, is told of, and is used again when it answers', {
    timeout: 3 * PATIENCE_MILLISECONDS,
  }, async () => {
    const place = await startReady();
    const { client, bot, wire, database } = place;
    const nora = client.as(NORA);
    const users = PEOPLE.slice(PEOPLE.indexOf(ENGINEER)).slice(0, 8);
    await waitInResetsOf(place, users);
    wire.silence();
    await database.query('rollback');
    const told = (sees: Sees) => toldPrivately(sees).filter((words) => words.includes(UNREACHABLE));
    await nora.until((sees) => told(sees).length === users.length, 'to be told', PATIENCE_MILLISECONDS);
    await untilDegraded(bot);
    expect(await changes(place)).toEqual([]);
    await mend(place);
    await askForDeletion(client, NORA, ENGINEER);
  });
});

describe.each(['cut', 'silence'] as const)('a bot that is told to stop after a %s', (trouble) => {
  it('ends all the same', PATIENCE, async () => {
    const place = await startReady();
    const { wire, bot } = place;
    await waitInResetsOf(place, [ENGINEER]);
    wire[trouble]();
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
  });
});
