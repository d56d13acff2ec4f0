import { createServer, type Server, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';
import type { Liveness } from './liveness.ts';
import type { Logger } from './log.ts';

/** What the bot cannot take a delivery and answer it without. */
export type Dependency = 'slack' | 'database';

/** Something that is wrong, and what the operator does about it. */
export type Problem = { what: string; remedy: string };

/** What keeps the bot from some of its work while it still answers. `since`: ISO 8601. */
type Degraded = Problem & { since: string };

/** Reports what is wrong about a cause until it is mended, which null says. */
export type ReportProblem = (cause: string, problem: Problem | null) => void;

/** Records what the bot still needs to take deliveries and answer them in words, and what else is wrong. */
export class Readiness {
  readonly #missing = new Map<Dependency | 'process', string>([
    ['slack', 'not connected yet'],
    ['database', 'not opened yet'],
  ]);
  readonly #degraded = new Map<string, Degraded>();

  ready(dependency: Dependency): void {
    this.#missing.delete(dependency);
  }

  missing(dependency: Dependency | 'process', why: string): void {
    this.#missing.set(dependency, why);
  }

  /**
   * Something is wrong, whether or not the bot is ready; null: it is no longer. `since` is when its cause was first
   * reported, also after its words have changed.
   *
   * @returns whether anything is different from before
   */
  readonly degraded = (cause: string, problem: Problem | null): boolean => {
    if (problem === null) return this.#degraded.delete(cause);
    const { what, remedy } = problem;
    const before = this.#degraded.get(cause);
    this.#degraded.set(cause, { what, since: before?.since ?? new Date().toISOString(), remedy });
    return before?.what !== what || before.remedy !== remedy;
  };

  /** Everything that is wrong beside what is missing. */
  problems(): Degraded[] {
    return [...this.#degraded.values()];
  }

  /** Empty when the bot is ready. */
  report(): Record<string, string> {
    return Object.fromEntries(this.#missing);
  }
}

type Exposing = { exposition(): Promise<{ contentType: string; text: string }> };

export type HealthServer = { address: ReturnType<Server['address']>; close(): Promise<void> };

/** What a sender may take up: probes and Prometheus need little. Times are in milliseconds. */
const HEALTH_LIMITS = { headers: 5_000, request: 10_000, checkInterval: 1_000, connections: 100 };

/**
 * Serves `/healthz` (503 when a restart would help, with why), `/readyz` (503 while the bot cannot take a delivery and
 * answer it in words, with what is missing; with either status what is `degraded`) and `/metrics`. It has a port of its
 * own, so that these paths are never reachable on the port for Slack.
 *
 * @throws {FatalError} when it can't listen there
 */
export async function serveHealth(
  reported: {
    readiness: Readiness;
    liveness: Liveness;
    metrics: Exposing;
    log: Logger;
  },
  host: string,
  port: number,
  limits = HEALTH_LIMITS,
): Promise<HealthServer> {
  const { readiness, liveness, metrics, log } = reported;
  const patience = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    connectionsCheckingInterval: limits.checkInterval,
  };
  const server = createServer(patience, (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/metrics') {
      void answerMetrics(metrics, log, response);
      return;
    }
    const missing = readiness.report();
    const ready = Object.keys(missing).length === 0;
    const problems = liveness.problems();
    const alive = problems.length === 0;
    const [status, body] =
      path === '/healthz'
        ? [alive ? 200 : 503, { alive, problems }]
        : path === '/readyz'
          ? [ready ? 200 : 503, { ready, missing, degraded: readiness.problems() }]
          : [404, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.maxConnections = limits.connections;
  await listen(server, { host, port, variables: { host: 'HEALTH_HOST', port: 'HEALTH_PORT' } });
  server.on('error', (error) => log.error({ err: error }, 'a connection could not be taken'));
  return {
    address: server.address(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerMetrics(metrics: Exposing, log: Logger, response: ServerResponse): Promise<void> {
  try {
    const { contentType, text } = await metrics.exposition();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  } catch (error) {
    log.error({ err: error }, 'the metrics could not be read');
    response.writeHead(500).end();
  }
}
