import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { CDN_TEAM, NORA } from '../cast.ts';
import { ENGINEER } from '../fastly/people.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { ControlClient } from './client.ts';
import type { Service } from './protocol.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

type Request = { url: string; init: { method: string; headers: Record<string, string>; body?: string } };
type When = 'before' | 'after';

/** For each service a request, the fault that holds it, and whether its work is done. */
const ON = {
  fastly: {
    request: (): Request => ({
      url: `${sandbox.fastly.url}/user/${ENGINEER.id}`,
      init: { method: 'DELETE', headers: { 'Fastly-Key': sandbox.fastly.token } },
    }),
    hold: (when: When, times = 1) => sandbox.client.fastlyFaults({ hold: { match: 'DELETE', when, times } }),
    letGo: () => sandbox.client.fastlyFaults({ hold: null }),
    down: () => sandbox.client.fastlyFaults({ down: true }),
    isDone: async () => (await sandbox.client.fastlyUsers()).every(({ id }) => id !== ENGINEER.id),
  },
  slack: {
    request: (): Request => ({
      url: `${sandbox.slack.apiUrl}chat.postMessage`,
      init: {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${sandbox.slack.botToken}`,
        },
        body: JSON.stringify({ channel: CDN_TEAM.id, text: 'a message' }),
      },
    }),
    hold: (when: When, times = 1) =>
      sandbox.client.slackFaults({ hold: { method: 'chat.postMessage', when, times } }),
    letGo: () => sandbox.client.slackFaults({ hold: null }),
    down: () => sandbox.client.slackFaults({ down: true }),
    isDone: async () => {
      const { channels } = await sandbox.client.as(NORA).sees();
      return channels.some(({ messages }) => messages.some(({ text }) => text === 'a message'));
    },
  },
};

/** Resolves when the service says that something changed and the condition holds, or at once if it does. */
async function until(service: Service, condition: () => boolean): Promise<void> {
  if (condition()) return;
  await new Promise<void>((resolve) => {
    const end = sandbox[service].onChange(() => {
      if (!condition()) return;
      end();
      resolve();
    });
  });
}

const untilLetGo = (service: Service) => until(service, () => sandbox[service].held() === 0);

function send({ url, init }: Request, signal?: AbortSignal): Promise<Response> {
  return fetch(url, { ...init, ...(signal !== undefined && { signal }) });
}

/** A process of its own that makes the request and waits for the answer. */
function sendFromAnotherProcess(request: Request) {
  const code = 'const { url, init } = JSON.parse(process.argv[1]); await fetch(url, init);';
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, JSON.stringify(request)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe.each(['fastly', 'slack'] as const)('a request held by %s', (service) => {
  const { request, hold, letGo, down, isDone } = ON[service];

  test.each([
    ['before', false],
    ['after', true],
  ] as const)('%s its work waits until its client goes away', async (when, done) => {
    await hold(when);
    expect(await sandbox.client.held(service)).toBe(0);
    const impatient = new AbortController();
    const refused = expect(send(request(), impatient.signal)).rejects.toThrow('aborted');
    await sandbox.client.untilHeld(service);
    expect(await sandbox.client.held(service)).toBe(1);
    expect(await isDone()).toBe(done);
    impatient.abort();
    await refused;
    await untilLetGo(service);
    expect(await isDone()).toBe(done);
  });

  test('is held no longer once the process that made it is killed', async () => {
    await hold('after');
    const child = sendFromAnotherProcess(request());
    await sandbox.client.untilHeld(service);
    child.kill('SIGKILL');
    await untilLetGo(service);
    expect(await isDone()).toBe(true);
    expect((await send(request())).status).toBe(200);
  });

  test.each(['before', 'after'] as const)('%s its work is cut when it is let go', async (when) => {
    await hold(when);
    const cut = expect(send(request())).rejects.toThrow('fetch failed');
    await sandbox.client.untilHeld(service);
    await letGo();
    await cut;
    expect(await sandbox.client.held(service)).toBe(0);
    expect(await isDone()).toBe(when === 'after');
  });

  test('stays held while others are let through, and others are held beside it', async () => {
    await hold('before', 2);
    const cut = [1, 2].map(() => expect(send(request())).rejects.toThrow('fetch failed'));
    await until(service, () => sandbox[service].held() === 2);
    expect((await send(request())).status).toBe(200);
    expect(await sandbox.client.held(service)).toBe(2);
    await letGo();
    await Promise.all(cut);
  });

  test('is cut when the service goes away', async () => {
    await hold('after');
    const cut = expect(send(request())).rejects.toThrow('fetch failed');
    await sandbox.client.untilHeld(service);
    await down();
    await cut;
    await untilLetGo(service);
  });

  test('is cut when the sandbox closes', async () => {
    await hold('after');
    const cut = expect(send(request())).rejects.toThrow('fetch failed');
    await sandbox.client.untilHeld(service);
    await sandbox.close();
    await cut;
    expect(sandbox[service].held()).toBe(0);
    sandbox = await startSandbox();
  });

  test('is waited for, and in vain says so', async () => {
    const waiting = sandbox.client.untilHeld(service);
    const told = sandbox.client.request('GET', `/${service}/held?atLeast=1`);
    await hold('before');
    const cut = expect(send(request())).rejects.toThrow('fetch failed');
    await waiting;
    expect(await told).toEqual({ held: 1 });
    await letGo();
    await cut;
    await expect(sandbox.client.untilHeld(service, 100)).rejects.toThrow(
      `Waited in vain for ${service} to hold a request.`,
    );
  });
});

test('Fastly records a request held after its work at once, one held before it when that ends', async () => {
  const { request } = ON.fastly;
  const impatient = new AbortController();
  const given = () => expect(send(request(), impatient.signal)).rejects.toThrow('aborted');
  const recorded = { method: 'DELETE', path: `/user/${ENGINEER.id}`, status: null };
  await ON.fastly.hold('before');
  const before = given();
  await sandbox.client.untilHeld('fastly');
  expect(await sandbox.client.fastlyCalls()).toEqual([]);
  await ON.fastly.hold('after');
  const after = given();
  await until('fastly', () => sandbox.fastly.held() === 2);
  expect(await sandbox.client.fastlyCalls()).toMatchObject([recorded]);
  impatient.abort();
  await Promise.all([before, after]);
  await until('fastly', () => sandbox.fastly.calls().length === 2);
  expect(await sandbox.client.fastlyCalls()).toMatchObject([recorded, recorded]);
});

test('Slack records a held call at once, as lost before its work', async () => {
  const results = async () => (await sandbox.client.slackCalls()).map(({ result }) => result);
  await ON.slack.hold('before');
  const cut = [expect(send(ON.slack.request())).rejects.toThrow('fetch failed')];
  await sandbox.client.untilHeld('slack');
  expect(await results()).toEqual(['lost']);
  await ON.slack.hold('after');
  cut.push(expect(send(ON.slack.request())).rejects.toThrow('fetch failed'));
  await until('slack', () => sandbox.slack.held() === 2);
  expect(await results()).toEqual(['lost', 'ok']);
  await ON.slack.letGo();
  await Promise.all(cut);
});

test('what does not match is answered, and what is cut is not held', async () => {
  const { client } = sandbox;
  await client.fastlyFaults({
    hold: { match: 'DELETE /user/', when: 'before', times: 1 },
    drop: { match: 'DELETE', when: 'before', times: 1 },
  });
  const me = { url: `${sandbox.fastly.url}/current_user`, init: ON.fastly.request().init };
  expect((await send({ ...me, init: { ...me.init, method: 'GET' } })).status).toBe(200);
  await expect(send(ON.fastly.request())).rejects.toThrow('fetch failed');

  await client.slackFaults({
    hold: { method: 'chat.postMessage', when: 'before', times: 1 },
    lose: { method: 'chat.postMessage', when: 'before', times: 1 },
  });
  const { url, init } = ON.slack.request();
  expect((await send({ url: url.replace('chat.postMessage', 'auth.test'), init })).status).toBe(200);
  await expect(send({ url, init })).rejects.toThrow('fetch failed');

  for (const service of ['fastly', 'slack'] as const) {
    const cut = expect(send(ON[service].request())).rejects.toThrow('fetch failed');
    await client.untilHeld(service);
    await ON[service].letGo();
    await cut;
  }
});

test('waiting goes on when the control API answers that nothing is held yet', async () => {
  const answers = [0, 0, 1];
  const paths: unknown[] = [];
  const server = createServer(({ url }, response) => {
    paths.push(url);
    response.end(JSON.stringify({ held: answers.shift() }));
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await new ControlClient(`http://127.0.0.1:${address.port}`).untilHeld('slack');
  expect(paths).toEqual(Array.from({ length: 3 }, () => '/slack/held?atLeast=1'));
});

test('the control API takes only holds that make sense', async () => {
  const { client } = sandbox;
  const fault = (path: string, hold: object) => client.request('POST', path, { hold });
  await expect(fault('/fastly/faults', { match: null, when: 'during', times: 1 })).rejects.toThrow('when');
  await expect(fault('/slack/faults', { method: 'auth.test', when: 'before' })).rejects.toThrow('times');
  await expect(client.request('GET', '/slack/held?atLeast=many')).rejects.toThrow('expected number');
});
