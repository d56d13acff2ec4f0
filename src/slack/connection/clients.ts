import type { Logger as SlackLogger } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Secret } from '../../config/secret.ts';

export type SlackClients = {
  /** While a `trigger_id` or an acknowledgement runs out: one short attempt, and a rate limit is an error at once. */
  interactive: WebClient;
  /** For what may take its time: retries, and waits out rate limits. */
  posting: WebClient;
  /** For what is shown from the store: one attempt, as that is tried until it is shown. */
  background: WebClient;
};

/** Slack lets a `trigger_id` live for 3 seconds; what takes longer is of no use to it. */
const INTERACTIVE_TIMEOUT_MILLISECONDS = 2_500;
export const POSTING_TIMEOUT_MILLISECONDS = 10_000;

/** Several clients, because one that waits out a rate limit holds back everything queued behind it. */
export function createClients(token: Secret, slackApiUrl: string, logger: SlackLogger): SlackClients {
  const client = (options: WebClientOptions) =>
    new WebClient(token.reveal(), { slackApiUrl, logger, allowAbsoluteUrls: false, ...options });
  return {
    interactive: client({
      timeout: INTERACTIVE_TIMEOUT_MILLISECONDS,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
    posting: client({
      timeout: POSTING_TIMEOUT_MILLISECONDS,
      retryConfig: { retries: 2, minTimeout: 300, factor: 2 },
    }),
    background: client({
      timeout: POSTING_TIMEOUT_MILLISECONDS,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
  };
}
