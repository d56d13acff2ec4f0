import type { Receiver } from '@slack/bolt';
import type { Config } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import type { Times } from '../../config/times.ts';
import type { Network } from '../../http/network.ts';
import type { Readiness } from '../../observability/health.ts';
import { type Logger, slackSdkLogger } from '../../observability/log.ts';
import { createClients } from './clients.ts';
import { HttpReceiver } from './http-receiver.ts';
import { formRefusal, type OnRefusedDelivery } from './refused-signatures.ts';
import { SocketMode } from './socket-mode.ts';

/** Takes deliveries from Slack, over Socket Mode or HTTP. */
export type Intake = {
  receiver: Receiver;
  /**
   * Starts to take deliveries. Over HTTP it resolves when the port is open, over Socket Mode not before `close`.
   *
   * @throws {CredentialRefused} when Slack rejects the app token and has never taken it before
   * @throws {FatalError} when the port is in use
   */
  open(): Promise<void>;
  close(): Promise<void>;
};

/** @param onRefused told of deliveries that are nobody's to answer */
export function createIntake(
  config: Config,
  network: Network,
  readiness: Readiness,
  log: Logger,
  times: Times,
  onRefused: OnRefusedDelivery = () => {},
): Intake {
  const { delivery } = config;
  return delivery.mode === 'socket'
    ? socketMode(config, delivery.appToken, network, readiness, log, times, onRefused)
    : http(config, delivery.signingSecret, readiness, log, onRefused);
}

function socketMode(
  { SLACK_API_URL, DATABASE_URL }: Config,
  appToken: Secret,
  network: Network,
  readiness: Readiness,
  log: Logger,
  times: Times,
  onRefused: OnRefusedDelivery,
): Intake {
  return new SocketMode({
    slack: createClients(appToken, SLACK_API_URL, network, slackSdkLogger(log)).once,
    network,
    // A SQLite file has one process, a PostgreSQL database may have several.
    alone: DATABASE_URL.kind === 'sqlite',
    times: times.socketMode,
    readiness,
    onUnreadable: (type) => onRefused(formRefusal(type)),
    log,
  });
}

function http(
  { HOST, PORT }: Config,
  signingSecret: Secret,
  readiness: Readiness,
  log: Logger,
  onRefused: OnRefusedDelivery,
): Intake {
  const receiver = new HttpReceiver(signingSecret, log, onRefused);
  return {
    receiver,
    open: async () => {
      const address = await receiver.start(HOST, PORT);
      readiness.ready('slack');
      log.info({ address }, "taking Slack's requests at /slack/events");
    },
    close: () => receiver.stop(),
  };
}
