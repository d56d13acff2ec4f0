import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { approveTogether, deletions, openRequest, type RequestMessage } from '../../e2e/support/approving.ts';
import { deliveryTo, type Forged, postSigned, viewOf } from '../../e2e/support/forged-delivery.ts';
import { elementsOf, messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import { type DeliveryMode, environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, type Member, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { portOf, standIn } from '../../support/stand-in.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';

const AUDIT = fileURLToPath(new URL('../../../src/cli/audit.ts', import.meta.url));
const PATIENCE_MILLISECONDS = 120_000;

/** Users of the account, none of whom is a superuser. */
function people(count: number): { id: string; name: string; login: string; role: string }[] {
  return Array.from({ length: count }, (_, place) => ({
    id: `leaving${place}x`,
    name: `Leaver Number ${place}`,
    login: `leaver.${place}@example.com`,
    role: 'engineer',
  }));
}
type People = ReturnType<typeof people>;

type Team = Sandbox & { bots: [BotProcess, BotProcess]; databaseUrl: string; database: pg.Client };

/** Two bots that share a new database, in an account that these people belong to. */
async function startTeam(
  mode: DeliveryMode,
  users: People,
  variables: Record<string, string>,
): Promise<Team> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  await sandbox.client.putFastlyUsers(users);
  const databaseUrl = await newDatabase();
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  onTestFinished(() => database.end());
  const environment = {
    ...environmentFor(sandbox, mode),
    DATABASE_URL: databaseUrl,
    SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(','),
    ...variables,
  };
  const bots: Team['bots'] = [await startBotProcess(environment), await startBotProcess(environment)];
  for (const bot of bots) await bot.untilReadyz(200);
  return { ...sandbox, bots, databaseUrl, database };
}

const Count = z.tuple([z.object({ count: z.number() })]);

/** Waits until so many rows of a table meet a condition. */
async function untilRows({ database }: Team, count: number, table: string, condition = 'true') {
  const look = async () => {
    const { rows } = await database.query(`select count(*)::int from ${table} where ${condition}`);
    return Count.parse(rows)[0].count;
  };
  await expect.poll(look, { timeout: PATIENCE_MILLISECONDS, interval: 100 }).toBe(count);
}

/** Waits until nothing is left to be carried out or to be shown. */
async function untilAllIsOver(team: Team): Promise<void> {
  const left = 'open_target is not null or due_at is not null or display_due_at is not null';
  await untilRows(team, 0, 'approval_requests', `${left} or display_claim is not null`);
}

/** What Slack delivers over HTTP, written here: each goes to the bot that the test chooses. */
async function deliveringTo({ bots, slack }: Team) {
  const responses = await standIn({}, { status: 200, body: {} });
  const urls = await Promise.all(
    bots.map(async (bot) => {
      const { address } = await bot.log("taking Slack's requests at /slack/events");
      return `http://127.0.0.1:${portOf(address)}/slack/events`;
    }),
  );
  const deliver = async (bot: number, forged: Forged) => {
    const { status } = await postSigned(String(urls[bot % urls.length]), slack.signingSecret, forged);
    expect(status).toBe(200);
  };
  const response = `${responses.url}/response`;
  const sender = ({ id, teamId }: Member) => ({ id, team_id: teamId });
  return {
    command: async (bot: number, who: Member, text: string) => {
      const command = { kind: 'command', id: '/fastly-user' } as const;
      await deliver(bot, deliveryTo(command, sender(who), response, { text }));
    },
    /** Sends the form that Approve opened. */
    approve: async (bot: number, who: Member, { id }: RequestMessage) => {
      const form = { kind: 'submission', id: 'approvals.approve-form' } as const;
      const subject = JSON.stringify({ request: id, shown: true, listUrl: null });
      const view = viewOf(form.id, {
        id: `V${randomUUID()}`,
        private_metadata: JSON.stringify({ channel: CDN_TEAM.id, private: true, subject }),
        state: { values: {} },
      });
      await deliver(bot, deliveryTo(form, sender(who), response, { view }));
    },
  };
}

/** The messages of the open requests about these people, once all are shown. */
async function untilShown(team: Team, users: People): Promise<RequestMessage[]> {
  await untilRows(team, users.length, 'surfaces', "name = 'message' and ts is not null");
  await untilRows(team, 0, 'approval_requests', 'display_due_at is not null');
  const sees = await team.client.as(NORA).sees();
  return users.map((user) => {
    const request = openRequest(sees, CDN_TEAM, user);
    if (!request) throw new Error(`There is no request about ${user.name}.`);
    return request;
  });
}

/** Does something with twenty at once: who waits for a connection to the database longer than 5 s is sent away. */
async function inGroups<Item>(
  items: readonly Item[],
  work: (group: readonly Item[], sofar: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += 20) {
    const group = items.slice(from, from + 20);
    await work(group, from + group.length);
  }
}

/** Nora asks for all of them to be deleted, of both bots in turn. */
async function fileAll(
  team: Team,
  users: People,
  command: (bot: number, who: Member, text: string) => Promise<void>,
): Promise<RequestMessage[]> {
  await inGroups(users, async (group, sofar) => {
    await Promise.all(group.map(({ id }, place) => command(place, NORA, `delete ${id}`)));
    await untilRows(team, sofar, 'approval_requests');
  });
  return await untilShown(team, users);
}

/** The messages of requests, and nothing from their threads. */
async function requestMessages({ client }: Team): Promise<SeenMessage[]> {
  const all = messagesIn(await client.as(NORA).sees(), CDN_TEAM);
  return all.filter(({ threadTs, ephemeral }) => threadTs === undefined && !ephemeral);
}

/** Checks that each of these people was deleted by one call, and that nobody is left who should not be. */
async function expectEachDeletedOnce({ client }: Team, users: People): Promise<void> {
  expect((await deletions(client)).sort()).toEqual(users.map(({ id }) => `/user/${id}`).sort());
  const left = (await client.fastlyUsers()).filter(({ id }) => String(id).startsWith('leaving'));
  expect(left).toEqual([]);
}

/** Checks that there is one message about each of these people, that it is final, and that the bot knows it. */
async function expectOneFinalMessageEach(team: Team, users: People): Promise<void> {
  const messages = await requestMessages(team);
  expect(messages.filter(({ blocks }) => elementsOf(blocks).length > 0)).toEqual([]);
  const about = (words: string) =>
    users.filter(({ name }) => words.trim().startsWith(`${name} was deleted `));
  const shown = messages.map(({ blocks }) => about(wordsOf(blocks)).map(({ id }) => id));
  expect(shown.sort()).toEqual(users.map(({ id }) => [id]).sort());
  const { rows } = await team.database.query("select ts from surfaces where name = 'message'");
  expect(rows.map(({ ts }) => ts).sort()).toEqual(messages.map(({ ts }) => ts).sort());
}

const Entry = z.object({ event: z.string(), target: z.string(), details: z.looseObject({}) });

/** The entries of the audit log, once it has been found whole. */
async function wholeAuditLog({ databaseUrl }: Team): Promise<z.infer<typeof Entry>[]> {
  const audit = (subcommand: string) =>
    new WatchedProcess(
      spawn(process.execPath, [AUDIT, subcommand], { cwd: tmpdir(), env: { DATABASE_URL: databaseUrl } }),
    );
  const verified = audit('verify');
  expect(await verified.ended).toBe(0);
  const exported = audit('export');
  expect(await exported.ended).toBe(0);
  const lines = exported.lines.map(({ text }) => Entry.parse(JSON.parse(text)));
  expect(verified.text('stdout')).toContain(`The audit log is intact: ${lines.length} entries.`);
  return lines;
}

/** The ids of those about whom the log says this. */
const targetsOf = (entries: z.infer<typeof Entry>[], event: string) =>
  entries.filter((entry) => entry.event === event).map(({ target }) => target);

const MANY = people(200);

it('two bots carry out 200 deletions once each, whichever is told three times at once that one is approved', {
  timeout: 2 * PATIENCE_MILLISECONDS,
}, async () => {
  const team = await startTeam('http', MANY, {});
  const { command, approve } = await deliveringTo(team);
  const requests = await fileAll(team, MANY, command);
  await inGroups(requests, async (group, sofar) => {
    await Promise.all(
      group.flatMap((request) => [
        approve(0, TOMAS, request),
        approve(1, PRIYA, request),
        approve(1, TOMAS, request),
      ]),
    );
    await untilRows(team, sofar, 'decisions');
  });
  await untilAllIsOver(team);
  await expectEachDeletedOnce(team, MANY);
  await expectOneFinalMessageEach(team, MANY);
  const entries = await wholeAuditLog(team);
  for (const event of ['filed', 'approved', 'started', 'completed']) {
    expect(targetsOf(entries, event).sort()).toEqual(MANY.map(({ id }) => id).sort());
  }
  for (const bot of team.bots) await bot.log('an attempt at an approved request ended');
});

const SOME = people(50);

it('two approvals that reach two bots at the same moment are both counted', {
  timeout: 2 * PATIENCE_MILLISECONDS,
}, async () => {
  const team = await startTeam('socket', SOME, { APPROVALS_REQUIRED: '2' });
  const { client } = team;
  for (const { id } of SOME) await client.as(NORA).command(`delete ${id}`);
  const requests = await untilShown(team, SOME);
  // Of two deliveries in a row each connection gets one.
  for (const request of requests) {
    await approveTogether([TOMAS, PRIYA].map((who) => ({ who: client.as(who), request })));
  }
  await untilRows(team, 2 * SOME.length, 'decisions');
  await untilAllIsOver(team);
  await expectEachDeletedOnce(team, SOME);
  await expectOneFinalMessageEach(team, SOME);
  for (const bot of team.bots) await bot.log('taken', (5 * SOME.length) / 2);
});

it('a bot finishes what another one was killed in the middle of', {
  timeout: 2 * PATIENCE_MILLISECONDS,
}, async () => {
  const team = await startTeam('http', MANY, { FASTLY_TIMEOUT: '3s', EXECUTION_LEASE: '15s' });
  const { client, bots } = team;
  const { command, approve } = await deliveringTo(team);
  const requests = await fileAll(team, MANY, command);
  await client.fastlyFaults({ hold: { match: 'DELETE', when: 'after', times: MANY.length } });
  await inGroups(requests, async (group, sofar) => {
    await Promise.all(group.map((request, place) => approve(place, TOMAS, request)));
    await untilRows(team, sofar, 'decisions');
  });
  // One bot makes eight at a time, so that of nine at least one is of the bot that dies.
  await expect.poll(() => client.held('fastly'), { timeout: PATIENCE_MILLISECONDS }).toBeGreaterThan(8);
  bots[0].child.kill('SIGKILL');
  await bots[0].ended;
  await client.fastlyFaults({ hold: null });
  await untilAllIsOver(team);
  await expectEachDeletedOnce(team, MANY);
  await expectOneFinalMessageEach(team, MANY);
  const entries = await wholeAuditLog(team);
  expect(targetsOf(entries, 'completed').sort()).toEqual(MANY.map(({ id }) => id).sort());
  const takenOver = entries.filter(({ event, details }) => event === 'started' && details.lookFirst === true);
  expect(takenOver.length).toBeGreaterThan(0);
});
