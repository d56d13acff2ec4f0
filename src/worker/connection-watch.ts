import type { ConnectionProblem } from '../http/connection-problem.ts';
import type { Readiness } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';

/** Reports on `/readyz` which hosts the bot can't connect to, or answer. */
export class ConnectionWatch {
  readonly #readiness: Readiness;
  readonly #log: Logger;
  readonly #watchedElsewhere: string;

  /** @param fastlyUrl what keeps the bot from Fastly is told by its own watch */
  constructor(readiness: Readiness, fastlyUrl: string, log: Logger) {
    this.#readiness = readiness;
    this.#watchedElsewhere = new URL(fastlyUrl).host;
    this.#log = log;
  }

  /** A connection could not be made, or, with null, could. */
  connecting(host: string, problem: ConnectionProblem | null): void {
    if (host === this.#watchedElsewhere) return;
    const cause = `connection-${host}`;
    if (problem === null) {
      if (this.#readiness.degraded(cause, null)) this.#log.info(`${host} can be reached again`);
      return;
    }
    const { remedy } = problem;
    const what = `${host} can't be reached: ${problem.what}`;
    if (this.#readiness.degraded(cause, { what, remedy })) this.#log.error({ remedy }, what);
  }
}
