import type { Readiness } from './health.ts';
import type { Logger } from './log.ts';

/** Reports something that the bot needs as degraded while it is away. Logs when that begins, and when it ends. */
export class Outage {
  readonly #name: string;
  readonly #remedy: string;
  readonly #readiness: Readiness;
  readonly #log: Logger;
  #lasts = false;

  /** @param name of what may be away, as a sentence may begin with */
  constructor(name: string, remedy: string, readiness: Readiness, log: Logger) {
    this.#name = name;
    this.#remedy = remedy;
    this.#readiness = readiness;
    this.#log = log;
  }

  get lasts(): boolean {
    return this.#lasts;
  }

  /** It is away. `why` is for the operator; the same again is not logged. @param remedy where there is a better one */
  began(why: string, error: unknown, remedy = this.#remedy): void {
    this.#lasts = true;
    const problem = { what: `${this.#name} can't be used: ${why}`, remedy };
    if (this.#readiness.degraded(this.#name, problem)) {
      this.#log.error({ err: error, remedy }, `${this.#name} can't be used`);
    }
  }

  /** It has answered. */
  over(): void {
    this.#lasts = false;
    if (this.#readiness.degraded(this.#name, null)) this.#log.info(`${this.#name} can be used again`);
  }
}
