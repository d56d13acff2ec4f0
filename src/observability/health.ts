import { createServer, type Server } from 'node:http';

/** A service that the bot needs. */
export type Dependency = 'slack' | 'fastly' | 'database';

/** Records which dependencies are unavailable, and why. */
export class Readiness {
  readonly #missing = new Map<Dependency | 'process', string>([
    ['slack', 'not connected yet'],
    ['fastly', 'not reached yet'],
    ['database', 'not opened yet'],
  ]);

  ready(dependency: Dependency): void {
    this.#missing.delete(dependency);
  }

  missing(dependency: Dependency | 'process', why: string): void {
    this.#missing.set(dependency, why);
  }

  /** Empty when the bot is ready. */
  report(): Record<string, string> {
    return Object.fromEntries(this.#missing);
  }
}

/**
 * Serves `/healthz` (200 while the process runs) and `/readyz` (200, or 503 with what is missing). It has a port of its
 * own, so that these paths are never reachable on the port for Slack.
 */
export async function serveHealth(readiness: Readiness, host: string, port: number): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const missing = readiness.report();
    const ready = Object.keys(missing).length === 0;
    const [status, body] =
      path === '/healthz'
        ? [200, { alive: true }]
        : path === '/readyz'
          ? [ready ? 200 : 503, { ready, missing }]
          : [404, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return new HealthServer(server);
}

export class HealthServer {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  get address(): ReturnType<Server['address']> {
    return this.#server.address();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
