import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { CredentialRefused, Secret } from '../../../src/config/secret.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { newNetwork } from '../../support/network.ts';
import { standIn } from '../../support/stand-in.ts';
import {
  CONNECTED,
  HELLO,
  startSocketMode,
  startTestSlack,
  startWrittenSlack,
} from './support/socket-mode.ts';

const MINUTE = 60_000;

/** Every pause is as long as wanted, give or take its jitter. */
function expectPauses(pauses: readonly number[], wanted: readonly number[]): void {
  expect(pauses).toHaveLength(wanted.length);
  for (const [place, pause] of pauses.entries()) {
    const about = wanted[place] ?? 0;
    expect(pause).toBeGreaterThanOrEqual(about * 0.8);
    expect(pause).toBeLessThanOrEqual(about * 1.2);
  }
}

describe('a Slack that says hello and hangs up', () => {
  it('is dialled with pauses that double from 0.5 s to 30 s', async () => {
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ hangUps: 9 });
    const slack = await startSocketMode({ sandbox });
    await slack.log.untilTimes(CONNECTED, 10);
    expectPauses(slack.pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(await slack.dials()).toBe(10);
    // Of the waits that were asked for, so many dials fit into the first 5 seconds.
    let elapsed = 0;
    const within = slack.pauses.filter((pause) => {
      elapsed += pause;
      return elapsed < 5_000;
    });
    expect(1 + within.length).toBeLessThanOrEqual(5);
  });

  it('waits a little differently each time', async () => {
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ hangUps: 12 });
    const slack = await startSocketMode({ sandbox, times: { firstPause: 1000, longestPause: 1000 } });
    await slack.log.untilTimes(CONNECTED, 13);
    expect(new Set(slack.pauses).size).toBeGreaterThan(6);
  });

  it('is dialled at once after a connection has lasted, and then with short pauses again', async () => {
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ hangUps: 3 });
    const slack = await startSocketMode({ sandbox });
    await slack.log.untilTimes(CONNECTED, 4);
    slack.times.lasting = 0;
    await slack.client.disconnect('drop');
    await slack.log.untilTimes(CONNECTED, 5);
    expectPauses(slack.pauses, [500, 1000, 2000]);
    slack.times.lasting = MINUTE;
    await slack.client.disconnect('drop');
    await slack.log.untilTimes(CONNECTED, 6);
    expectPauses(slack.pauses, [500, 1000, 2000, 500]);
  });
});

it('waits as long as Slack says when it limits the calls', async () => {
  const sandbox = await startTestSlack();
  const limit = { method: 'apps.connections.open', retryAfter: 17, times: 1 };
  await sandbox.client.slackFaults({ rateLimit: limit });
  const slack = await startSocketMode({ sandbox });
  await slack.log.until(CONNECTED);
  expect(slack.pauses).toEqual([17_000]);
});

describe('a Slack that asks for a new connection', () => {
  it.each(['warning', 'refresh'] as const)('gets it while the old one is up: %s', async (how) => {
    const slack = await startSocketMode({ times: { lasting: 0 } });
    await slack.log.until(CONNECTED);
    await slack.client.disconnect(how);
    const [, second] = await slack.log.untilTimes(CONNECTED, 2);
    expect(second).toMatchObject({ counted: 2 });
    expect(slack.readiness.report()).not.toHaveProperty('slack');
    expect(await slack.type('hello')).toMatchObject({ response: { text: 'hello' } });
    expect(slack.log.lines.filter(({ msg }) => msg === 'reconnecting to Slack')).toEqual([]);
    expect(slack.pauses).toEqual([]);
  });

  it('has the old connection closed where it keeps it', async () => {
    const slack = await startSocketMode({ times: { lasting: 0, keepOld: 50 } });
    await slack.log.until(CONNECTED);
    await slack.client.disconnect('warning');
    await slack.log.untilTimes(CONNECTED, 2);
    await expect.poll(() => slack.client.connections()).toBe(1);
    expect(await slack.type('hello')).toMatchObject({ response: { text: 'hello' } });
  });

  it('has each of 200 commands handled once while it asks again and again', async () => {
    const slack = await startSocketMode({ times: { lasting: 0, keepOld: 100 } });
    await slack.log.until(CONNECTED);
    const texts = Array.from({ length: 200 }, (_, place) => `command ${place}`);
    const outcomes: unknown[] = [];
    for (let place = 0; place < texts.length; place += 10) {
      await slack.client.disconnect(place % 20 === 0 ? 'warning' : 'refresh');
      outcomes.push(...(await Promise.all(texts.slice(place, place + 10).map(slack.type))));
    }
    expect(outcomes).toEqual(texts.map((text) => ({ acknowledged: true, response: { text } })));
    expect(slack.handled.toSorted()).toEqual(texts.toSorted());
    expect(slack.log.lines.filter(({ msg }) => msg === CONNECTED).length).toBeGreaterThan(5);
  });
});

it('acknowledges over the next connection what came over one that is gone', async () => {
  const answered = Promise.withResolvers<string>();
  const slack = await startSocketMode({ answer: () => answered.promise });
  await slack.log.until(CONNECTED);
  const outcome = slack.type('hello');
  await expect.poll(() => slack.handled).toEqual(['hello']);
  await slack.client.disconnect('drop');
  await slack.log.untilTimes(CONNECTED, 2);
  answered.resolve('late');
  expect(await outcome).toEqual({ acknowledged: true, response: { text: 'late' } });
});

it('is missing while no connection is up', async () => {
  const sandbox = await startTestSlack();
  await sandbox.client.slackFaults({ down: true });
  const slack = await startSocketMode({ sandbox });
  await slack.log.untilTimes('Slack connection failed, retrying', 2);
  expect(slack.readiness.report().slack).toContain("can't connect to Slack: ");
  await slack.client.slackFaults({ down: false });
  await slack.log.until(CONNECTED);
  expect(slack.readiness.report()).not.toHaveProperty('slack');
});

it('notices a connection that was cut silently, and answers what is typed afterwards', async () => {
  const slack = await startSocketMode({ times: { ping: 20, silence: 500 } });
  await slack.log.until(CONNECTED);
  await slack.client.disconnect('silence');
  await slack.log.untilTimes(CONNECTED, 2);
  expect(await slack.type('hello')).toMatchObject({ response: { text: 'hello' } });
});

it('gives up a connection over which Slack says no hello', async () => {
  const { apiUrl } = await startWrittenSlack(() => {});
  const slack = await startSocketMode({ apiUrl, times: { hello: 50 } });
  await slack.log.untilTimes('Slack connection failed, retrying', 2);
  expect(slack.readiness.report().slack).toContain('Slack said no hello');
});

it('grows its pauses, and says why, while Slack takes no more connections', async () => {
  let full = true;
  const { apiUrl } = await startWrittenSlack((connection) =>
    connection.send(full ? '{"type":"disconnect","reason":"too_many_websockets"}' : HELLO),
  );
  const slack = await startSocketMode({ apiUrl });
  await slack.log.untilTimes('Slack connection failed, retrying', 3);
  expect(slack.readiness.problems()).toMatchObject([{ what: expect.stringContaining('takes no more') }]);
  expectPauses(slack.pauses.slice(0, 3), [500, 1000, 2000]);
  full = false;
  await slack.log.until(CONNECTED);
  expect(slack.readiness.problems()).toEqual([]);
});

it('acknowledges over the connection that a delivery came from while two are up', async () => {
  const acknowledgements = Promise.withResolvers<string>();
  const connections: WebSocket[] = [];
  const { apiUrl } = await startWrittenSlack((connection, number) => {
    connections.push(connection);
    connection.on('message', (data) => acknowledgements.resolve(`over ${number}: ${String(data)}`));
    connection.send(HELLO);
  });
  const slack = await startSocketMode({ apiUrl, times: { lasting: 0 } });
  await slack.log.until(CONNECTED);
  connections[0]?.send('{"type":"disconnect","reason":"warning"}');
  await slack.log.untilTimes(CONNECTED, 2);
  connections[0]?.send(
    '{"envelope_id":"e","type":"slash_commands","payload":{"command":"/sample","text":"hi"}}',
  );
  expect(await acknowledgements.promise).toBe('over 0: {"envelope_id":"e","payload":{"text":"hi"}}');
});

describe('Socket Mode that is switched off', () => {
  const OFF = 'Socket Mode is switched off in the Slack app, so no command reaches the bot.';

  it('is tried once a minute, and named with the remedy', async () => {
    const slack = await startSocketMode();
    await slack.log.until(CONNECTED);
    await slack.client.slackFaults({ socketModeOff: true });
    await slack.log.until(OFF);
    await expect.poll(() => slack.pauses.length).toBeGreaterThan(2);
    expect(new Set(slack.pauses)).toEqual(new Set([MINUTE]));
    expect(slack.readiness.report()).toMatchObject({ slack: OFF });
    expect(slack.readiness.problems()).toMatchObject([
      { what: OFF, remedy: expect.stringContaining('Enable Socket Mode') },
    ]);
    await slack.client.slackFaults({ socketModeOff: false });
    await slack.log.untilTimes(CONNECTED, 2);
    expect(slack.readiness.problems()).toEqual([]);
    expect(slack.readiness.report()).not.toHaveProperty('slack');
  });

  it('is told in the log once, and again only after a while', async () => {
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ socketModeOff: true });
    const slack = await startSocketMode({ sandbox });
    await expect.poll(() => slack.pauses.length).toBeGreaterThan(5);
    const told = () => slack.log.lines.filter(({ msg }) => msg === OFF).map(({ level }) => level);
    expect(told()).toEqual([50]);
    slack.times.sayAgain = 0;
    await slack.log.untilTimes(OFF, 4);
  });
});

describe('an app token that Slack refuses', () => {
  it('ends the bot when it was never taken', async () => {
    const slack = await startSocketMode({ appToken: 'xapp-1-revoked' });
    const error = await slack.ended;
    expect(error).toBeInstanceOf(CredentialRefused);
    expect(String(error)).toContain('SLACK_APP_TOKEN (invalid_auth)');
    expect(String(error)).toContain('IP addresses');
    expect(await slack.dials()).toBe(1);
  });

  it('is tried once a minute when it was taken before, and named with the remedies', async () => {
    const slack = await startSocketMode({ times: { lasting: 0 } });
    await slack.log.until(CONNECTED);
    await slack.client.slackFaults({
      refuse: { method: 'apps.connections.open', error: 'invalid_auth', times: 3 },
    });
    await slack.client.disconnect('drop');
    const line = await slack.log.until(
      'Slack rejects SLACK_APP_TOKEN (invalid_auth), so the bot cannot open a connection.',
    );
    expect(line).toMatchObject({ level: 50, remedy: expect.stringContaining('IP addresses') });
    await slack.log.untilTimes(CONNECTED, 2);
    expect(slack.pauses).toEqual([MINUTE, MINUTE, MINUTE]);
    expect(slack.readiness.problems()).toEqual([]);
  });

  it('names the scope that it lacks, at start and while the bot runs', async () => {
    const refuse = { method: 'apps.connections.open', error: 'missing_scope', times: 1 };
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ refuse });
    const error = await (await startSocketMode({ sandbox })).ended;
    expect(error).toBeInstanceOf(CredentialRefused);
    expect(String(error)).toMatch(/SLACK_APP_TOKEN \(missing_scope\).*with connections:write/);
    expect(String(error)).not.toContain('IP addresses');
    const slack = await startSocketMode({ times: { lasting: 0 } });
    await slack.log.until(CONNECTED);
    await slack.client.slackFaults({ refuse });
    await slack.client.disconnect('drop');
    const line = await slack.log.until(
      'Slack rejects SLACK_APP_TOKEN (missing_scope), so the bot cannot open a connection.',
    );
    expect(line).toMatchObject({ level: 50, remedy: expect.stringContaining('with connections:write') });
    await slack.log.untilTimes(CONNECTED, 2);
    expect(slack.pauses).toEqual([MINUTE]);
  });

  it('leaves the bot ready while an older connection is up', async () => {
    const slack = await startSocketMode({ times: { lasting: 0 } });
    await slack.log.until(CONNECTED);
    await slack.client.slackFaults({
      refuse: { method: 'apps.connections.open', error: 'token_revoked', times: 1_000_000 },
    });
    await slack.client.disconnect('warning');
    await expect.poll(() => slack.readiness.problems()).toHaveLength(1);
    expect(slack.readiness.report()).not.toHaveProperty('slack');
    expect(await slack.type('hello')).toMatchObject({ response: { text: 'hello' } });
  });

  it('is waited for where the workspace does not let its address in', async () => {
    const sandbox = await startTestSlack();
    const refuse = { method: 'apps.connections.open', error: 'accesslimited', times: 2 };
    await sandbox.client.slackFaults({ refuse });
    const slack = await startSocketMode({ sandbox });
    await slack.log.until(CONNECTED);
    expect(slack.pauses).toEqual([MINUTE, MINUTE]);
  });
});

describe('a hello that names more connections than the bot has', () => {
  const NAMED = 'another process uses an app token of this Slack app, and gets a part of what people type';

  it('is logged and named, until Slack counts right again', async () => {
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ connectionsElsewhere: 1 });
    const slack = await startSocketMode({ sandbox, times: { lasting: 0, recount: 100 } });
    expect(await slack.log.until(NAMED)).toMatchObject({ counted: 2, own: 1 });
    expect(slack.readiness.problems()).toMatchObject([
      { what: expect.stringContaining('Slack counts 2 connections of this app, and 1 is of this bot') },
    ]);
    expect(slack.readiness.report()).not.toHaveProperty('slack');
    await slack.client.slackFaults({ connectionsElsewhere: 0 });
    await expect.poll(() => slack.readiness.problems()).toEqual([]);
  });

  it('is no wonder while an old connection is kept, or counted late', async () => {
    const slack = await startSocketMode({ times: { lasting: 0 } });
    await slack.log.until(CONNECTED);
    await slack.client.disconnect('warning');
    await slack.log.untilTimes(CONNECTED, 2);
    await slack.client.slackFaults({ connectionsElsewhere: 2 });
    await slack.client.disconnect('drop');
    await slack.log.untilTimes(CONNECTED, 3);
    expect(slack.log.lines.filter(({ msg }) => msg === NAMED)).toEqual([]);
    expect(slack.readiness.problems()).toEqual([]);
  });

  it('says nothing where replicas have connections of their own', async () => {
    const sandbox = await startTestSlack();
    await sandbox.client.slackFaults({ connectionsElsewhere: 3 });
    const slack = await startSocketMode({ sandbox, alone: false });
    expect(await slack.log.until(CONNECTED)).toMatchObject({ counted: 4 });
    expect(slack.readiness.problems()).toEqual([]);
  });
});

it.each([{}, { url: 'not an address' }, { url: 'http://127.0.0.1:1/' }, { url: 'ws+unix:///tmp/socket' }])(
  'tries again when Slack answers with %j in place of an address',
  async (answer) => {
    const { url } = await standIn({ 'POST /api/apps.connections.open': () => ({ ok: true, ...answer }) });
    const slack = await startSocketMode({ apiUrl: `${url}/api/` });
    await slack.log.untilTimes('Slack connection failed, retrying', 2);
    expect(slack.readiness.report().slack).toContain('Slack gave no address');
  },
);

it('says why the proxy lets no WebSocket through, and what to do', async () => {
  const proxy = await startProxy();
  proxy.refuse(403);
  const { url } = await standIn({
    'POST /api/apps.connections.open': () => ({ ok: true, url: 'ws://link.test/?ticket=1' }),
  });
  const network = newNetwork({ HTTP_PROXY: new Secret(proxy.url) });
  const { log, readiness } = await startSocketMode({ apiUrl: `${url}/api/`, network });
  const { why, remedy } = await log.until('Slack connection failed, retrying');
  expect(why).toBe("the proxy doesn't allow link.test:80 (403)");
  expect(remedy).toContain('Have the proxy allow CONNECT to link.test:80');
  expect(readiness.report().slack).toBe(`can't connect to Slack: ${why}. ${remedy}`);
});
