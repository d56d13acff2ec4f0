import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { HTTP_LIMITS } from '../../../src/slack/connection/http-receiver.ts';
import { read } from '../../deploy/dockerfile.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { newAuthority } from '../../support/certificates.ts';
import { portOf, standIn } from '../../support/stand-in.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import { isMissing } from './programs.ts';

const HOST = 'bot.example.com';

/** Sends a request to the proxy as Slack does: over TLS, to the name in its certificate. */
type Send = (
  method: string,
  path: string,
  headers?: OutgoingHttpHeaders,
  body?: string,
) => Promise<IncomingMessage>;

/** nginx with the example's configuration, on a socket in place of port 443, in front of a bot at this port. */
async function startProxy(botPort: number): Promise<Send> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const socketPath = join(folder, 'socket');
  const authority = newAuthority();
  const { key, cert } = authority.certificateFor(HOST);
  await writeFile(join(folder, 'fullchain.pem'), cert);
  await writeFile(join(folder, 'privkey.pem'), key);
  const site = read('deploy/nginx/fastly-user-bot.conf')
    .replace('listen 443 ssl', `listen unix:${socketPath} ssl`)
    .replace(/^.*\[::\]:443.*$/m, '')
    .replaceAll(`/etc/letsencrypt/live/${HOST}`, folder)
    .replace('127.0.0.1:3000', `127.0.0.1:${botPort}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const whole = `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
    http { access_log off; ${temporary.join(' ')}\n${site} }`;
  await writeFile(join(folder, 'nginx.conf'), whole);
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const nginx = new WatchedProcess(spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { env }));
  await nginx.until((line) => line.includes('[notice]'), 'having started');
  return (method, path, headers = {}, body = '') =>
    new Promise((resolve, reject) => {
      const options = { socketPath, servername: HOST, ca: authority.cert, method, path };
      request({ ...options, headers: { ...headers, host: HOST } }, resolve)
        .once('error', reject)
        .end(body);
    });
}

/** An address on this machine that hands everything on to the proxy. */
async function addressOf(send: Send): Promise<string> {
  const server = createServer(async (incoming, answer) => {
    const { method = '', url = '', headers } = incoming;
    const response = await send(method, url, headers, await text(incoming));
    answer.writeHead(response.statusCode ?? 0, response.headers);
    response.pipe(answer);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server.address())}`;
}

describe.skipIf(isMissing('nginx'))('the example for nginx', () => {
  it("hands Slack's requests on to the bot, up to the size that the bot takes", async () => {
    const { client, log } = await startWorkplace('http');
    const { address } = await log.until("taking Slack's requests at /slack/events");
    const send = await startProxy(z.object({ port: z.number() }).parse(address).port);
    await client.setRequestUrl(`${await addressOf(send)}/slack/events`);
    const nora = client.as(NORA);
    await nora.command(`get ${NORA_USER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');
    // Only what could be Slack's is read to its end before the bot refuses it.
    const signed = () => ({
      'x-slack-request-timestamp': String(Math.floor(Date.now() / 1_000)),
      'x-slack-signature': `v0=${'0'.repeat(64)}`,
    });
    const statusOf = async (length: number) =>
      (await send('POST', '/slack/events', signed(), 'a'.repeat(length))).statusCode;
    expect(await statusOf(HTTP_LIMITS.body)).toBe(401);
    expect(await statusOf(HTTP_LIMITS.body + 1)).toBe(413);
  });

  it('hands nothing else on', async () => {
    const behind = await standIn({ 'POST /slack/events': () => ({}) });
    const send = await startProxy(Number(new URL(behind.url).port));
    expect((await send('POST', '/slack/events')).statusCode).toBe(200);
    const others = ['/', '/healthz', '/readyz', '/metrics', '/slack/events/more', '/slack'];
    const statuses = await Promise.all(others.map(async (path) => (await send('GET', path)).statusCode));
    expect(statuses).toEqual(others.map(() => 404));
    expect(behind.asked).toEqual(['POST /slack/events']);
  });
});
