import { HTTPReceiver, type Receiver } from '@slack/bolt';
import type { Config } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import type { Readiness } from '../../observability/health.ts';
import { type Logger, slackSdkLogger } from '../../observability/log.ts';
import { SocketModeConnection } from './socket-mode.ts';

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
  const { delivery } = config;
  return delivery.mode === 'socket'
    ? socketMode(config, delivery.appToken, readiness, log)
    : http(config, delivery.signingSecret, readiness, log);
}

function socketMode({ SLACK_API_URL }: Config, appToken: Secret, readiness: Readiness, log: Logger): Intake {
  const options = { appToken, slackApiUrl: SLACK_API_URL, logger: slackSdkLogger(log), log };
  const connection = new SocketModeConnection(options, (state) => {
    if (state.connected) readiness.ready('slack');
    else readiness.missing('slack', state.why);
    log.info(state.connected ? 'connected to Slack' : state.why);
  });
  return {
    receiver: connection.receiver,
    open: () => connection.run(),
    close: () => connection.stop(),
  };
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
    close: async () => {
      await receiver.stop();
    },
  };
}
