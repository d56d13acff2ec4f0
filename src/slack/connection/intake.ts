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

type IntakeParts = {
  config: Config;
  network: Network;
  readiness: Readiness;
  times: Times;
  log: Logger;
  /** Told of deliveries that are nobody's to answer. */
  onRefused: OnRefusedDelivery;
};

export function createIntake(parts: IntakeParts): Intake {
  const { delivery } = parts.config;
  return delivery.mode === 'socket'
    ? socketMode(parts, delivery.appToken)
    : http(parts, delivery.signingSecret);
}

function socketMode({ config, times, onRefused, ...parts }: IntakeParts, appToken: Secret): Intake {
  const { SLACK_API_URL, DATABASE_URL } = config;
  return new SocketMode({
    ...parts,
    slack: createClients(appToken, SLACK_API_URL, parts.network, slackSdkLogger(parts.log)).once,
    // A SQLite file has one process, a PostgreSQL database may have several.
    alone: DATABASE_URL.kind === 'sqlite',
    times: times.socketMode,
    onUnreadable: (type) => onRefused(formRefusal(type)),
  });
}

function http({ config, readiness, log, onRefused }: IntakeParts, signingSecret: Secret): Intake {
  const receiver = new HttpReceiver(signingSecret, log, onRefused);
  return {
    receiver,
    open: async () => {
      const address = await receiver.start(config.HOST, config.PORT);
      readiness.ready('slack');
      log.info({ address }, "taking Slack's requests at /slack/events");
    },
    close: () => receiver.stop(),
  };
}
