import { type Logger as SlackLogger, SocketModeReceiver } from '@slack/bolt';
import { WebAPIPlatformError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Secret } from '../../config/secret.ts';
import { reasonOf } from '../../observability/reason-of.ts';
import { isRefusal, SlackRefused } from './identity.ts';

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 15_000;
const HELLO_WITHIN_MILLISECONDS = 10_000;

export type ConnectionState = { connected: true } | { connected: false; why: string };

/**
 * Keeps a Socket Mode connection: connects again at once when Slack recycles it, and with growing pauses while
 * Slack is away. The SDK's own reconnecting waits 5 seconds in which commands are lost, and a failure while it
 * reconnects is an unhandled rejection, so it is switched off.
 */
export class SocketModeConnection {
  readonly receiver: SocketModeReceiver;
  readonly #log: Logger;
  readonly #onState: (state: ConnectionState) => void;
  #stopping = false;
  #wake: () => void = () => {};

  constructor(
    options: { appToken: Secret; slackApiUrl: string; logger: SlackLogger; log: Logger },
    onState: (state: ConnectionState) => void,
  ) {
    this.#log = options.log;
    this.#onState = onState;
    this.receiver = new SocketModeReceiver({
      appToken: options.appToken.reveal(),
      logger: options.logger,
      autoReconnectEnabled: false,
      // The SDK changes this object, so it is its own.
      installerOptions: {
        clientOptions: {
          slackApiUrl: options.slackApiUrl,
          timeout: 10_000,
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
        },
      },
    });
  }

  /**
   * Connects, and stays connected until `stop`.
   *
   * @throws {SlackRefused} when Slack will not take the app token
   */
  async run(): Promise<void> {
    const { client } = this.receiver;
    let failures = 0;
    while (!this.#stopping) {
      try {
        await this.#connect();
        failures = 0;
        this.#onState({ connected: true });
        await new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
        if (!this.#stopping) this.#onState({ connected: false, why: 'reconnecting to Slack' });
      } catch (error) {
        this.#refuseIfFinal(error);
        failures += 1;
        const why = reasonOf(error);
        this.#onState({ connected: false, why: `cannot connect to Slack: ${why}` });
        this.#log.warn({ err: error }, 'no connection to Slack');
        await this.#pause(
          Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS),
        );
      }
    }
  }

  /** Disconnects and lets `run` end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.receiver.client.disconnect();
  }

  async #connect(): Promise<void> {
    const hello = setTimeout(() => void this.receiver.client.disconnect(), HELLO_WITHIN_MILLISECONDS);
    try {
      await this.receiver.client.start();
    } finally {
      clearTimeout(hello);
    }
  }

  #refuseIfFinal(error: unknown): void {
    if (error instanceof WebAPIPlatformError && isRefusal(error.data.error)) {
      throw new SlackRefused(
        `Slack refuses SLACK_APP_TOKEN (${error.data.error}). Make a new app-level token with connections:write`,
      );
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
