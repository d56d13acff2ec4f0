import type { Logger as SlackLogger } from '@slack/bolt';
import {
  SlackError,
  type WebAPICallResult,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import type { Secret } from '../../config/secret.ts';
import { boundedFetch, MEBIBYTE } from '../../http/bounded-body.ts';
import type { Network } from '../../http/network.ts';
import { wordOf } from './refused-words.ts';

export type SlackClients = {
  /** One attempt of 2.5 s, for what a `trigger_id` or an acknowledgement waits for. A rate limit is an error at once. */
  quick: WebClient;
  /** One attempt of 10 s, for what the outbox or the worker tries again. A rate limit is an error at once. */
  once: WebClient;
};

/** Slack lets a `trigger_id` live for 3 seconds; what takes longer is of no use to it. */
const QUICK_TIMEOUT_MILLISECONDS = 2_500;
export const POSTING_TIMEOUT_MILLISECONDS = 10_000;

const LONGEST_LIMIT_SECONDS = 60 * 60;

/** Fetches for every Web API client. No answer that the bot asks for comes near this size. */
export const slackFetch = ({ dispatcher }: Network) => boundedFetch(4 * MEBIBYTE, dispatcher);

const ONE_ATTEMPT = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };

/** Told how each call was answered: with an error, or null where it succeeded. */
type OnAnswer = (error: unknown) => void;

class WatchedClient extends WebClient {
  readonly #onAnswer: OnAnswer;

  constructor(token: Secret, options: WebClientOptions, onAnswer: OnAnswer) {
    super(token.reveal(), options);
    this.#onAnswer = onAnswer;
  }

  override async apiCall(method: string, options?: Record<string, unknown>): Promise<WebAPICallResult> {
    try {
      const result = await super.apiCall(method, options);
      this.#onAnswer(null);
      return result;
    } catch (thrown) {
      const error = slackErrorOf(thrown);
      this.#onAnswer(error);
      throw error;
    }
  }
}

/**
 * The SDK throws other errors, too: where an answer breaks off or is `null`, and where a limit names no seconds. All of
 * them pass. It takes a web page for Slack's word, and has all of it in its message. A limit of no seconds would have
 * the bot try without a pause, one of years never again; a timer that is set for weeks fires at once.
 */
function slackErrorOf(thrown: unknown): SlackError {
  if (thrown instanceof WebAPIRateLimitedError) {
    return new WebAPIRateLimitedError(Math.min(Math.max(thrown.retryAfter, 1), LONGEST_LIMIT_SECONDS));
  }
  if (thrown instanceof WebAPIPlatformError && wordOf(thrown) === null) {
    return new WebAPIRequestError(new Error("a page came back, not an answer of Slack's"));
  }
  if (thrown instanceof SlackError) return thrown;
  return new WebAPIRequestError(thrown instanceof Error ? thrown : new Error(String(thrown)));
}

/** Neither waits out a rate limit: a client that does holds back everything queued behind it, whoever that is for. */
export function createClients(
  token: Secret,
  slackApiUrl: string,
  network: Network,
  logger: SlackLogger,
  onAnswer: OnAnswer = () => {},
): SlackClients {
  const common = { slackApiUrl, logger, fetch: slackFetch(network), allowAbsoluteUrls: false };
  const client = (options: WebClientOptions) => new WatchedClient(token, { ...common, ...options }, onAnswer);
  return {
    quick: client({ timeout: QUICK_TIMEOUT_MILLISECONDS, ...ONE_ATTEMPT }),
    once: client({ timeout: POSTING_TIMEOUT_MILLISECONDS, ...ONE_ATTEMPT }),
  };
}
