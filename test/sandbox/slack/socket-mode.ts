import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { BOT } from '../cast.ts';
import type { Disconnection } from '../control/protocol.ts';
import { acknowledgementOf, type Delivered, type Envelope, type Transport } from './delivery.ts';
import type { Faults } from './faults.ts';
import { newSecret } from './identifiers.ts';
import { jsonObject, parseJson } from './json.ts';

const acknowledgement = z.object({
  envelope_id: z.string(),
  payload: z.union([jsonObject, z.string()]).optional(),
});

const PING_EVERY_MILLISECONDS = 10_000;
/** How long a connection stays after Slack asked for the next one. */
const REFRESHED_AFTER_MILLISECONDS = 1_000;
const PATIENCE_MILLISECONDS = 500;

/** The app's WebSocket connections. Each envelope goes to one of them. https://docs.slack.dev/apis/events-api/using-socket-mode */
export class SocketMode {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections: WebSocket[] = [];
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (payload: Delivered) => void>();
  /** Those that a firewall forgot. */
  readonly #forgotten = new Set<WebSocket>();
  readonly #faults: Faults;
  readonly #changed: () => void;

  constructor(faults: Faults, changed: () => void) {
    this.#faults = faults;
    this.#changed = changed;
  }

  get open(): number {
    return this.#connections.length;
  }

  /** What `apps.connections.open` puts into its URL: it lets one connection in. */
  issueTicket(): string {
    const ticket = newSecret();
    this.#tickets.add(ticket);
    return ticket;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (!this.#tickets.delete(searchParams.get('ticket') ?? '')) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection));
  }

  readonly send: Transport = (envelope, signal) =>
    this.sendText(JSON.stringify(asSent(envelope)), envelope.id, signal);

  /** Sends this text as it stands, and waits for the acknowledgement of the envelope with that id. */
  sendText(text: string, id: string, signal: AbortSignal): Promise<Delivered> {
    const connection = this.#next();
    if (connection === undefined) return Promise.resolve({ failed: 'unreachable' });
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      signal.addEventListener('abort', () => this.#waiting.delete(id), { once: true });
      connection.send(text);
    });
  }

  /** Sends text that holds no envelope. */
  sendUnaddressed(text: string): void {
    this.#next()?.send(text);
  }

  /** The one whose turn it is, of those that are not closing. */
  #next(): WebSocket | undefined {
    const connection = this.#connections.find(({ readyState }) => readyState === WebSocket.OPEN);
    if (connection === undefined) return undefined;
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    this.#connections.push(connection);
    return connection;
  }

  disconnect(how: Disconnection): void {
    for (const connection of [...this.#connections]) {
      switch (how) {
        case 'warning':
          connection.send(farewell('warning'));
          break;
        case 'refresh':
          connection.send(farewell('refresh_requested'));
          setTimeout(() => connection.close(1000), REFRESHED_AFTER_MILLISECONDS).unref();
          break;
        case 'drop':
          connection.terminate();
          break;
        case 'silence':
          this.#forget(connection);
      }
    }
  }

  /** Tells every connection that Socket Mode was switched off in the app's settings. */
  switchedOff(): void {
    for (const connection of [...this.#connections]) turnAway(connection);
  }

  /** Reads nothing from it any more and writes nothing to it, while it stays open at the other end. */
  #forget(connection: WebSocket): void {
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    this.#forgotten.add(connection);
    connection.pause();
    this.#changed();
  }

  /** Says goodbye to every connection; cuts those that do not answer. */
  async close(): Promise<void> {
    const farewells = this.#connections.map((connection) => {
      const gone = new Promise((resolve) => connection.once('close', resolve));
      connection.close(1001);
      return gone;
    });
    await Promise.race([Promise.all(farewells), wait(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    for (const connection of [...this.#connections, ...this.#forgotten]) connection.terminate();
    this.#server.close();
  }

  #welcome(connection: WebSocket): void {
    connection.on('error', () => connection.terminate());
    if (this.#faults.socketModeOff) {
      turnAway(connection);
      return;
    }
    this.#connections.push(connection);
    this.#changed();
    const pings = setInterval(() => {
      if (!this.#forgotten.has(connection)) connection.ping();
    }, PING_EVERY_MILLISECONDS);
    connection.on('close', () => {
      clearInterval(pings);
      const place = this.#connections.indexOf(connection);
      if (place >= 0) this.#connections.splice(place, 1);
      this.#changed();
    });
    connection.on('message', (data) => this.#acknowledge(String(data)));
    connection.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#connections.length + this.#faults.connectionsElsewhere,
        debug_info: { host: 'applink-sandbox', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: BOT.appId },
      }),
    );
    if (this.#faults.takeHangUp()) connection.close(1000);
  }

  #acknowledge(message: string): void {
    const { data } = acknowledgement.safeParse(parseJson(message));
    if (data === undefined) return;
    const { payload = {} } = data;
    this.#waiting.get(data.envelope_id)?.({
      acknowledged: typeof payload === 'string' ? acknowledgementOf(payload) : payload,
    });
    this.#waiting.delete(data.envelope_id);
  }
}

function farewell(reason: 'warning' | 'refresh_requested' | 'link_disabled'): string {
  return JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-sandbox' } });
}

function turnAway(connection: WebSocket): void {
  connection.send(farewell('link_disabled'));
  connection.close(1000);
}

function asSent({ id, type, payload, acceptsResponsePayload, retry }: Envelope) {
  return {
    envelope_id: id,
    payload,
    type,
    accepts_response_payload: acceptsResponsePayload,
    ...(type === 'events_api' && {
      retry_attempt: retry?.attempt ?? 0,
      retry_reason: retry?.reason ?? '',
    }),
  };
}
