import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { BOT } from '../cast.ts';
import { acknowledgementOf, type Delivered, type Envelope, type Transport } from './delivery.ts';
import { newSecret } from './identifiers.ts';
import { jsonObject, parseJson } from './json.ts';

const acknowledgement = z.object({
  envelope_id: z.string(),
  payload: z.union([jsonObject, z.string()]).optional(),
});

const PING_EVERY_MILLISECONDS = 10_000;
const PATIENCE_MILLISECONDS = 500;

/** The app's WebSocket connections. Each envelope goes to one of them. https://docs.slack.dev/apis/events-api/using-socket-mode */
export class SocketMode {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections: WebSocket[] = [];
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (payload: Delivered) => void>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
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

  readonly send: Transport = (envelope, signal) => {
    const connection = this.#connections.shift();
    if (connection === undefined) return Promise.resolve({ failed: 'unreachable' });
    this.#connections.push(connection);
    return new Promise((resolve) => {
      this.#waiting.set(envelope.id, resolve);
      signal.addEventListener('abort', () => this.#waiting.delete(envelope.id), { once: true });
      connection.send(JSON.stringify(asSent(envelope)));
    });
  };

  /** Asks every connection to make way for a new one, as when Slack moves a container. */
  refresh(): void {
    for (const connection of this.#connections) {
      connection.send(
        JSON.stringify({
          type: 'disconnect',
          reason: 'refresh_requested',
          debug_info: { host: 'applink-sandbox' },
        }),
      );
    }
  }

  drop(): void {
    for (const connection of [...this.#connections]) connection.terminate();
  }

  /** Says goodbye to every connection; cuts those that do not answer. */
  async close(): Promise<void> {
    const farewells = this.#connections.map((connection) => {
      const gone = new Promise((resolve) => connection.once('close', resolve));
      connection.close(1001);
      return gone;
    });
    await Promise.race([Promise.all(farewells), wait(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    this.drop();
    this.#server.close();
  }

  #welcome(connection: WebSocket): void {
    this.#connections.push(connection);
    this.#changed();
    const pings = setInterval(() => connection.ping(), PING_EVERY_MILLISECONDS);
    connection.on('error', () => connection.terminate());
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
        num_connections: this.#connections.length,
        debug_info: { host: 'applink-sandbox', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: BOT.appId },
      }),
    );
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
