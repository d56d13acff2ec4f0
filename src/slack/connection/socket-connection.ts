import { WebSocket } from 'ws';
import type { Times } from '../../config/times.ts';
import { MEBIBYTE } from '../../http/bounded-body.ts';
import type { Network } from '../../http/network.ts';
import { type Delivery, readMessage, type SocketMessage } from './socket-delivery.ts';

type Hello = Extract<SocketMessage, { kind: 'hello' }>;

/**
 * Why the next connection is wanted. `asked`: Slack asked for it, and this one still carries deliveries. `cause`: of a
 * connection that broke or never came about.
 */
export type Ending = { asked: boolean; reason: string; cause?: Error };

/** A view has at most 250 KB and a message 50 blocks. A longer message is never held: it ends the connection. */
const LARGEST_MESSAGE = MEBIBYTE;

/** The one place where the bot opens a WebSocket. */
function dial(url: string, network: Network): WebSocket {
  const agent = network.webSocketAgent(url);
  return new WebSocket(url, {
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    ...(agent && { agent }),
  });
}

/** One WebSocket to Slack, from dialling to its end. It opens as soon as it is made. */
export class SocketConnection {
  readonly #socket: WebSocket;
  readonly #take: (message: Delivery) => void;
  readonly #hello = Promise.withResolvers<Hello | null>();
  readonly #ending = Promise.withResolvers<Ending>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #goodbye: number;
  #greeted = false;
  #failure: { reason: string; cause?: Error } | null = null;

  /**
   * @param url of `apps.connections.open`; it lets one connection in
   * @param take is called with whatever Slack sends to be acknowledged
   * @throws {SyntaxError} for a URL that is none
   */
  constructor(url: string, network: Network, times: Times['socketMode'], take: (message: Delivery) => void) {
    this.#take = take;
    this.#goodbye = times.goodbye;
    const socket = dial(url, network);
    this.#socket = socket;
    const greeting = this.#after(times.hello, () => this.#cut('Slack said no hello'));
    void this.hello.then(() => clearTimeout(greeting));
    socket.once('open', () => this.#watch(times));
    socket.on('message', (data, isBinary) => this.#read(isBinary ? null : String(data)));
    socket.on('error', (cause) => {
      this.#failure ??= { reason: cause.message, cause };
    });
    socket.once('close', (code) =>
      this.#end(this.#failure ?? { reason: `the connection was closed (${code})` }),
    );
  }

  /** What Slack greeted with; null where it did not, or sent the bot away before. */
  get hello(): Promise<Hello | null> {
    return this.#hello.promise;
  }

  get ending(): Promise<Ending> {
    return this.#ending.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Whether Slack has said hello and deliveries can come and be acknowledged. */
  get isUp(): boolean {
    return this.#greeted && this.#socket.readyState === WebSocket.OPEN;
  }

  /** @throws when the connection is gone */
  async send(message: object): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Makes way for the next connection, as when Slack asks for that. */
  makeWay(reason: string): void {
    this.#ending.resolve({ asked: true, reason });
  }

  makeWayAfter(milliseconds: number, reason: string): void {
    this.#after(milliseconds, () => this.makeWay(reason));
  }

  closeAfter(milliseconds: number): void {
    this.#after(milliseconds, () => void this.close());
  }

  /** Says goodbye. Slack answers it and leaves the TCP connection open, so that is cut soon. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close(1000);
    this.#after(this.#goodbye, () => this.#socket.terminate());
    await this.closed;
  }

  /** A connection that a firewall forgot breaks nowhere: only silence tells. Slack pings, too, at its own pace. */
  #watch({ ping, silence }: Times['socketMode']): void {
    const silent = this.#after(silence, () => this.#cut('Slack was silent'));
    for (const sign of ['ping', 'pong', 'message']) this.#socket.on(sign, () => silent.refresh());
    this.#timers.add(setInterval(() => this.#socket.ping(), ping));
  }

  #read(text: string | null): void {
    const message = readMessage(text);
    if (message.kind === 'hello') {
      this.#greeted = true;
      this.#hello.resolve(message);
    } else if (message.kind === 'disconnect') {
      this.#hello.resolve(null);
      this.makeWay(message.reason);
    } else this.#take(message);
  }

  #cut(why: string): void {
    this.#failure ??= { reason: why };
    this.#socket.terminate();
  }

  #end(failure: { reason: string; cause?: Error }): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#ending.resolve({ asked: false, ...failure });
    this.#hello.resolve(null);
    this.#closed.resolve();
  }

  #after(milliseconds: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(act, milliseconds);
    this.#timers.add(timer);
    return timer;
  }
}
