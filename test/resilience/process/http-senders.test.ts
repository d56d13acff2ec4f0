import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { messageWith } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { closed } from '../../support/closed.ts';
import { portOf } from '../../support/stand-in.ts';
import { startBotProcess } from '../support/bot-process.ts';

/** What a bot keeps open at most. */
const MOST = 200;
const TOO_MANY = 20;

/** Begins a request with a plausible time and length, and does not end it. */
async function unfinished(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  const timestamp = Math.floor(Date.now() / 1000);
  socket.write(
    `POST /slack/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\nx-slack-signature: v0=0\r\nx-slack-request-timestamp: ${timestamp}\r\n\r\n{"a`,
  );
  return socket;
}

it('senders who hold connections open are closed, the longest idle first, and keep nobody out', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const bot = await startBotProcess(environmentFor(sandbox, 'http'));
  await bot.untilReadyz(200);
  const port = portOf((await bot.log("taking Slack's requests at /slack/events")).address);
  await sandbox.client.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  const sockets: Socket[] = [];
  while (sockets.length < MOST + TOO_MANY) sockets.push(await unfinished(port));
  await Promise.all(sockets.slice(0, TOO_MANY).map(closed));
  expect(sockets.slice(TOO_MANY).filter(({ closed }) => closed)).toEqual([]);
  const nora = sandbox.client.as(NORA);
  await nora.command(`get ${NORA_USER.id}`);
  await nora.until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');
  // Nobody else is left after the 10 s that a request may take.
  await Promise.all(sockets.map(closed));
});
