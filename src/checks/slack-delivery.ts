import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { CredentialRefused, type Secret } from '../config/secret.ts';
import { throwIfRefused } from '../slack/connection/identity.ts';
import { whatToDo, wordOf } from '../slack/connection/refused-words.ts';
import { NEW_TOKEN } from '../slack/connection/socket-problems.ts';
import { type Finding, fine, notKnown, wrong } from './finding.ts';
import { notTold } from './slack-call.ts';

/**
 * Whether the app token opens connections. None is opened: Slack would hand it somebody's command.
 *
 * @param slack a client with the app token
 */
export async function checkAppToken(slack: WebClient): Promise<Finding> {
  try {
    await slack.apps.connections.open({});
    return fine('SLACK_APP_TOKEN opens connections: commands come over Socket Mode. None was opened now.');
  } catch (error) {
    return appTokenRefusal(error);
  }
}

function appTokenRefusal(error: unknown): Finding {
  if (wordOf(error) === 'missing_scope') {
    const what = 'SLACK_APP_TOKEN lacks the scope connections:write, so it opens no connection.';
    return wrong(what, NEW_TOKEN);
  }
  try {
    throwIfRefused(error, 'SLACK_APP_TOKEN', NEW_TOKEN);
  } catch (refused) {
    if (refused instanceof CredentialRefused) return { mark: 'wrong', ...refused.problem };
  }
  const refusal = whatToDo('apps.connections.open', error);
  if ('remedy' in refusal) {
    const what = `Slack opens no connection for SLACK_APP_TOKEN (${refusal.word}).`;
    return wrong(what, refusal.remedy);
  }
  return notTold("Slack didn't say whether SLACK_APP_TOKEN opens connections", error);
}

const Bot = z.object({ bot: z.object({ app_id: z.string() }) });

/** Slack doesn't document it, and all tokens have it: the app's id is the third part of `xapp-1-A0123ABCD-…`. */
const APP_OF_TOKEN = /^xapp-\d+-(A[A-Z0-9]+)-/;

/**
 * Whether both tokens are of one Slack app (docs.slack.dev, bots.info).
 *
 * @param slack a client with the bot token
 */
export async function checkSameApp(
  slack: WebClient,
  botId: string | null,
  appToken: Secret,
): Promise<Finding> {
  const [, appOfAppToken] = APP_OF_TOKEN.exec(appToken.reveal()) ?? [];
  const unknown = 'Whether both Slack tokens are of the same Slack app is not known';
  if (botId === null || appOfAppToken === undefined) return notKnown(`${unknown}.`);
  try {
    const { app_id: appOfBot } = Bot.parse(await slack.bots.info({ bot: botId })).bot;
    if (appOfBot === appOfAppToken) {
      return fine(`Both Slack tokens are of the same Slack app (${appOfBot}).`);
    }
    return wrong(
      `SLACK_APP_TOKEN is of the Slack app ${appOfAppToken}, SLACK_BOT_TOKEN of ${appOfBot}: no command reaches the bot.`,
      'Copy both tokens from the same app at https://api.slack.com/apps.',
    );
  } catch (error) {
    return notTold(unknown, error);
  }
}

/** What can be said of HTTP mode from here: only Slack knows the URL that it was given and the secret that it signs with. */
export function aboutHttp(listens: { host: string; port: number }): Finding[] {
  return [
    notKnown(
      `Whether Slack reaches the bot is not known here. In the Slack app, every Request URL must be https://(the bot's public address)/slack/events and lead to ${listens.host}:${listens.port}.`,
    ),
    notKnown(
      'SLACK_SIGNING_SECRET can\'t be checked from outside. If it is wrong, the running bot logs "a request without Slack\'s signature was refused".',
    ),
  ];
}
