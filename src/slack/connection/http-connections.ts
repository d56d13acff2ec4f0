import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The open connections of an HTTP server, no more than `most`. A connection idles while it has sent no whole request
 * that still wants an answer, however many bytes drip in. One too many closes the connection that has idled for longest,
 * so nobody keeps the others out by holding connections open. Node's `maxConnections` would turn the newest away.
 */
export class HttpConnections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** In the order in which they began to idle. */
  readonly #idle = new Set<Socket>();

  constructor(server: Server, most: number) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      this.#idle.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#idle.delete(socket);
      });
      if (this.#open.size > most) this.#closeLongestIdle();
    });
  }

  /** The request has arrived whole: its connection does not idle until it is answered. */
  busy({ socket }: IncomingMessage, response: ServerResponse): void {
    this.#idle.delete(socket);
    response.once('close', () => {
      if (this.#open.has(socket)) this.#idle.add(socket);
    });
  }

  /** Accepts no more connections and closes those that idle. Resolves when the others have their answers. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#idle) socket.destroy();
    await closed;
  }

  #closeLongestIdle(): void {
    const [longest] = this.#idle;
    longest?.destroy();
  }
}
