import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CDN_TEAM, NORA } from '../cast.ts';
import type { JsonObject } from '../control/protocol.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { callSlack, startHttpApp, startSocketModeApp } from './bolt-app.ts';
import { jsonObject, parseJson } from './json.ts';

const manifest = new URL('sample-manifest.yml', import.meta.url).pathname;
let sandbox: Sandbox;
let stop: (() => Promise<void>) | undefined;
beforeEach(async () => {
  sandbox = await startSandbox({ manifest, acknowledgeWithin: 1000 });
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  await sandbox.close();
});

const nora = () => sandbox.client.as(NORA);
const command = () => nora().command('hello');

/** Waits, by watching the workspace, until there are so many connections. */
const connected = (count: number) =>
  nora().until(() => sandbox.slack.connections() === count, `${count} connections`);

/** A bare Socket Mode client: what it received, and its connection. */
async function connect() {
  const { url } = await callSlack(sandbox.slack, 'apps.connections.open', {}, sandbox.slack.appToken);
  const socket = new WebSocket(String(url));
  const received: JsonObject[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data) => {
    const value = parseJson(String(data));
    received.push(jsonObject.safeParse(value).data ?? {});
    for (const wake of waiting.splice(0)) wake();
  });
  const message = async (place: number): Promise<JsonObject> => {
    while (received[place] === undefined) await new Promise<void>((resolve) => waiting.push(resolve));
    return received[place];
  };
  await message(0);
  return { url: String(url), socket, received, message };
}

describe('Socket Mode', () => {
  test('says hello, delivers envelopes and takes acknowledgements with a payload', async () => {
    const { socket, message } = await connect();
    expect(await message(0)).toMatchObject({ type: 'hello', num_connections: 1, connection_info: {} });
    const outcome = command();
    const envelope = await message(1);
    expect(envelope).toMatchObject({
      type: 'slash_commands',
      envelope_id: expect.any(String),
      accepts_response_payload: true,
      payload: { command: '/sample', text: 'hello' },
    });
    socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, payload: { text: 'hi' } }));
    expect(await outcome).toEqual({ acknowledged: true, response: { text: 'hi' } });
    const { channels } = await nora().sees();
    expect(channels.find(({ id }) => id === CDN_TEAM.id)?.messages).toMatchObject([{ text: 'hi' }]);
  });

  test('opens with a fresh URL of the app token only, and each works once', async () => {
    const { url } = await connect();
    const again = new WebSocket(url);
    const error = await new Promise((resolve) => again.on('error', resolve));
    expect(String(error)).toContain('403');
    expect(await callSlack(sandbox.slack, 'apps.connections.open')).toMatchObject({ ok: false });
  });

  test('gives each envelope to one of several connections', async () => {
    const both = [await connect(), await connect()];
    expect(await both[1]?.message(0)).toMatchObject({ num_connections: 2 });
    for (const { socket, received } of both) {
      socket.on('message', () => socket.send(JSON.stringify({ envelope_id: received.at(-1)?.envelope_id })));
    }
    await command();
    await command();
    expect(both.map(({ received }) => received.length)).toEqual([2, 2]);
  });

  test.each(['refresh', 'drop'] as const)('is taken up again by Bolt after a %s', async (how) => {
    stop = await startSocketModeApp(sandbox.slack, (app) => app.command('/sample', ({ ack }) => ack()));
    await connected(1);
    await sandbox.client.disconnect(how);
    await connected(0);
    expect(await command()).toMatchObject({ notice: '/sample failed with the error "dispatch_failed"' });
    await connected(1);
    expect(await command()).toMatchObject({ acknowledged: true });
  });

  test.each([
    { how: 'refresh', reason: 'refresh_requested' },
    { how: 'warning', reason: 'warning' },
  ] as const)("asks for a reconnect in Slack's words: $reason", async ({ how, reason }) => {
    const { message } = await connect();
    await sandbox.client.disconnect(how);
    expect(await message(1)).toMatchObject({ type: 'disconnect', reason });
    expect(await sandbox.client.connections()).toBe(1);
  });

  test('closes a connection a moment after it asked for the next, and sends nothing more over it', async () => {
    const old = await connect();
    await sandbox.client.disconnect('refresh');
    const closed = new Promise((resolve) => old.socket.once('close', resolve));
    const next = await connect();
    expect(await closed).toBe(1000);
    next.socket.on('message', () =>
      next.socket.send(JSON.stringify({ envelope_id: next.received.at(-1)?.envelope_id })),
    );
    expect(await command()).toMatchObject({ acknowledged: true });
  });

  test('hangs up after a hello as often as it was told to, and names connections that are elsewhere', async () => {
    await sandbox.client.slackFaults({ hangUps: 1, connectionsElsewhere: 2 });
    const { socket, message } = await connect();
    if (socket.readyState !== WebSocket.CLOSED) await new Promise((resolve) => socket.once('close', resolve));
    expect(await message(0)).toMatchObject({ type: 'hello', num_connections: 3 });
    await connected(0);
    await connect();
    expect(await sandbox.client.connections()).toBe(1);
  });

  test('turns every connection away while it is switched off', async () => {
    const { message } = await connect();
    await sandbox.client.slackFaults({ socketModeOff: true });
    expect(await message(1)).toMatchObject({ type: 'disconnect', reason: 'link_disabled' });
    const { received } = await connect();
    expect(received).toMatchObject([{ type: 'disconnect', reason: 'link_disabled' }]);
    await connected(0);
  });

  test('answers no ping over a connection that fell silent, and sends nothing over it', async () => {
    const { socket } = await connect();
    let pongs = 0;
    socket.on('pong', () => {
      pongs += 1;
    });
    await sandbox.client.disconnect('silence');
    socket.ping();
    expect(await command()).toMatchObject({ acknowledged: false });
    expect(pongs).toBe(0);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  test('sends what it is given as it stands, and says what was acknowledged', async () => {
    const { socket, message } = await connect();
    expect(await sandbox.client.sendRaw('[1]', null)).toBeNull();
    await message(1);
    socket.once('message', () => socket.send(JSON.stringify({ envelope_id: 'e', payload: { text: 'hi' } })));
    expect(await sandbox.client.sendRaw('{"envelope_id":"e"}', 'e')).toEqual({ text: 'hi' });
    expect(await message(2)).toEqual({ envelope_id: 'e' });
  });

  test('delivers an envelope once more when asked to', async () => {
    const bodies: unknown[] = [];
    const register = (app: App) =>
      app.command('/sample', ({ ack, body }) => {
        bodies.push(body);
        return ack();
      });
    stop = await startSocketModeApp(sandbox.slack, register);
    await command();
    const [delivery] = await sandbox.client.deliveries();
    expect(await sandbox.client.redeliver(delivery?.id ?? '')).toMatchObject({ acknowledged: true });
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toEqual(bodies[0]);
    expect((await sandbox.client.deliveries()).map(({ id }) => id)).toEqual([delivery?.id, delivery?.id]);
  });

  test('is cut and refused while Slack is away', async () => {
    await connect();
    await sandbox.client.slackFaults({ down: true });
    await connected(0);
    await sandbox.client.slackFaults({ down: false });
    await connect();
    expect(await sandbox.client.connections()).toBe(1);
  });
});

describe('a request URL', () => {
  type Received = { headers: IncomingHttpHeaders; body: string };

  /** An HTTP server that answers with these statuses, one after the other, then 200. */
  async function listen(statuses: number[] = []) {
    const requests: Received[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(statuses.shift() ?? 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    await sandbox.client.setRequestUrl(`http://127.0.0.1:${address.port}/`);
    stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return requests;
  }

  test('gets commands as signed forms', async () => {
    const requests = await listen();
    expect(await command()).toEqual({ acknowledged: true, response: {} });
    const [{ headers, body } = { headers: {}, body: '' }] = requests;
    const timestamp = headers['x-slack-request-timestamp'];
    const signed = createHmac('sha256', sandbox.slack.signingSecret).update(`v0:${timestamp}:${body}`);
    expect(headers['x-slack-signature']).toBe(`v0=${signed.digest('hex')}`);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      command: '/sample',
      text: 'hello',
    });
  });

  test('gets interactions as a payload field and events as JSON, and serves Bolt', async () => {
    const seen: unknown[] = [];
    const register = (app: App) => {
      app.shortcut('sample_shortcut', ({ ack, body }) => {
        seen.push(body.type);
        return ack();
      });
      app.event('app_home_opened', async ({ event }) => {
        seen.push(event.type);
      });
      app.command('/sample', ({ ack }) => ack({ text: 'over HTTP' }));
    };
    stop = await startHttpApp(sandbox.slack, register);
    expect(await nora().shortcut('sample_shortcut')).toMatchObject({ acknowledged: true });
    expect(await nora().home()).toMatchObject({ acknowledged: true });
    expect(await command()).toMatchObject({ acknowledged: true, response: { text: 'over HTTP' } });
    expect(seen).toEqual(['shortcut', 'app_home_opened']);
  });

  test('of an app with another secret refuses everything', async () => {
    const register = (app: App) => app.command('/sample', ({ ack }) => ack());
    stop = await startHttpApp(sandbox.slack, register, 'another secret');
    expect(await command()).toMatchObject({ notice: '/sample failed with the error "dispatch_failed"' });
  });

  test('that fails gets an event three times more, a command never', async () => {
    const requests = await listen([500, 500, 500, 500, 500]);
    expect(await nora().home()).toMatchObject({ acknowledged: false });
    expect(requests.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
    expect(requests[1]?.headers['x-slack-retry-reason']).toBe('http_error');
    const ids = requests.map(({ body }) => jsonObject.parse(parseJson(body)).event_id);
    expect(new Set(ids).size).toBe(1);
    expect(await command()).toMatchObject({ acknowledged: false });
    expect(requests).toHaveLength(5);
  });
});

test('two workspaces in one process know nothing of each other', async () => {
  const other = await startSandbox({ manifest });
  await callSlack(sandbox.slack, 'chat.postMessage', { channel: CDN_TEAM.id, text: 'here' });
  const { channels } = await other.client.as(NORA).sees();
  expect(channels.flatMap(({ messages }) => messages)).toEqual([]);
  expect(await callSlack(other.slack, 'auth.test', {}, sandbox.slack.botToken)).toMatchObject({
    error: 'invalid_auth',
  });
  await other.close();
});
