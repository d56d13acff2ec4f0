import { describe, expect, it, onTestFinished } from 'vitest';
import { CDN_TEAM, NORA, PRIYA } from '../../sandbox/cast.ts';
import { ENGINEER, NORA_USER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { startProxy, type TestProxy } from '../../support/http-proxy.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { askForDeletion, toldPrivately } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { readyz } from '../support/readyz.ts';
import { messageWith } from '../support/seeing.ts';
import {
  connected,
  DELIVERY_MODES,
  type DeliveryMode,
  environmentFor,
  type RunningBot,
  runBot,
  startWorkplace,
} from '../support/workplace.ts';

const LOGIN = 'nora:p@ss:w/rd';
/** The password, in whatever way of writing. */
const PASSWORD_WRITTEN = new RegExp(`ss:w|ss%3Aw|${Buffer.from(LOGIN).toString('base64')}`);

type Place = Sandbox & { proxy: TestProxy; environment: Record<string, string> };

/** A Slack and a Fastly with names that only the proxy knows. */
async function companyNetwork(mode: DeliveryMode): Promise<Place> {
  const sandbox = await startSandbox({ slackKnownAs: 'http://slack.test' });
  onTestFinished(() => sandbox.close());
  const names = { 'slack.test': sandbox.slack.apiUrl, 'fastly.test': sandbox.fastly.url };
  const proxy = await startProxy({ names, login: LOGIN });
  const environment = {
    ...environmentFor(sandbox, mode),
    SLACK_API_URL: 'http://slack.test/api/',
    FASTLY_API_URL: 'http://fastly.test',
    http_proxy: proxy.url,
  };
  return { ...sandbox, proxy, environment };
}

async function startBehindProxy(mode: DeliveryMode): Promise<Place & RunningBot> {
  const place = await companyNetwork(mode);
  const running = runBot(place.environment);
  await connected(place, running.log, mode);
  return { ...place, ...running };
}

describe.each(DELIVERY_MODES)('a bot behind a proxy, over %s', (mode) => {
  it('takes commands, opens forms, answers, and posts', async () => {
    const { client, log, proxy } = await startBehindProxy(mode);
    const nora = client.as(NORA);
    await nora.command(`get ${NORA_USER.id}`);
    await client.as(PRIYA).until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.login), 'the card');
    await nora.command('get');
    await nora.until((sees) => sees.modals[0]?.title === 'Find a user', 'the form');
    await nora.typeAhead('user-picker', 'edda mor');
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await askForDeletion(client, NORA, ENGINEER);
    expect(new Set(proxy.tunnels)).toEqual(new Set(['slack.test:80', 'fastly.test:80']));
    expect(log.text).not.toMatch(PASSWORD_WRITTEN);
  });

  it.each([407, 403, 502])(
    'tells whoever types and the operator that the proxy answers %d',
    async (status) => {
      const place = await startBehindProxy(mode);
      const { client, log, proxy } = place;
      const nora = client.as(NORA);
      proxy.refuse(status, 'fastly.test');
      await place.client.fastlyFaults({ down: true });
      await place.client.fastlyFaults({ down: false });
      await nora.command(`get ${NORA_USER.id}`);
      const [told] = await nora.until((sees) => {
        const all = toldPrivately(sees);
        return all.length > 0 && all;
      }, 'to be told');
      expect(told).toContain("Fastly can't be reached through the company's proxy. Tell the bot's operator.");
      const { status: ready, body } = await readyz(place);
      expect({ ready, degraded: body.degraded }).toMatchObject({
        ready: 200,
        degraded: [
          {
            what: expect.stringMatching(new RegExp(`^Fastly can't be used: .*the proxy .*\\(${status}\\)`)),
            remedy: expect.stringMatching(/HTTP_PROXY|the proxy/),
          },
        ],
      });
      const line = await log.until("Fastly can't be used");
      expect(line).toMatchObject({ err: { message: expect.stringContaining(`(${status})`) } });
      expect(line.remedy).toBe(body.degraded[0]?.remedy);
      proxy.refuse(null);
      await nora.command(`get ${ENGINEER.id}`);
      await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
      expect((await readyz(place)).body.degraded).toEqual([]);
      expect(log.text).not.toMatch(PASSWORD_WRITTEN);
    },
  );

  it('says what it waits for where the proxy refuses at the start, and goes on when it does not', async () => {
    const place = await companyNetwork(mode);
    place.proxy.refuse(407);
    const running = runBot(place.environment);
    const { why, remedy } = await running.log.until('slack unreachable, retrying');
    expect(why).toBe('the proxy refuses its user or password (407)');
    expect(remedy).toContain('Correct the user and the password in HTTP_PROXY');
    const { status, body } = await readyz(running);
    expect({ status, missing: body.missing.slack }).toEqual({ status: 503, missing: `${why}. ${remedy}` });
    place.proxy.refuse(null);
    await connected(place, running.log, mode);
    await expect.poll(async () => (await readyz(running)).body.degraded).toEqual([]);
    expect(running.log.text).not.toMatch(PASSWORD_WRITTEN);
  });

  it('connects past a proxy to this machine and to PostgreSQL', async () => {
    const proxy = await startProxy();
    proxy.refuse(403);
    const variables = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, DATABASE_URL: await newDatabase() };
    const { client } = await startWorkplace(mode, variables);
    await client.as(NORA).command(`get ${NORA_USER.id}`);
    await client.as(PRIYA).until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.login), 'the card');
    expect(proxy.tunnels).toEqual([]);
  });
});

it('a bot that is connected says what keeps it from the Web API', async () => {
  const place = await startBehindProxy('http');
  const { proxy, client, log } = place;
  proxy.cut();
  proxy.refuse(403, 'slack.test');
  await client.as(NORA).command('get');
  const [problem] = await log.untilTimes(
    "slack.test can't be reached: the proxy doesn't allow slack.test:80 (403)",
    1,
  );
  expect(problem).toMatchObject({ level: 50, remedy: expect.stringContaining('NO_PROXY') });
  expect(await readyz(place)).toMatchObject({
    status: 200,
    body: { degraded: [{ what: problem?.msg, remedy: problem?.remedy }] },
  });
  proxy.refuse(null);
  await client.as(NORA).command('get');
  await log.until('slack.test can be reached again');
  expect((await readyz(place)).body.degraded).toEqual([]);
});

it('PostgreSQL with a name that only the proxy knows is not reached through it', async () => {
  const place = await companyNetwork('socket');
  const running = runBot({ ...place.environment, DATABASE_URL: 'postgres://bot@database.test/bot' });
  await running.log.until('database unreachable, retrying');
  await running.log.until('connected to Slack');
  await running.log.until('Fastly token accepted');
  expect(new Set(place.proxy.tunnels)).toEqual(new Set(['slack.test:80', 'fastly.test:80']));
});
