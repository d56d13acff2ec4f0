import { App } from '@slack/bolt';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Secret } from '../../../../src/config/secret.ts';
import { TIMES, type Times } from '../../../../src/config/times.ts';
import type { Network } from '../../../../src/http/network.ts';
import { Readiness } from '../../../../src/observability/health.ts';
import { createLogger, slackSdkLogger } from '../../../../src/observability/log.ts';
import { createClients } from '../../../../src/slack/connection/clients.ts';
import { SocketMode } from '../../../../src/slack/connection/socket-mode.ts';
import { LogLines } from '../../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TEAM } from '../../../sandbox/cast.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { newNetwork } from '../../../support/network.ts';
import { portOf, standIn } from '../../../support/stand-in.ts';

const MANIFEST = new URL('../../../sandbox/slack/sample-manifest.yml', import.meta.url).pathname;

export type Options = {
  times?: Partial<Times['socketMode']>;
  alone?: boolean;
  appToken?: string;
  /** Where the Web API is, if not in the sandbox. */
  apiUrl?: string;
  /** Answers `/sample`; by default with the text that was typed. */
  answer?: (text: string) => Promise<string>;
  sandbox?: Sandbox;
  network?: Network;
};

export type Started = Sandbox & {
  /** Read whenever the bot waits, so a test may change it. */
  times: Times['socketMode'];
  log: LogLines;
  readiness: Readiness;
  /** What was typed and handled, in order. */
  handled: string[];
  /** How long each pause was to be before Slack was dialled again, in milliseconds. None is really waited for. */
  pauses: number[];
  /** What `open` ended with. */
  ended: Promise<unknown>;
  /** How often a connection was asked of Slack. */
  dials(): Promise<number>;
  type(text: string): Promise<unknown>;
};

/** Socket Mode and a Bolt app with the command `/sample` in front of the sandbox's Slack. */
export async function startSocketMode(options: Options = {}): Promise<Started> {
  const sandbox = options.sandbox ?? (await startTestSlack());
  const times = { ...TIMES.socketMode, ...options.times };
  const log = new LogLines();
  const logger = createLogger('debug', log.stream);
  const readiness = new Readiness();
  const pauses: number[] = [];
  const handled: string[] = [];
  const { slack } = sandbox;
  const network = options.network ?? newNetwork();
  const socketMode = new SocketMode({
    slack: createClients(
      new Secret(options.appToken ?? slack.appToken),
      options.apiUrl ?? slack.apiUrl,
      network,
      slackSdkLogger(logger),
    ).once,
    network,
    alone: options.alone ?? true,
    times,
    readiness,
    log: logger,
    wait: async (milliseconds) => {
      pauses.push(milliseconds);
      // Lets everything else have its turn, so that a bot that dials in vain does not keep the test from ending.
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const app = new App({
    receiver: socketMode.receiver,
    authorize: async () => ({ botToken: slack.botToken, teamId: TEAM.id }),
    logger: slackSdkLogger(logger),
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  const answer = options.answer ?? (async (text) => text);
  app.command('/sample', async ({ ack, body }) => {
    handled.push(body.text);
    await ack({ text: await answer(body.text) });
  });
  const ended = socketMode.open().catch((error: unknown) => error);
  onTestFinished(() => socketMode.close());
  const dials = async () =>
    (await sandbox.client.slackCalls()).filter(({ method }) => method === 'apps.connections.open').length;
  const type = (text: string) => sandbox.client.as(NORA).command(text, CDN_TEAM, '/sample');
  return { ...sandbox, times, log, readiness, handled, pauses, ended, dials, type };
}

export async function startTestSlack(): Promise<Sandbox> {
  const sandbox = await startSandbox({ manifest: MANIFEST });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** A Slack of which the test writes every word: it is called with each connection, the first is number 0. */
export async function startWrittenSlack(
  welcome: (connection: WebSocket, number: number) => void,
): Promise<{ apiUrl: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  let number = 0;
  server.on('connection', (connection) => {
    welcome(connection, number);
    number += 1;
  });
  onTestFinished(() => {
    for (const connection of server.clients) connection.terminate();
    server.close();
  });
  const opened = () => ({ ok: true, url: `ws://127.0.0.1:${portOf(server.address())}` });
  const { url } = await standIn({ 'POST /api/apps.connections.open': opened });
  return { apiUrl: `${url}/api/` };
}

export const HELLO = '{"type":"hello","num_connections":1}';

export const CONNECTED = 'connected to Slack';
