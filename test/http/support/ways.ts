import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Secret } from '../../../src/config/secret.ts';
import { TIMES } from '../../../src/config/times.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import type { Network } from '../../../src/http/network.ts';
import { createLogger, slackSdkLogger } from '../../../src/observability/log.ts';
import { createClients } from '../../../src/slack/connection/clients.ts';
import { respond } from '../../../src/slack/connection/response-url.ts';
import { SocketConnection } from '../../../src/slack/connection/socket-connection.ts';
import { portOf } from '../../support/stand-in.ts';

/** What Fastly and Slack both take for an answer. */
const ANSWER = '{"id":"abc1","login":"nora@example.com","ok":true}';

export function fastlyAt(baseUrl: string, { dispatcher }: Network, timeout = 10_000): FastlyClient {
  return new FastlyClient({ token: new Secret('test-token'), baseUrl, timeout, dispatcher });
}

/** Answers everything, with a hello on WebSockets, until the test ends. */
export async function answering(host = '127.0.0.1', port = 0): Promise<string> {
  const server = createServer((_request, response) => void response.end(ANSWER));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket: WebSocket) => socket.send('{"type":"hello","num_connections":1}'));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  });
  server.listen(port, host);
  await once(server, 'listening');
  return `http://${host}:${portOf(server.address())}`;
}

/** Every kind of connection that leaves. `secure` adds an s to the scheme. */
export const WAYS: readonly [string, (s: '' | 's', host: string, network: Network) => Promise<unknown>][] = [
  ['Fastly', (s, host, network) => fastlyAt(`http${s}://${host}`, network).getCurrentUser()],
  [
    'the Web API',
    (s, host, network) => {
      const logger = slackSdkLogger(createLogger('silent'));
      const clients = createClients(new Secret('xoxb-test'), `http${s}://${host}/api/`, network, logger);
      return clients.once.auth.test();
    },
  ],
  [
    'a response URL',
    (s, host, network) =>
      respond(`http${s}://${host}/answer`, { kind: 'delete-original' }, network.dispatcher),
  ],
  [
    'Socket Mode',
    async (s, host, network) => {
      const connection = new SocketConnection(`ws${s}://${host}/link`, network, TIMES.socketMode, () => {});
      onTestFinished(() => connection.close());
      if ((await connection.hello) === null) throw (await connection.ending).cause;
    },
  ],
];
