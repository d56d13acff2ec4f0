import { setTimeout as pause } from 'node:timers/promises';
import type { Times } from '../config/times.ts';
import type { FastlyError } from '../fastly/errors.ts';
import { TOKEN_PROBLEMS, TOKEN_REMEDY, type TokenProblem } from '../fastly/token.ts';
import type { Readiness } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import { NowAndAgain } from '../observability/now-and-again.ts';
import { Outage } from '../observability/outage.ts';
import { tracing } from '../observability/trace.ts';

const REMEDY =
  'Check the network, FASTLY_API_URL and fastlystatus.com. The bot goes on by itself when Fastly answers.';

const REFUSED = 'Fastly refuses FASTLY_API_TOKEN.';
const REFUSED_REMEDY = `It was revoked or has expired. Set it to another token and restart the bot. ${TOKEN_REMEDY}`;

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
  #refused = false;
  #accountUnknown = false;
  readonly #saidRefused = new NowAndAgain();

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
    this.#askAgain();
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

  /** Fastly refuses the token, or takes it again. A running bot goes on: Fastly may have been wrong. */
  refused(refused: boolean): void {
    const { readiness, times, log } = this.#options;
    // At the start a refused token ends the process, with words of its own.
    if (this.#ask === null) return;
    if (refused && this.#saidRefused.isDue(times.saidAgain)) log.error({ remedy: REFUSED_REMEDY }, REFUSED);
    if (refused === this.#refused) return;
    this.#refused = refused;
    readiness.degraded('fastly-refused', refused ? { what: REFUSED, remedy: REFUSED_REMEDY } : null);
    if (!refused) {
      this.#saidRefused.restart();
      log.info('Fastly accepts FASTLY_API_TOKEN again');
    } else this.#askAgain();
  }

  /** Fastly is asked again until it says whose account the token is of: a database may belong to another one. */
  accountUnknown(unknown: boolean): void {
    this.#accountUnknown = unknown;
    this.#askAgain();
  }

  /** Asks while there is something to find out. Its lines aren't about the interaction whose call has shown that. */
  #askAgain(): void {
    const ask = this.#ask;
    if (ask && !this.#asking) void tracing({}, () => this.#askUntilOver(ask));
  }

  async #askUntilOver(ask: () => Promise<unknown>): Promise<void> {
    const { times, stopping: signal } = this.#options;
    const lasts = () => (this.#outage.lasts || this.#refused || this.#accountUnknown) && !signal.aborted;
    this.#asking = true;
    while (lasts()) {
      await pause(times.fastlyAskedAgain, undefined, { signal, ref: false }).catch(() => {});
      // What it comes to is reported as for every call.
      if (lasts()) await ask().catch(() => {});
    }
    this.#asking = false;
  }
}
