import { createServer, type ServerResponse } from 'node:http';
import { SlackError, WebAPIRateLimitedError } from '@slack/web-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { createLogger, slackSdkLogger } from '../../../src/observability/log.ts';
import { createClients } from '../../../src/slack/connection/clients.ts';
import { LogLines } from '../../e2e/support/workplace.ts';
import { newNetwork } from '../../support/network.ts';
import { portOf } from '../../support/stand-in.ts';

/** What a call rejects with when Slack answers so. `told`: what was said of it to whoever watches the token. */
async function failureOf(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${portOf(server.address())}/`;
  const told: unknown[] = [];
  const logger = slackSdkLogger(createLogger('fatal', new LogLines().stream));
  const { once } = createClients(new Secret('xoxb-1'), url, newNetwork(), logger, (error) =>
    told.push(error),
  );
  const error = await once.auth.test().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, told };
}

const json = (body: string) => (response: ServerResponse) => response.end(body);
const limited = (headers: Record<string, string>) => (response: ServerResponse) =>
  response.writeHead(429, headers).end();

describe('a call whose answer is no answer of Slack', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['a limit without a time', limited({})],
    ['a limit with a date', limited({ 'retry-after': 'Sun, 06 Nov 2044 08:49:37 GMT' })],
    ['null', json('null')],
    ['a text', json('"ok"')],
    ['a list', json('[]')],
    ['a page', json('<html>Log in</html>')],
    [
      'one that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"ok":', () => response.destroy());
      },
    ],
    ['one that is too large', (response) => response.end(' '.repeat(5 * 1024 * 1024))],
  ])('fails with an error of the Web client, so that it is tried again: %s', async (_, answer) => {
    const { error, told } = await failureOf(answer);
    expect(error).toBeInstanceOf(SlackError);
    expect(told).toEqual([error]);
  });
});

describe('the time that Slack names with a limit', () => {
  it.each([
    ['0', 1],
    ['-5', 1],
    ['30', 30],
    ['99999999', 3600],
  ])('%s seconds are taken for %i', async (named, seconds) => {
    const { error } = await failureOf(limited({ 'retry-after': named }));
    expect(error instanceof WebAPIRateLimitedError && error.retryAfter).toBe(seconds);
  });
});
