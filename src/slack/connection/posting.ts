import type { View } from '@slack/types';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { ChannelId, type MemberId } from '../../ids.ts';
import { type Message, type NewerBlock, PLAIN_POSTING } from '../../messages/kit/message.ts';
import { isTokenRejected } from './identity.ts';
import { type Response, ResponseUrlRefused, respond } from './response-url.ts';

/** Where a message is; or Slack's word for why it will never take this one. */
export type Posted = { kind: 'posted'; channel: ChannelId; ts: string } | Refused;
/** Slack will not do this, now or later. */
export type Refused = { kind: 'refused'; word: string };
export type Updated = { kind: 'shown' } | Refused;

/**
 * The one way in which messages and Home tabs get to Slack. What Slack refuses for good is an answer; what may go
 * away (a rate limit, an outage, a token that is refused) is thrown as the Web client throws it.
 */
export class Posting {
  readonly #client: WebClient;
  readonly #newerBlocks: NewerBlocks;
  readonly #dispatcher: Dispatcher;

  /** @param dispatcher of what goes to response URLs */
  constructor(client: WebClient, newerBlocks: NewerBlocks, dispatcher: Dispatcher) {
    this.#client = client;
    this.#newerBlocks = newerBlocks;
    this.#dispatcher = dispatcher;
  }

  /** Posts in a channel, or in a member's direct messages; with `threadTs` as a reply to that message. */
  async post(to: ChannelId | MemberId, message: Message, threadTs?: string): Promise<Posted> {
    return await unlessRefused(async () => {
      const { channel, ts } = await this.#newerBlocks.post(message, (version) =>
        this.#client.chat.postMessage({
          channel: to,
          ...version,
          ...(threadTs !== undefined && { thread_ts: threadTs }),
          ...PLAIN_POSTING,
        }),
      );
      return { kind: 'posted', channel: ChannelId.parse(channel), ts: ts ?? '' };
    });
  }

  async update({ channel, ts }: { channel: ChannelId; ts: string }, message: Message): Promise<Updated> {
    return await unlessRefused(async () => {
      await this.#newerBlocks.post(message, (version) =>
        this.#client.chat.update({ channel, ts, ...version, parse: PLAIN_POSTING.parse }),
      );
      return { kind: 'shown' };
    });
  }

  /** Shows a member their Home tab. Bots and people of other companies have none. */
  async publish(member: MemberId, view: View): Promise<Updated> {
    return await unlessRefused(async () => {
      await this.#client.views.publish({ user_id: member, view });
      return { kind: 'shown' };
    });
  }

  /** Answers through a command's or click's response URL. @throws {ResponseUrlRefused} */
  async respond(responseUrl: string, response: Response): Promise<void> {
    if (response.kind === 'delete-original') {
      return await respond(responseUrl, response, this.#dispatcher);
    }
    await this.#newerBlocks.post(response.message, (message) =>
      respond(responseUrl, { ...response, message }, this.#dispatcher),
    );
  }
}

async function unlessRefused<T>(show: () => Promise<T>): Promise<T | Refused> {
  try {
    return await show();
  } catch (error) {
    // A token that is refused may be mended by the operator, so that is no final answer either.
    const word = wordOf(error);
    if (word === null || PASSING.has(word) || isTokenRejected(word)) throw error;
    return { kind: 'refused', word };
  }
}

/** Answers of the Web API that may be others in a moment (docs.slack.dev, chat.postMessage, errors). */
const PASSING = new Set([
  'accesslimited',
  'fatal_error',
  'internal_error',
  'message_limit_exceeded',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** One of a message's versions, as it goes to Slack. */
type Version = Omit<Message, 'plainer'>;

/** The newer kinds of block that this Slack takes. One is not tried again here once only the plainer version was taken. */
export class NewerBlocks {
  readonly #log: Logger;
  readonly #refused = new Set<NewerBlock>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Posts a message in the best version that Slack takes. Rejects as `post` does when it takes none. */
  async post<T>({ plainer, ...version }: Message, post: (version: Version) => Promise<T>): Promise<T> {
    if (!plainer) return await post(version);
    if (this.#refused.has(plainer.without)) return await this.post(plainer.message, post);
    try {
      return await post(version);
    } catch (error) {
      if (wordOf(error) !== 'invalid_blocks') throw error;
      const posted = await this.post(plainer.message, post);
      this.#refused.add(plainer.without);
      this.#log.info(
        { block: plainer.without },
        'Slack does not take a kind of block, a plainer one is used',
      );
      return posted;
    }
  }
}

/** Slack's word for why it refused something; `null` for any other error. */
function wordOf(error: unknown): string | null {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  return error instanceof ResponseUrlRefused ? error.code : null;
}
