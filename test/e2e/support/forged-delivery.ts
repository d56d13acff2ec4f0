import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type RawData, WebSocketServer } from 'ws';
import { z } from 'zod';
import { LISTENERS } from '../../../src/commands/slash-command.ts';
import type { Times } from '../../../src/config/times.ts';
import type { Listener } from '../../../src/slack/gate/listeners.ts';
import { CDN_TEAM, NORA, TEAM } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { pickerValue } from './picker-value.ts';
import {
  connected,
  DELIVERY,
  type DeliveryMode,
  environmentFor,
  forgetStart,
  type LogLines,
  type RunningBot,
  runBot,
} from './workplace.ts';

/**
 * Deliveries that nobody could cause in the sandbox by typing and clicking: on behalf of people who do not see the
 * button, with values that no form holds.
 */
export type Forged = {
  type: 'slash_commands' | 'interactive' | 'events_api';
  payload: Record<string, unknown>;
};

/** Who a delivery says it is from, in the words of an interaction. */
export type Sender = { id?: string; team_id?: string };

export const superuser: Sender = { id: NORA.id, team_id: NORA.teamId };

/** What becomes of an answer of the Web API on its way to the bot. */
export type Edit = (answer: Answer) => Answer | Promise<Answer>;
type Answer = Record<string, unknown>;

export type ForgedSlack = Sandbox & {
  log: LogLines;
  times: RunningBot['times'];
  /** Delivers it the way this bot takes deliveries, and gives the acknowledgement's body. */
  deliver(forged: Forged): Promise<unknown>;
  /** Where the bot takes requests, in HTTP mode. */
  requestUrl: string;
  /** Something to answer a delivery at. */
  responseUrl: string;
  /** The next message the bot sent to the response URL. */
  nextResponse(): Promise<unknown>;
  /** Has all further answers to a method of the Web API changed; null: no more. */
  edit(method: string, edit: Edit | null): void;
};

/** A bot whose deliveries the test writes itself, and which has the sandbox for everything else. */
export async function startForgedSlack(
  mode: DeliveryMode,
  variables: Record<string, string> = {},
  options: SandboxOptions = {},
  waits: Partial<Times> = {},
): Promise<ForgedSlack> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  const slack = await startFrontOf(sandbox.slack.apiUrl);
  const { log, times } = runBot(
    { ...environmentFor(sandbox, mode), SLACK_API_URL: `${slack.url}/api/`, ...variables },
    waits,
  );
  await connected(sandbox, log, mode);
  await forgetStart(sandbox);
  const requestUrl = mode === 'http' ? requestUrlOf(log) : '';
  const deliver = async (forged: Forged) =>
    mode === 'socket'
      ? await slack.deliver(forged)
      : await acknowledgementOf(await postSigned(requestUrl, sandbox.slack.signingSecret, forged));
  const { responseUrl, nextResponse, edit } = slack;
  return { ...sandbox, log, times, deliver, requestUrl, responseUrl, nextResponse, edit };
}

function requestUrlOf(log: LogLines): string {
  const line = log.lines.find(({ msg }) => msg === "taking Slack's requests at /slack/events");
  const { port } = z.object({ port: z.number() }).parse(line?.address);
  return `http://127.0.0.1:${port}/slack/events`;
}

/** Posts as Slack does (docs.slack.dev, verifying requests from Slack). */
export async function postSigned(url: string, secret: string, forged: Forged): Promise<Response> {
  const { body, contentType } = encode(forged);
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      // A bot that stops closes idle connections, and with them a request that is on its way just then.
      connection: 'close',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
}

function encode({ type, payload }: Forged): { body: string; contentType: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const contentType = 'application/x-www-form-urlencoded';
  if (type === 'interactive') {
    return { body: String(new URLSearchParams({ payload: JSON.stringify(payload) })), contentType };
  }
  const fields = Object.entries(payload).filter(([, value]) => typeof value === 'string');
  const parsed = z.record(z.string(), z.string()).parse(Object.fromEntries(fields));
  return { body: String(new URLSearchParams(parsed)), contentType };
}

async function acknowledgementOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`The bot answered ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/**
 * Stands in front of the sandbox's Web API: opens Socket Mode connections to itself, takes what is sent to response
 * URLs, and hands everything else on.
 */
async function startFrontOf(apiUrl: string) {
  const responses = new Queue<unknown>();
  const edits = new Map<string, Edit>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(new Error(String(error))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const url = `http://127.0.0.1:${port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = request.url ?? '';
    if (path === '/response') {
      responses.push(JSON.parse(String(body)));
      response.end('ok');
    } else if (path === '/api/apps.connections.open') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, url: `${url.replace('http', 'ws')}/link` }));
    } else {
      const { authorization = '', 'content-type': contentType = '' } = request.headers;
      const answered = await fetch(new URL(path.slice('/api/'.length), apiUrl), {
        method: 'POST',
        headers: { authorization, 'content-type': contentType },
        body,
      });
      const text = await answered.text();
      const change = edits.get(path.slice('/api/'.length));
      const edited = change ? JSON.stringify(await change(Fields.parse(JSON.parse(text)))) : text;
      response.setHeader('content-type', 'application/json');
      response.writeHead(answered.status).end(edited);
    }
  }

  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (connection) => {
    connection.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
  });
  onTestFinished(async () => {
    for (const connection of sockets.clients) connection.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const deliver = async ({ type, payload }: Forged): Promise<unknown> => {
    const [connection] = sockets.clients;
    if (!connection) throw new Error('The bot is not connected.');
    const envelope = { envelope_id: randomUUID(), type, payload, accepts_response_payload: true };
    return await new Promise((resolve) => {
      const take = (data: RawData) => {
        const sent = Acknowledgement.parse(JSON.parse(String(data)));
        if (sent.envelope_id !== envelope.envelope_id) return;
        connection.off('message', take);
        resolve(sent.payload);
      };
      connection.on('message', take);
      connection.send(JSON.stringify(envelope));
    });
  };
  const edit = (method: string, change: Edit | null) => {
    if (change === null) edits.delete(method);
    else edits.set(method, change);
  };
  return { url, deliver, edit, responseUrl: `${url}/response`, nextResponse: () => responses.next() };
}

const Fields = z.record(z.string(), z.unknown());

const Acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown() });

/** Hands out what is put in, in order, to whoever asks, past or to come. */
class Queue<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  push(item: Item): void {
    const taker = this.#waiting.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  async next(): Promise<Item> {
    const item = this.#items.shift();
    return item ?? (await new Promise((resolve) => this.#waiting.push(resolve)));
  }
}

/**
 * What a test of all listeners delivers to. Both ways lead to one gate, which tells listeners apart by kind and id. So
 * where all of them come over Socket Mode, one of each kind comes over HTTP, too; the project `http` has all of them.
 */
export function listenersOver(mode: DeliveryMode): readonly Listener[] {
  if (mode === DELIVERY) return LISTENERS;
  return [...new Map(LISTENERS.map((listener) => [listener.kind, listener])).values()];
}

/** What a delivery to `listener` looks like; `more` goes over the payload's own fields. */
export function deliveryTo(
  { kind, id }: Pick<Listener, 'kind' | 'id'>,
  sender: Sender,
  responseUrl: string,
  more: Record<string, unknown> = {},
): Forged {
  const people = { user: sender, team: { id: TEAM.id } };
  switch (kind) {
    case 'command': {
      const payload = {
        command: id,
        text: 'get nora@example.com',
        ...(sender.id !== undefined && { user_id: sender.id }),
        ...(sender.team_id !== undefined && { team_id: sender.team_id }),
        channel_id: CDN_TEAM.id,
        trigger_id: randomUUID(),
        response_url: responseUrl,
      };
      return { type: 'slash_commands', payload: { ...payload, ...more } };
    }
    case 'click': {
      const action = { type: 'button', action_id: id, block_id: 'b', value: BUTTON_VALUE };
      const place = { channel: { id: CDN_TEAM.id }, message: { ts: '1.2' }, trigger_id: randomUUID() };
      const click = { type: 'block_actions', ...people, ...place, response_url: responseUrl };
      return { type: 'interactive', payload: { ...click, actions: [action], ...more } };
    }
    case 'type-ahead': {
      const ask = { type: 'block_suggestion', ...people, action_id: id, block_id: 'b', value: 'nora' };
      return { type: 'interactive', payload: { ...ask, view: viewOf('whatever'), ...more } };
    }
    case 'submission':
      return {
        type: 'interactive',
        payload: { type: 'view_submission', ...people, view: viewOf(id), ...more },
      };
    case 'event': {
      const event = { type: id, ...(sender.id !== undefined && { user: sender.id }), tab: 'home' };
      const team = sender.team_id === undefined ? {} : { team_id: sender.team_id };
      return { type: 'events_api', payload: { type: 'event_callback', ...team, event, ...more } };
    }
  }
}

const BUTTON_VALUE = JSON.stringify({ user: { id: NORA_USER.id, login: NORA_USER.login }, private: false });

/** A modal in which a user was picked. */
export function viewOf(callbackId: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const selected_option = { text: { type: 'plain_text', text: 'Nora' }, value: pickerValue(NORA_USER) };
  return {
    id: 'V0FORGED1',
    type: 'modal',
    callback_id: callbackId,
    private_metadata: JSON.stringify({ channel: CDN_TEAM.id, private: false }),
    state: { values: { 'user-picker': { 'user-picker': { type: 'external_select', selected_option } } } },
    ...more,
  };
}
