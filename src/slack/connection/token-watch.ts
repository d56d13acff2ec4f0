import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Times } from '../../config/times.ts';
import type { ReportProblem } from '../../observability/health.ts';
import { NowAndAgain } from '../../observability/now-and-again.ts';
import { isTokenRefused, TOKEN_OR_ADDRESS, wordOf } from './refused-words.ts';

type TokenWatchOptions = {
  /** Told that the token is refused, and with null that it is accepted again. */
  degraded: ReportProblem;
  /** Called within `slowRetry` of when Slack answers again after calls that got no answer. */
  onBack: () => void;
  times: Pick<Times, 'slowRetry' | 'saidAgain'>;
  log: Logger;
};

/** What the answers to all calls with the bot token show: whether Slack refuses it, and whether Slack is there again. */
export class TokenWatch {
  readonly #options: TokenWatchOptions;
  #reached = false;
  #refused: string | null = null;
  readonly #said = new NowAndAgain();
  #lost = false;
  #back = false;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** Whether a call with the token has succeeded since the process started. */
  get reached(): boolean {
    return this.#reached;
  }

  /** A call was answered: with this error, or as it should be (null). */
  answered(error: unknown): void {
    const word = wordOf(error);
    if (error === null) this.#accepted();
    else if (isTokenRefused(error) || word === 'accesslimited') this.#refusedWith(word ?? '');
    else if (word === null && !(error instanceof WebAPIRateLimitedError)) this.#lost = true;
  }

  /** Until `signal` is aborted, every `slowRetry` milliseconds: tries a refused token with `probe`, and says that Slack is back. */
  start(probe: () => Promise<unknown>, signal: AbortSignal): void {
    const timer = setInterval(() => {
      if (this.#refused !== null) probe().catch(() => {});
      if (!this.#back) return;
      this.#back = false;
      this.#options.onBack();
    }, this.#options.times.slowRetry);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  #accepted(): void {
    const { degraded, log } = this.#options;
    this.#reached = true;
    this.#back ||= this.#lost;
    this.#lost = false;
    if (this.#refused !== null) {
      this.#refused = null;
      degraded('slack-token', null);
      log.info('Slack accepts SLACK_BOT_TOKEN again');
    }
  }

  #refusedWith(word: string): void {
    const { degraded, times, log } = this.#options;
    const what = `Slack refuses SLACK_BOT_TOKEN (${word}).`;
    if (this.#refused !== word) degraded('slack-token', { what, remedy: TOKEN_OR_ADDRESS });
    this.#refused = word;
    if (this.#said.isDue(times.saidAgain)) log.error({ remedy: TOKEN_OR_ADDRESS }, what);
  }
}
