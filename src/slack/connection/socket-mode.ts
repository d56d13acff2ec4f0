import { type Logger as SlackLogger, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Secret } from '../../config/secret.ts';
import { reasonOf } from '../../observability/reason-of.ts';
import { throwIfRefused } from './identity.ts';

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 15_000;
const HELLO_WITHIN_MILLISECONDS = 10_000;

export type ConnectionState = { connected: true } | { connected: false; why: string };

/**
 * Keeps a Socket Mode connection open. It reconnects at once when Slack recycles the connection, and with growing pauses
 * while Slack is unreachable. The SDK's own reconnecting is off: it waits 5 seconds, in which commands are lost, and a
 * failure while it reconnects is an unhandled rejection.
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
      // The SDK changes this object, so it must not be shared.
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
   * @throws {CredentialRefused} when Slack rejects the app token
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
        throwIfRefused(error, 'SLACK_APP_TOKEN', 'Create a new app-level token with connections:write.');
        failures += 1;
        this.#onState({ connected: false, why: `can't connect to Slack: ${reasonOf(error)}` });
        this.#log.warn({ err: error }, 'Slack connection failed, retrying');
        await this.#pause(
          Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS),
        );
      }
    }
  }

  /** Disconnects. After that `run` resolves. */
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
