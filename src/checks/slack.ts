import type { WebClient } from '@slack/web-api';
import type { Secret } from '../config/secret.ts';
import type { ValidValues } from '../config/variables.ts';
import type { Network } from '../http/network.ts';
import { createLogger, slackSdkLogger } from '../observability/log.ts';
import { createClients } from '../slack/connection/clients.ts';
import type { Identity } from '../slack/connection/identity.ts';
import { type Finding, notKnown, off } from './finding.ts';
import { checkBotAdmins } from './slack-bot-admins.ts';
import { type ConfiguredChannels, checkSlackChannels } from './slack-channels.ts';
import { checkSlackClock } from './slack-clock.ts';
import { aboutHttp, checkAppToken, checkSameApp } from './slack-delivery.ts';
import { checkLeavers } from './slack-leavers.ts';
import { checkSlackToken } from './slack-token.ts';

/** The variables that are right, and the names of those that are not. */
type ReadVariables = { values: ValidValues; wrong: ReadonlySet<string> };

/** All that can be looked at in Slack without posting anything or opening a connection. */
export async function checkSlack(variables: ReadVariables, network: Network): Promise<Finding[]> {
  const { SLACK_BOT_TOKEN: botToken, SLACK_API_URL: address, LEAVERS } = variables.values;
  if (address === undefined) {
    return [notKnown('Slack was not asked, because SLACK_API_URL is wrong.')];
  }
  const slack = botToken && clientFor(botToken, address, network);
  const { findings, identity } = slack
    ? await checkSlackToken(slack, address)
    : { findings: [NO_BOT_TOKEN], identity: null };
  const rest = await Promise.all([
    checkDelivery(variables, address, network, slack && identity ? { slack, botId: identity.botId } : null),
    slack && identity ? checkWorkspace(slack, identity, variables) : [NOT_LOOKED_AT],
    slack && identity && LEAVERS ? checkLeavers(slack, LEAVERS).then((finding) => [finding]) : [],
    checkSlackClock(network, address, modeOf(variables)),
  ]);
  return [...findings, ...rest.flat()];
}

const NO_BOT_TOKEN = notKnown('Slack was not asked about SLACK_BOT_TOKEN, because it is missing or wrong.');
const NOT_LOOKED_AT = notKnown(
  'Channels and bot admins were not looked at: that takes a bot token that Slack accepts.',
);

/** Quick: the configured channels and bot admins, as Slack knows them. A call for each. */
export async function checkWorkspace(
  slack: WebClient,
  { teamId, enterpriseId, missingScopes }: Identity,
  { values, wrong }: ReadVariables,
): Promise<Finding[]> {
  const { SUPERUSERS, COMMAND_CHANNELS, APPROVALS_CHANNEL, CONFIRMATIONS_CHANNEL } = values;
  const configured: readonly ConfiguredChannels[] = [
    { variable: 'COMMAND_CHANNELS', channels: COMMAND_CHANNELS ?? [] },
    { variable: 'APPROVALS_CHANNEL', channels: APPROVALS_CHANNEL ? [APPROVALS_CHANNEL] : [] },
    { variable: 'CONFIRMATIONS_CHANNEL', channels: CONFIRMATIONS_CHANNEL ? [CONFIRMATIONS_CHANNEL] : [] },
  ];
  const rules = {
    needed: values.APPROVAL_REQUIRED_FOR?.length !== 0,
    approvalsRequired: values.APPROVALS_REQUIRED ?? 1,
    allowSelfApproval: values.ALLOW_SELF_APPROVAL ?? false,
  };
  const mayPostAnywhere = !missingScopes.includes('chat:write.public');
  const found = await Promise.all([
    checkSlackChannels(
      slack,
      configured.filter(({ variable }) => !wrong.has(variable)),
      mayPostAnywhere,
    ),
    SUPERUSERS ? checkBotAdmins(slack, SUPERUSERS, { teamId, enterpriseId }, rules) : [],
  ]);
  return found.flat();
}

/** How Slack delivers: over Socket Mode with an app token, else over HTTP. */
async function checkDelivery(
  variables: ReadVariables,
  address: string,
  network: Network,
  bot: { slack: WebClient; botId: string | null } | null,
): Promise<Finding[]> {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret, HOST, PORT } = variables.values;
  if (appToken === undefined) {
    return modeOf(variables) === 'http' && HOST !== undefined && PORT !== undefined
      ? aboutHttp({ host: HOST, port: PORT })
      : [notKnown('How Slack delivers was not looked at, because its variables are wrong.')];
  }
  const found = await Promise.all([
    checkAppToken(clientFor(appToken, address, network)),
    ...(bot ? [checkSameApp(bot.slack, bot.botId, appToken)] : []),
  ]);
  const unused = off('SLACK_SIGNING_SECRET is set, and Socket Mode makes no use of it.');
  return signingSecret ? [...found, unused] : found;
}

function modeOf({ values, wrong }: ReadVariables): 'socket' | 'http' {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values;
  return signingSecret && !appToken && !wrong.has('SLACK_APP_TOKEN') ? 'http' : 'socket';
}

function clientFor(token: Secret, address: string, network: Network): WebClient {
  return createClients(token, address, network, slackSdkLogger(createLogger('silent'))).once;
}
