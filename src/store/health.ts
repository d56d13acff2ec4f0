import type { Logger } from 'pino';
import { NowAndAgain } from '../observability/now-and-again.ts';
import { DatabaseUnusable, StoreUnavailable } from './errors.ts';
import { type Trouble, troubleOf } from './trouble.ts';

type StoreHealthOptions = {
  log: Logger;
  /** Milliseconds from one log line about the same trouble to the next. */
  remindEvery: number;
  /** After how many milliseconds without the database's file to give up. */
  goneFor: number;
  /** Called when there is other trouble than before, or none any more (null). */
  onChange(trouble: Trouble | null): void;
  /** Called once, when the file has been gone for too long. */
  onGivenUp(error: DatabaseUnusable): void;
};

/** Follows a database that was open once, and says in the log what is wrong with it: at once, then now and again. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #trouble: Trouble | null = null;
  #goneSince: number | null = null;
  readonly #said = new NowAndAgain();
  #givenUp = false;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** Takes what a look at the database threw, or null when it could be used. */
  report(error: unknown): void {
    const trouble = error === null ? null : troubleIn(error);
    const { log, onChange, remindEvery } = this.#options;
    if (trouble?.kind !== this.#trouble?.kind) {
      if (trouble === null) log.info('database available');
      this.#said.restart();
    }
    if (trouble?.what !== this.#trouble?.what) onChange(trouble);
    this.#trouble = trouble;
    this.#followGone(trouble);
    if (trouble === null || !this.#said.isDue(remindEvery)) return;
    log.error({ why: trouble.what, remedy: trouble.remedy }, 'database unavailable, retrying');
  }

  #followGone(trouble: Trouble | null): void {
    if (trouble?.kind !== 'gone') {
      this.#goneSince = null;
      return;
    }
    this.#goneSince ??= Date.now();
    if (this.#givenUp || Date.now() - this.#goneSince < this.#options.goneFor) return;
    this.#givenUp = true;
    const remedy = 'Put the same file back, then start the bot.';
    this.#options.onGivenUp(new DatabaseUnusable({ what: trouble.what, remedy }));
  }
}

function troubleIn(error: unknown): Trouble {
  return error instanceof StoreUnavailable ? error.trouble : troubleOf(error);
}
