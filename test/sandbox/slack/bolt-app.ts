import type { AddressInfo } from 'node:net';
import { App, type AppOptions, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { JsonObject } from '../control/protocol.ts';
import { jsonObject } from './json.ts';
import type { SlackServer } from './server.ts';

const nothing = () => undefined;
/** Bolt's complaints about faults a test has ordered are of no interest. */
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};

type Register = (app: App) => void;

function optionsFor(slack: SlackServer): AppOptions {
  return { token: slack.botToken, logger: silent, clientOptions: { slackApiUrl: slack.apiUrl } };
}

/** Starts a Bolt app over Socket Mode; it reconnects after a second. Answers with what stops it. */
export async function startSocketModeApp(
  slack: SlackServer,
  register: Register,
): Promise<() => Promise<void>> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: silent,
    clientPingTimeout: 1000,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const app = new App({ ...optionsFor(slack), receiver });
  register(app);
  await app.start();
  return async () => {
    await app.stop();
  };
}

/** Starts a Bolt app that takes signed requests, and points the workspace at it. */
export async function startHttpApp(
  slack: SlackServer,
  register: Register,
  signingSecret = slack.signingSecret,
): Promise<() => Promise<void>> {
  const app = new App({ ...optionsFor(slack), signingSecret });
  register(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The app listens on no port.');
  slack.setRequestUrl(`http://127.0.0.1:${address.port}/slack/events`);
  return async () => {
    slack.setRequestUrl(null);
    await app.stop();
  };
}

/** Calls a Web API method as any HTTP client would, with the bot's token unless told otherwise. */
export async function callSlack(
  slack: SlackServer,
  method: string,
  args: JsonObject = {},
  token: string | null = slack.botToken,
): Promise<JsonObject> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(args),
  });
  return jsonObject.parse(await response.json());
}
