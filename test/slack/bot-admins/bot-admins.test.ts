import { createServer } from 'node:http';
import { WebClient } from '@slack/web-api';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { MemberId, UserGroupId } from '../../../src/ids.ts';
import { BotAdmins, type KeptTimes } from '../../../src/slack/bot-admins/bot-admins.ts';
import { UserGroups } from '../../../src/slack/bot-admins/user-groups.ts';
import { Members } from '../../../src/slack/connection/members.ts';
import { portOf } from '../../support/stand-in.ts';

const LISTED = MemberId.parse('U0LISTED1');
const GROUPED = MemberId.parse('U0GROUPD1');
const OTHER = MemberId.parse('U0OTHER01');
const GROUP = UserGroupId.parse('S0GROUP01');
const LOG = pino({ enabled: false });

const KEPT: KeptTimes = { fresh: 60_000, away: 600_000 };

/** A Slack that answers so: the group, and the user with each id. */
type Slack = { group: object; users: Record<string, object>; hangs: Promise<void> | null };
const user = (id: string, fields: object = {}) => ({ ok: true, user: { id, ...fields } });
const away = { ok: false, error: 'internal_error' };

async function startBotAdmins(times: KeptTimes = KEPT) {
  const slack: Slack = {
    group: { ok: true, users: [GROUPED, OTHER] },
    users: Object.fromEntries([LISTED, GROUPED, OTHER].map((id) => [id, user(id)])),
    hangs: null,
  };
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const method = request.url?.split('/').at(-1) ?? '';
    calls.push(method);
    const about = new URLSearchParams(body).get('user') ?? '';
    await slack.hangs;
    const answer = method === 'usergroups.users.list' ? slack.group : slack.users[about];
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = new WebClient('xoxb-1', {
    slackApiUrl: `http://127.0.0.1:${portOf(server.address())}/`,
    retryConfig: { retries: 0 },
  });
  const kept = { botAdmins: times, botAdminsAnswer: 600 };
  const botAdmins = new BotAdmins({
    listed: [LISTED, GROUP],
    members: new Members(client, LOG),
    groups: new UserGroups(client, LOG),
    times: kept,
  });
  return { slack, calls, kept, botAdmins };
}

it('keeps what Slack says for a minute', async () => {
  const { botAdmins, calls } = await startBotAdmins();
  for (let times = 0; times < 2; times += 1) {
    expect(await botAdmins.listing(GROUPED)).toBe(true);
    expect(await botAdmins.standing(GROUPED)).toBe('able');
  }
  expect(calls).toEqual(['usergroups.users.list', 'users.info']);
});

it('takes an empty list for nobody, and an answer without a list for none', async () => {
  const { botAdmins, slack } = await startBotAdmins();
  slack.group = { ok: true };
  expect(await botAdmins.listing(GROUPED)).toBeNull();
  expect(await botAdmins.confirm([GROUPED], Date.now())).toEqual({ confirmed: [], unknown: [GROUPED] });
  slack.group = { ok: true, users: [] };
  expect(await botAdmins.listing(GROUPED)).toBe(false);
  expect(await botAdmins.confirm([GROUPED], Date.now())).toEqual({ confirmed: [], unknown: [] });
});

it('knows all others where Slack does not say who one is', async () => {
  const { botAdmins, slack } = await startBotAdmins();
  slack.users[OTHER] = away;
  const everybody = [LISTED, GROUPED, OTHER];
  expect(await botAdmins.confirm(everybody, Date.now())).toEqual({
    confirmed: [LISTED, GROUPED],
    unknown: [OTHER],
  });
  expect(botAdmins.named).toEqual(everybody);
});

it('uses the last answers while Slack is away, but for a decision, and none that is too old', async () => {
  const { botAdmins, slack, kept } = await startBotAdmins();
  await botAdmins.read();
  slack.group = away;
  slack.users[GROUPED] = away;
  kept.botAdmins = { fresh: 0, away: 600_000 };
  expect(await botAdmins.listing(GROUPED)).toBe(true);
  expect(await botAdmins.standing(GROUPED)).toBe('able');
  expect(await botAdmins.confirm([GROUPED], Date.now() + 1)).toEqual({ confirmed: [], unknown: [GROUPED] });
  kept.botAdmins = { fresh: 0, away: -1 };
  expect(await botAdmins.listing(GROUPED)).toBeNull();
  expect(await botAdmins.standing(GROUPED)).toBe('unknown');
});

it('confirms nobody where Slack says nothing of members at all', async () => {
  const { botAdmins, slack } = await startBotAdmins();
  slack.users[GROUPED] = { ok: true };
  expect(await botAdmins.standing(GROUPED)).toBe('able');
  expect(await botAdmins.confirm([GROUPED], Date.now())).toEqual({ confirmed: [], unknown: [GROUPED] });
});

it('uses the last answers while Slack hangs, but for a decision', async () => {
  const { botAdmins, slack, kept } = await startBotAdmins();
  await botAdmins.read();
  const { promise, resolve } = Promise.withResolvers<void>();
  slack.hangs = promise;
  kept.botAdmins = { fresh: 0, away: 600_000 };
  kept.botAdminsAnswer = 1;
  expect(await botAdmins.listing(GROUPED)).toBe(true);
  expect(await botAdmins.standing(GROUPED)).toBe('able');
  let decided = false;
  const confirmed = botAdmins.confirm([GROUPED], Date.now() + 1).finally(() => {
    decided = true;
  });
  await botAdmins.read();
  expect(decided).toBe(false);
  resolve();
  expect(await confirmed).toEqual({ confirmed: [GROUPED], unknown: [] });
});

it.each<[string, object, string]>([
  ['deactivated', { deleted: true }, 'deactivated'],
  ['a guest', { is_restricted: true }, 'guest'],
  ['a guest of one channel', { is_ultra_restricted: true }, 'guest'],
  ['a bot', { is_bot: true }, 'bot'],
  ['a stranger', { is_stranger: true }, 'elsewhere'],
])('neither names nor confirms who is %s', async (_, fields, standing) => {
  const { botAdmins, slack } = await startBotAdmins();
  slack.users[GROUPED] = user(GROUPED, fields);
  expect(await botAdmins.confirm([GROUPED], Date.now())).toEqual({ confirmed: [], unknown: [] });
  expect((await botAdmins.read()).members.get(GROUPED)).toEqual({ standing, through: [GROUP] });
  expect(botAdmins.named).toEqual([LISTED, OTHER]);
});

it('asks anew once Slack says that the group has changed', async () => {
  const { botAdmins, slack } = await startBotAdmins();
  expect(await botAdmins.listing(OTHER)).toBe(true);
  slack.group = { ok: true, users: [GROUPED] };
  await new Promise((resolve) => setImmediate(resolve));
  botAdmins.groupChanged(GROUP);
  await expect.poll(() => botAdmins.listing(OTHER)).toBe(false);
  expect(botAdmins.groupChanged(UserGroupId.parse('S0UNKNOWN'))).toBe(false);
});
