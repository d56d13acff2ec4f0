import { createServer, type Server } from 'node:http';

/** A service that the bot needs. */
export type Dependency = 'slack' | 'fastly' | 'database';

/** What keeps the bot from some of its work while it still answers. `since`: ISO 8601. */
export type Degraded = { what: string; since: string; remedy: string };

/** Records which dependencies are unavailable, and why, and what else is wrong. */
export class Readiness {
  readonly #missing = new Map<Dependency | 'process', string>([
    ['slack', 'not connected yet'],
    ['fastly', 'not reached yet'],
    ['database', 'not opened yet'],
  ]);
  readonly #degraded = new Map<string, Degraded>();

  ready(dependency: Dependency): void {
    this.#missing.delete(dependency);
  }

  missing(dependency: Dependency | 'process', why: string): void {
    this.#missing.set(dependency, why);
  }

  /** Something is wrong that leaves the bot ready; null: it is no longer. */
  degraded(cause: string, problem: Omit<Degraded, 'since'> | null): void {
    if (problem === null) this.#degraded.delete(cause);
    else
      this.#degraded.set(cause, {
        what: problem.what,
        since: new Date().toISOString(),
        remedy: problem.remedy,
      });
  }

  /** Everything that is wrong and leaves the bot ready. */
  problems(): Degraded[] {
    return [...this.#degraded.values()];
  }

  /** Empty when the bot is ready. */
  report(): Record<string, string> {
    return Object.fromEntries(this.#missing);
  }
}

/**
 * Serves `/healthz` (200 while the process runs) and `/readyz` (200, or 503 with what is missing; both
 * with what is `degraded`). It has a port of its
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
          ? [ready ? 200 : 503, { ready, missing, degraded: readiness.problems() }]
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
