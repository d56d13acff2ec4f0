import { setTimeout as pause } from 'node:timers/promises';
import type { Times } from '../config/times.ts';
import type { FastlyError } from '../fastly/errors.ts';
import { TOKEN_PROBLEMS, TOKEN_REMEDY, type TokenProblem } from '../fastly/token.ts';
import type { Readiness } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import { Outage } from '../observability/outage.ts';
import { tracing } from '../observability/trace.ts';

const REMEDY =
  'Check the network, FASTLY_API_URL and fastlystatus.com. The bot goes on by itself when Fastly answers.';

function remedyFor(error: FastlyError): string | undefined {
  return error.kind === 'cut_off' ? error.problem?.remedy : undefined;
}

export type FastlyWatchOptions = {
  readiness: Readiness;
  times: Times;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
  log: Logger;
};

/** Reports on `/readyz` what is wrong with Fastly or the bot's token, by what the calls of all others come to. */
export class FastlyWatch {
  readonly #options: FastlyWatchOptions;
  readonly #outage: Outage;
  #ask: (() => Promise<unknown>) | null = null;
  #asking = false;

  constructor(options: FastlyWatchOptions) {
    this.#options = options;
    this.#outage = new Outage('Fastly', REMEDY, options.readiness, options.log);
  }

  /** From now on Fastly is asked again while it is away: nobody may need it for hours, and it may be back. */
  start(ask: () => Promise<unknown>): void {
    this.#ask = ask;
  }

  /** A call has failed because Fastly is away, or, with null, was answered. */
  reached(error: FastlyError | null): void {
    if (error === null) this.#outage.over();
    else this.#outage.began(error.reason, error, remedyFor(error));
    const ask = this.#ask;
    if (ask && !this.#asking) void tracing({}, () => this.#askUntilOver(ask));
  }

  /** What keeps the token from changing users; null: nothing does any more. */
  token(problem: TokenProblem | null): void {
    const { readiness, log } = this.#options;
    if (problem === null) {
      log.info("the Fastly token's user can change users again");
      readiness.degraded('fastly-token', null);
      return;
    }
    const what = TOKEN_PROBLEMS[problem];
    log.error({ problem, remedy: TOKEN_REMEDY }, what);
    readiness.degraded('fastly-token', { what, remedy: TOKEN_REMEDY });
  }

  async #askUntilOver(ask: () => Promise<unknown>): Promise<void> {
    const { times, stopping: signal } = this.#options;
    this.#asking = true;
    while (this.#outage.lasts && !signal.aborted) {
      await pause(times.fastlyAskedAgain, undefined, { signal, ref: false }).catch(() => {});
      // What it comes to is reported as for every call.
      if (this.#outage.lasts && !signal.aborted) await ask().catch(() => {});
    }
    this.#asking = false;
  }
}
