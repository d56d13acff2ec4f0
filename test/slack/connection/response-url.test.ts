import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { message } from '../../../src/messages/kit/message.ts';
import { say } from '../../../src/messages/kit/sentence.ts';
import { respond } from '../../../src/slack/connection/response-url.ts';
import { newNetwork } from '../../support/network.ts';
import { portOf } from '../../support/stand-in.ts';

/** What comes of answering at a URL that says this. */
async function answeredWith(status: number, body: string, headers = {}): Promise<void> {
  const server = createServer((_request, response) => {
    response.writeHead(status, headers).end(body, () => response.destroy());
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}/response`;
  await respond(
    url,
    { kind: 'post', visibleTo: 'caller', message: message(say`Hello`) },
    newNetwork().dispatcher,
  );
}

describe('a response URL', () => {
  it.each(['ok', '', '{"ok":true}'])('that answers 200 with %j took the message', async (body) => {
    await expect(answeredWith(200, body)).resolves.toBeUndefined();
  });

  it.each([
    [400, '{"ok":false,"error":"invalid_blocks","errors":["unsupported type"]}', 'invalid_blocks'],
    [400, 'invalid_blocks', 'invalid_blocks'],
    [200, '{"ok":false,"error":"invalid_blocks"}', 'invalid_blocks'],
    [404, '{"ok":false,"error":"used_url"}', 'used_url'],
    [502, '<html>Bad gateway</html>', null],
    [200, '<!DOCTYPE html><html>Please log in</html>', null],
    [500, '', null],
  ])('that answers %d with %s refused it, and says why where it does', async (status, body, code) => {
    await expect(answeredWith(status, body)).rejects.toMatchObject({ name: 'ResponseUrlRefused', code });
  });

  it('whose answer breaks off is one that fails', async () => {
    const breaksOff = answeredWith(200, '{"ok"', { 'content-length': '100' });
    await expect(breaksOff).rejects.toMatchObject({ name: 'ResponseUrlRefused', code: null });
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': 'soon' }, 5_000],
    [{}, 5_000],
    [{ 'retry-after': '99999999' }, 3_600_000],
  ])('that limits the bot says for how long, with %j', async (headers, retryAfter) => {
    await expect(answeredWith(429, '', headers)).rejects.toMatchObject({ retryAfter });
    await expect(answeredWith(503, '', headers)).rejects.toMatchObject({ retryAfter: null });
  });
});
