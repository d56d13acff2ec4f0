import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { App } from '@slack/bolt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { MEBIBYTE } from '../../../src/http/bounded-body.ts';
import { createLogger, slackSdkLogger } from '../../../src/observability/log.ts';
import { HTTP_LIMITS, type HttpLimits, HttpReceiver } from '../../../src/slack/connection/http-receiver.ts';
import { LogLines } from '../../e2e/support/workplace.ts';
import { closed } from '../../support/closed.ts';
import { portOf } from '../../support/stand-in.ts';

const SECRET = 'the signing secret';
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const COMMAND = String(new URLSearchParams({ command: '/hello', text: 'a b', team_id: 'T1', user_id: 'U1' }));

type Running = {
  url: string;
  port: number;
  log: LogLines;
  receiver: HttpReceiver;
  seen: unknown[];
  /** Why requests were refused. */
  refused: string[];
};

/** A receiver with a Bolt app that answers `/hello`, and keeps the bodies it is given. */
async function start(
  limits: Partial<HttpLimits> = {},
  prepare: (app: App) => void = () => {},
): Promise<Running> {
  const log = new LogLines();
  const logger = createLogger('debug', log.stream);
  const refused: string[] = [];
  const receiver = new HttpReceiver(new Secret(SECRET), logger, (reason) => void refused.push(reason), {
    ...HTTP_LIMITS,
    checkInterval: 50,
    ...limits,
  });
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: 'xoxb-1' }),
    convoStore: false,
    logger: slackSdkLogger(logger),
  });
  const seen: unknown[] = [];
  app.use(async ({ body, next }) => {
    seen.push(body);
    await next();
  });
  app.error(async () => {});
  app.command('/hello', ({ ack }) => ack({ text: 'hello' }));
  prepare(app);
  const port = portOf(await receiver.start('127.0.0.1', 0));
  onTestFinished(() => receiver.stop());
  return { url: `http://127.0.0.1:${port}/slack/events`, port, log, receiver, seen, refused };
}

function signature(body: string, timestamp = Math.floor(Date.now() / 1000), secret = SECRET) {
  const hash = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': `v0=${hash}` };
}

async function post(
  { url }: Running,
  body: string,
  contentType = JSON_TYPE,
  headers: Record<string, string> = signature(body),
): Promise<Response> {
  return await fetch(url, { method: 'POST', headers: { 'content-type': contentType, ...headers }, body });
}

/** Adds the start of each body, for the test's name. */
const named = <T extends { body: string }>(cases: readonly T[]) =>
  cases.map((each) => ({ ...each, start: each.body.slice(0, 60) }));

/** A connection on which the test writes bytes itself. It reads on, as else it would not see its end. */
async function open({ port }: Running): Promise<Socket & { text: () => string }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let received = '';
  socket.on('data', (data) => {
    received += String(data);
  });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return Object.assign(socket, { text: () => received });
}

const startOf = (headers: Record<string, string>) =>
  ['POST /slack/events HTTP/1.1', 'host: localhost', ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`)]
    .map((line) => `${line}\r\n`)
    .join('');

describe('a signed request', () => {
  it('is answered with what a listener acknowledges with', async () => {
    const running = await start();
    const response = await post(running, COMMAND, FORM);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ text: 'hello' });
    expect(running.seen).toEqual([expect.objectContaining({ text: 'a b' })]);
  });

  it.each([
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded ;charset="utf-8"',
    'Application/X-WWW-Form-URLencoded;CHARSET=UTF-8; a=";"',
  ])('may have the content type %s', async (contentType) => {
    const response = await post(await start(), COMMAND, contentType);
    expect(await response.json()).toEqual({ text: 'hello' });
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ; charset="utf-8"'])(
    'with JSON may have the content type %s',
    async (contentType) => {
      const body = JSON.stringify({ type: 'url_verification', challenge: 'prove it' });
      const response = await post(await start(), body, contentType);
      expect(await response.json()).toEqual({ challenge: 'prove it' });
    },
  );

  it('may come in chunks, and on a connection that was used before', async () => {
    const running = await start();
    const socket = await open(running);
    const request = `${startOf({ 'content-type': FORM, 'transfer-encoding': 'chunked', ...signature(COMMAND) })}\r\n`;
    for (const time of [1, 2]) {
      socket.write(request);
      for (const part of [COMMAND.slice(0, 5), COMMAND.slice(5)]) {
        socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
      }
      socket.write('0\r\n\r\n');
      await expect.poll(() => socket.text().split('{"text":"hello"}').length - 1).toBe(time);
    }
  });

  it('tells listeners that Slack delivers it again, and why', async () => {
    const contexts: unknown[] = [];
    const running = await start({}, (app) =>
      app.use(async ({ context, next }) => {
        contexts.push(context);
        await next();
      }),
    );
    const again = { 'x-slack-retry-num': '2', 'x-slack-retry-reason': 'http_timeout' };
    await post(running, COMMAND, FORM, { ...signature(COMMAND), ...again });
    expect(contexts).toEqual([expect.objectContaining({ retryNum: 2, retryReason: 'http_timeout' })]);
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const none = ['null', '[]', '7', '"text"', 'true', '', '{', '{"a":'.repeat(100_000), nested(500_000)];
  it.each(named(none.map((body) => ({ body }))))(
    'is answered 400 when its body is $start',
    async ({ body }) => {
      const running = await start();
      expect((await post(running, body)).status).toBe(400);
      const payload = `payload=${body}`;
      expect((await post(running, payload, FORM)).status).toBe(400);
      expect((await post(running, COMMAND, FORM)).status).toBe(200);
    },
  );

  const odd = [
    { status: 200, body: '{}' },
    { status: 200, body: '{"type":"app_rate_limited"}' },
    { status: 200, body: '{"command":{},"channel_id":[]}' },
    { status: 200, body: '{"__proto__":{"event":{}},"constructor":null}' },
    { status: 200, body: `{"event":{"type":"x","user":${nested(200_000)}}}` },
    { status: 200, body: `{"command":"/hello","text":${nested(200_000)}}` },
    { status: 200, body: `{"type":"view_submission","user":{},"view":{"state":${nested(200_000)}}}` },
    { status: 400, body: '{"event":null}' },
    { status: 400, body: '{"event":7}' },
    { status: 400, body: '{"event":{"item":7}}' },
    { status: 400, body: '{"actions":null}' },
    { status: 400, body: '{"actions":[],"user":null}' },
    { status: 400, body: '{"type":"view_submission"}' },
    { status: 400, body: '{"type":"block_suggestion","channel":null}' },
    { status: 400, body: '{"type":"message_action","channel":null}' },
  ];
  it.each(named(odd))('is answered $status when it is $start', async ({ body, status }) => {
    const running = await start();
    expect((await post(running, body)).status).toBe(status);
    expect((await post(running, COMMAND, FORM)).status).toBe(200);
  });

  it('is answered 500 when its listener fails before it acknowledges', async () => {
    const running = await start({}, (app) =>
      app.options('broken', async () => {
        throw new Error('broken');
      }),
    );
    const payload = { type: 'block_suggestion', action_id: 'broken', user: { id: 'U1', team_id: 'T1' } };
    const body = String(new URLSearchParams({ payload: JSON.stringify(payload) }));
    expect((await post(running, body, FORM)).status).toBe(500);
  });

  it('is answered in time when nobody acknowledges it, and an acknowledgement after that fails', async () => {
    const late = Promise.withResolvers<unknown>();
    const running = await start({ answer: 50 }, (app) =>
      app.command('/late', async ({ ack }) => {
        await running.log.until('a delivery was not acknowledged within 3 seconds');
        late.resolve(await ack().catch((error: unknown) => error));
      }),
    );
    const body = COMMAND.replace('hello', 'late');
    expect((await post(running, body, FORM)).status).toBe(503);
    expect(await late.promise).toEqual(new Error('the request has been answered'));
  });
});

it('a listener may go on for long after it has acknowledged', async () => {
  const running = await start({ answer: 20 }, (app) =>
    app.command('/long', async ({ ack }) => {
      await ack({ text: 'going on' });
      await pause(100);
      running.log.lines.push({ msg: 'done' });
    }),
  );
  expect((await post(running, COMMAND.replace('hello', 'long'), FORM)).status).toBe(200);
  await expect.poll(() => running.log.lines.map(({ msg }) => msg)).toEqual(['done']);
});

describe('a request that is not signed by Slack', () => {
  it('is answered 401 and changes nothing', async () => {
    const running = await start();
    const now = Math.floor(Date.now() / 1000);
    const wrong: Record<string, string>[] = [
      {},
      signature(COMMAND, now, 'another secret'),
      signature(`${COMMAND}&more=1`),
      signature(COMMAND, now - 400),
      signature(COMMAND, now + 400),
      { ...signature(COMMAND), 'x-slack-request-timestamp': 'now' },
      { ...signature(COMMAND), 'x-slack-signature': 'v0=' },
      { ...signature(COMMAND), 'x-slack-signature': 'v1=00' },
    ];
    for (const headers of wrong) {
      expect((await post(running, COMMAND, FORM, headers)).status).toBe(401);
      expect((await post(running, COMMAND, JSON_TYPE, headers)).status).toBe(401);
    }
    expect(running.seen).toEqual([]);
  });

  it('is counted by why it was refused, and logged the first time with what to check', async () => {
    const running = await start();
    const now = Math.floor(Date.now() / 1000);
    const bad = [signature('{}', now - 400), signature('{}', now, 'another secret')];
    for (let time = 0; time < 12; time += 1) await post(running, '{}', JSON_TYPE, {});
    for (const headers of bad) await post(running, '{}', JSON_TYPE, headers);
    const lines = await running.log.untilTimes("a request without Slack's signature was refused", 4);
    expect(lines).toMatchObject([
      { reason: 'unsigned', refused: 1, remedy: expect.stringContaining("Slack's headers") },
      { reason: 'unsigned', refused: 10 },
      { reason: 'wrong-time', refused: 1, remedy: expect.stringContaining('clock') },
      { reason: 'wrong-signature', refused: 1, remedy: expect.stringContaining('SLACK_SIGNING_SECRET') },
    ]);
    const unsigned: string[] = Array(12).fill('unsigned');
    expect(running.refused).toEqual([...unsigned, 'wrong-time', 'wrong-signature']);
  });

  it('is answered 200 when it only checks the certificate, and is not handed on', async () => {
    const running = await start();
    const check = await post(running, 'ssl_check=1&token=abc&command=%2Fhello', FORM, {});
    expect([check.status, await check.text()]).toEqual([200, '']);
    const large = `ssl_check=1&${'a'.repeat(2000)}`;
    expect((await post(running, large, FORM, {})).status).toBe(401);
    expect(running.seen).toEqual([]);
  });

  it('is not read when it is large, whatever it checks', async () => {
    const running = await start();
    const body = `ssl_check=1&${'a'.repeat(2000)}`;
    const forged = signature(body, Math.floor(Date.now() / 1000), 'another secret');
    expect((await post(running, body, FORM, forged)).status).toBe(401);
    expect((await post(running, body, FORM)).status).toBe(200);
  });

  it('is refused before its body is there', async () => {
    const running = await start();
    const socket = await open(running);
    socket.write(`${startOf({ 'content-type': JSON_TYPE, 'content-length': '1000' })}\r\n{"a":`);
    await closed(socket);
    expect(socket.text()).toContain('401');
  });
});

describe('another path or method', () => {
  it('is answered 404 or 405', async () => {
    const running = await start();
    expect((await fetch(running.url.replace('events', 'else'), { method: 'POST' })).status).toBe(404);
    const got = await fetch(running.url);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(running.url, { method: 'PUT', body: 'x' })).status).toBe(405);
  });
});

describe('a body', () => {
  it('of more than 1 MiB is refused, whether it says so or not', async () => {
    const running = await start();
    const headers = { 'content-type': JSON_TYPE, ...signature('') };
    const tells = await open(running);
    tells.write(`${startOf({ ...headers, 'content-length': String(MEBIBYTE + 1) })}\r\n`);
    const hides = await open(running);
    hides.write(`${startOf({ ...headers, 'transfer-encoding': 'chunked' })}\r\n`);
    hides.write(`${(MEBIBYTE + 1).toString(16)}\r\n${'a'.repeat(MEBIBYTE + 1)}`);
    for (const socket of [tells, hides]) {
      await closed(socket);
      expect(socket.text()).toContain('HTTP/1.1 413');
    }
    expect(running.refused).toEqual(['size', 'size']);
  });

  it('of 1 MiB is taken', async () => {
    const body = COMMAND + 'a'.repeat(MEBIBYTE - COMMAND.length);
    expect((await post(await start(), body, FORM)).status).toBe(200);
  });
});

describe('a connection', () => {
  const signedHeaders = { 'content-type': FORM, 'content-length': '1000', ...signature('') };

  it.each([
    { missing: 'anything', limits: { headers: 100 }, sent: '' },
    { missing: 'the end of its headers', limits: { headers: 100 }, sent: startOf(signedHeaders) },
    {
      missing: 'the end of its body',
      limits: { headers: 100, request: 200 },
      sent: `${startOf(signedHeaders)}\r\nabc`,
    },
  ])('that does not send $missing in time is closed', async ({ limits, sent }) => {
    const running = await start(limits);
    const socket = await open(running);
    // Dripping does not help.
    const drip = setInterval(() => socket.write('a'), 20);
    onTestFinished(() => clearInterval(drip));
    if (sent === '') clearInterval(drip);
    socket.write(sent);
    await closed(socket);
    expect((await post(running, COMMAND, FORM)).status).toBe(200);
  });

  it('that has idled for longest is closed for one too many', async () => {
    const running = await start({ connections: 3 });
    const [first, second, third] = [await open(running), await open(running), await open(running)];
    // The first one is used meanwhile, so it begins to idle after the others.
    first.write(
      `${startOf({ ...signedHeaders, ...signature(COMMAND), 'content-length': String(COMMAND.length) })}\r\n${COMMAND}`,
    );
    await expect.poll(() => first.text()).toContain('hello');
    expect((await post(running, COMMAND, FORM)).status).toBe(200);
    await closed(second);
    expect([first.closed, third.closed]).toEqual([false, false]);
    await open(running);
    await closed(third);
    await open(running);
    await closed(first);
  });

  it('is not closed for another while its request is being answered', async () => {
    const release = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const running = await start({ connections: 1 }, (app) =>
      app.command('/slow', async ({ ack }) => {
        reached.resolve();
        await release.promise;
        await ack({ text: 'at last' });
      }),
    );
    const body = COMMAND.replace('hello', 'slow');
    const slow = post(running, body, FORM);
    await reached.promise;
    await closed(await open(running));
    release.resolve();
    expect(await (await slow).json()).toEqual({ text: 'at last' });
  });
});

describe('a receiver that stops', () => {
  it('answers what has arrived and closes what has not', async () => {
    const release = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const running = await start({}, (app) =>
      app.command('/slow', async ({ ack }) => {
        reached.resolve();
        await release.promise;
        await ack({ text: 'at last' });
      }),
    );
    const silent = await open(running);
    const unfinished = await open(running);
    unfinished.write(
      `${startOf({ 'content-type': FORM, 'content-length': '1000', ...signature('') })}\r\nabc`,
    );
    const slow = post(running, COMMAND.replace('hello', 'slow'), FORM);
    await reached.promise;
    const stopped = running.receiver.stop();
    await Promise.all([closed(silent), closed(unfinished)]);
    release.resolve();
    const answer = await slow;
    expect(await answer.json()).toEqual({ text: 'at last' });
    await stopped;
  });
});
