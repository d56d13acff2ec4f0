import type { Logger as SlackLogger } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Secret } from '../../config/secret.ts';
import { boundedFetch, MEBIBYTE } from '../../http/bounded-body.ts';
import type { Network } from '../../http/network.ts';

export type SlackClients = {
  /** One attempt of 2.5 s, for what a `trigger_id` or an acknowledgement waits for. A rate limit is an error at once. */
  quick: WebClient;
  /** 10 s an attempt, with two retries. Waits out rate limits. */
  patient: WebClient;
  /** One attempt of 10 s, for what the worker tries again itself. */
  once: WebClient;
};

/** Slack lets a `trigger_id` live for 3 seconds; what takes longer is of no use to it. */
const QUICK_TIMEOUT_MILLISECONDS = 2_500;
export const POSTING_TIMEOUT_MILLISECONDS = 10_000;

/** Fetches for every Web API client. No answer that the bot asks for comes near this size. */
export const slackFetch = ({ dispatcher }: Network) => boundedFetch(4 * MEBIBYTE, dispatcher);

const ONE_ATTEMPT = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };

/** Several clients, because one that waits out a rate limit holds back everything queued behind it. */
export function createClients(
  token: Secret,
  slackApiUrl: string,
  network: Network,
  logger: SlackLogger,
): SlackClients {
  const client = (options: WebClientOptions) =>
    new WebClient(token.reveal(), {
      slackApiUrl,
      logger,
      fetch: slackFetch(network),
      allowAbsoluteUrls: false,
      ...options,
    });
  return {
    quick: client({ timeout: QUICK_TIMEOUT_MILLISECONDS, ...ONE_ATTEMPT }),
    patient: client({
      timeout: POSTING_TIMEOUT_MILLISECONDS,
      retryConfig: { retries: 2, minTimeout: 300, factor: 2 },
    }),
    once: client({ timeout: POSTING_TIMEOUT_MILLISECONDS, ...ONE_ATTEMPT }),
  };
}
