import { setTimeout as pause } from 'node:timers/promises';
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { Config } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import type { Readiness } from '../../observability/health.ts';
import { type Logger, slackSdkLogger } from '../../observability/log.ts';
import { reasonOf } from '../../observability/reason-of.ts';
import { slackFetch } from './clients.ts';
import { throwIfRefused } from './identity.ts';

/** Takes deliveries from Slack, over Socket Mode or HTTP. */
export type Intake = {
  receiver: Receiver;
  /**
   * Starts to take deliveries. Over HTTP it resolves when the port is open, over Socket Mode not before `close`.
   *
   * @throws {CredentialRefused} when Slack rejects the app token
   * @throws when the port is in use
   */
  open(): Promise<void>;
  close(): Promise<void>;
};

export function createIntake(config: Config, readiness: Readiness, log: Logger): Intake {
  const { delivery, SLACK_API_URL } = config;
  return delivery.mode === 'socket'
    ? new SocketModeIntake(SLACK_API_URL, delivery.appToken, readiness, log)
    : http(config, delivery.signingSecret, readiness, log);
}

function http({ HOST, PORT }: Config, signingSecret: Secret, readiness: Readiness, log: Logger): Intake {
  const receiver = new HTTPReceiver({
    signingSecret: signingSecret.reveal(),
    endpoints: '/slack/events',
    logger: slackSdkLogger(log),
  });
  return {
    receiver,
    open: async () => {
      const address = (await receiver.start({ host: HOST, port: PORT })).address();
      readiness.ready('slack');
      log.info({ address }, "taking Slack's requests at /slack/events");
    },
    close: () => receiver.stop(),
  };
}

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 15_000;
const HELLO_WITHIN_MILLISECONDS = 10_000;

/**
 * Keeps a Socket Mode connection open. It reconnects at once when Slack recycles the connection, and with growing pauses
 * while Slack is unreachable. The SDK's own reconnecting is off: it waits 5 seconds, in which commands are lost, and a
 * failure while it reconnects is an unhandled rejection.
 */
class SocketModeIntake implements Intake {
  readonly receiver: SocketModeReceiver;
  readonly #readiness: Readiness;
  readonly #log: Logger;
  readonly #stopping = new AbortController();

  constructor(slackApiUrl: string, appToken: Secret, readiness: Readiness, log: Logger) {
    this.#readiness = readiness;
    this.#log = log;
    this.receiver = new SocketModeReceiver({
      appToken: appToken.reveal(),
      logger: slackSdkLogger(log),
      autoReconnectEnabled: false,
      // The SDK changes this object, so it must not be shared.
      installerOptions: {
        clientOptions: {
          slackApiUrl,
          fetch: slackFetch,
          timeout: 10_000,
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
        },
      },
    });
  }

  async open(): Promise<void> {
    const { client } = this.receiver;
    const { signal } = this.#stopping;
    let failures = 0;
    let reached = false;
    while (!signal.aborted) {
      try {
        await this.#connect();
        failures = 0;
        reached = true;
        this.#readiness.ready('slack');
        this.#log.info('connected to Slack');
        await new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
        if (!signal.aborted) this.#missing('reconnecting to Slack');
      } catch (error) {
        if (!reached) {
          throwIfRefused(error, 'SLACK_APP_TOKEN', 'Create a new app-level token with connections:write.');
        }
        this.#missing(`can't connect to Slack: ${reasonOf(error)}`);
        this.#log.warn({ err: error }, 'Slack connection failed, retrying');
        const wait = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** failures, LONGEST_PAUSE_MILLISECONDS);
        await pause(wait, undefined, { signal }).catch(() => {});
        failures += 1;
      }
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.receiver.client.disconnect();
  }

  #missing(why: string): void {
    this.#readiness.missing('slack', why);
    this.#log.info(why);
  }

  async #connect(): Promise<void> {
    const hello = setTimeout(() => void this.receiver.client.disconnect(), HELLO_WITHIN_MILLISECONDS);
    try {
      await this.receiver.client.start();
    } finally {
      clearTimeout(hello);
    }
  }
}
