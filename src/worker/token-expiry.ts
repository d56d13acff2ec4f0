import { setTimeout as pause } from 'node:timers/promises';
import type { Times } from '../config/times.ts';
import type { FastlyClient } from '../fastly/client.ts';
import type { Logger } from '../observability/log.ts';

export type TokenExpiryOptions = {
  fastly: Pick<FastlyClient, 'currentToken'>;
  /** Told when the token expires, in Unix milliseconds; null: never, or Fastly does not say. */
  onRead(expiresAt: number | null): void;
  times: Pick<Times, 'tokenExpiry'>;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
  log: Logger;
};

/** Asks Fastly when the bot's token expires, now and again. Where Fastly does not say it, what is known stays. */
export class TokenExpiry {
  readonly #options: TokenExpiryOptions;

  constructor(options: TokenExpiryOptions) {
    this.#options = options;
  }

  /** Asks at once, and then regularly until the bot stops. */
  async follow(): Promise<void> {
    const { times, stopping: signal } = this.#options;
    while (!signal.aborted) {
      await this.#read();
      await pause(times.tokenExpiry, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #read(): Promise<void> {
    const { fastly, onRead, log } = this.#options;
    try {
      const { expires_at: expires } = await fastly.currentToken();
      onRead(expires ? Date.parse(expires) : null);
    } catch (error) {
      log.info({ err: error }, 'when the Fastly token expires is not known');
    }
  }
}
