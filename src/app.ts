import { App, type Receiver } from '@slack/bolt';
import { allListeners } from './commands/slash-command.ts';
import type { Config } from './config/config.ts';
import type { Network } from './http/network.ts';
import type { InFlight } from './observability/in-flight.ts';
import { slackSdkLogger } from './observability/log.ts';
import { slackFetch } from './slack/connection/clients.ts';
import type { Identity } from './slack/connection/identity.ts';
import { Memberships } from './slack/connection/memberships.ts';
import { installGate } from './slack/gate/gate.ts';
import type { Sender } from './slack/incoming.ts';
import type { Services } from './slack/replies/services.ts';

/** The Bolt app, with the gate in front of every listener. Bolt is told who the bot is, so it asks Slack nothing. */
export function createApp(
  config: Config,
  identity: Identity,
  receiver: Receiver,
  network: Network,
  services: Services,
  inFlight: InFlight,
  stopping: AbortSignal,
): App {
  const { teamId, enterpriseId, botId, botUserId } = identity;
  const botToken = config.SLACK_BOT_TOKEN.reveal();
  const app = new App({
    receiver,
    authorize: async () => ({ botToken, teamId, ...(botId && { botId }), ...(botUserId && { botUserId }) }),
    logger: slackSdkLogger(services.log),
    clientOptions: { slackApiUrl: config.SLACK_API_URL, fetch: slackFetch(network) },
    // The gate decides on everybody, the bot itself included; Bolt would drop its deliveries unanswered.
    ignoreSelf: false,
    convoStore: false,
  });
  app.error(async (error) => {
    services.log.error({ err: error }, 'a delivery failed');
  });
  const policy = {
    teamId,
    botAdmins: services.botAdmins,
    commandChannels: config.COMMAND_CHANNELS,
    approvalsChannel: services.approvalsChannel,
    reportsChannel: config.REPORT_SCHEDULE ? services.confirmationsChannel : null,
  };
  const listeners = allListeners(services.disabled);
  const memberships =
    enterpriseId && new Memberships(services.members, { teamId, enterpriseId }, services.log);
  const confirmsMembership = memberships && ((sender: Sender) => memberships.confirms(sender));
  installGate(app, { policy, listeners, services, confirmsMembership, inFlight, stopping });
  return app;
}
