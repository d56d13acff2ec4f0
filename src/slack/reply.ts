import { WebAPIPlatformError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { SlackClients } from './clients.ts';
import type { Conversations } from './conversations.ts';
import type { ChannelId } from './ids.ts';
import type { Caller } from './incoming.ts';
import { type Message, PLAIN_POSTING, withFootnote } from './message.ts';
import type { Origin } from './origin.ts';
import { respond } from './response-url.ts';
import { channel as channelName, code, type Sentence, say } from './sentence.ts';

/** Where a result ended up, for a modal to tell. */
export type Delivered =
  | { kind: 'channel'; channel: ChannelId }
  | { kind: 'caller' }
  | { kind: 'direct-message' };

/**
 * Where the results of one request go. A command or click answers through its response URL; a modal posts to the
 * channel it was opened from; what started in the Home tab, or cannot be posted, goes to the caller's direct
 * message, with the reason.
 */
export class Reply {
  readonly #slack: SlackClients;
  readonly #conversations: Conversations;
  readonly #log: Logger;
  readonly #caller: Caller;
  readonly #origin: Origin;
  readonly #responseUrl: string | null;

  constructor(
    slack: SlackClients,
    conversations: Conversations,
    log: Logger,
    to: { caller: Caller; origin: Origin; responseUrl: string | null },
  ) {
    this.#slack = slack;
    this.#conversations = conversations;
    this.#log = log;
    this.#caller = to.caller;
    this.#origin = to.origin;
    this.#responseUrl = to.responseUrl;
  }

  /** A result: for the channel, unless the caller wants it alone or other companies read along. */
  async result(message: Message): Promise<Delivered> {
    const { channel } = this.#origin;
    if (this.#origin.private || channel === null) return await this.privately(message);
    const audience = await this.#conversations.audience(channel);
    if (audience !== 'own-workspace')
      return await this.privately(withFootnote(message, whyPrivate(audience, channel)));
    if (this.#responseUrl !== null && (await this.#respond(this.#responseUrl, 'channel', message))) {
      return { kind: 'channel', channel };
    }
    return await this.#post(channel, message);
  }

  /** For the caller alone: errors, refusals, and results where a channel is not the place. */
  async privately(message: Message): Promise<Delivered> {
    if (this.#responseUrl !== null && (await this.#respond(this.#responseUrl, 'caller', message))) {
      return { kind: 'caller' };
    }
    await this.#slack.posting.chat.postMessage({
      channel: this.#caller.memberId,
      ...message,
      ...PLAIN_POSTING,
    });
    return { kind: 'direct-message' };
  }

  /** Takes away the message whose button was clicked, once it has served. */
  async removeOriginal(): Promise<void> {
    if (this.#responseUrl === null) return;
    await respond(this.#responseUrl, { kind: 'delete-original' }).catch((error: Error) => {
      this.#log.warn({ err: error }, 'an answered choice stays on screen');
    });
  }

  async #respond(responseUrl: string, visibleTo: 'channel' | 'caller', message: Message): Promise<boolean> {
    try {
      await respond(responseUrl, { kind: 'post', visibleTo, message });
      return true;
    } catch (error) {
      this.#log.warn({ err: error }, 'a response URL failed, the direct message is used');
      return false;
    }
  }

  async #post(channel: ChannelId, message: Message): Promise<Delivered> {
    try {
      await this.#slack.posting.chat.postMessage({ channel, ...message, ...PLAIN_POSTING });
      return { kind: 'channel', channel };
    } catch (error) {
      if (!(error instanceof WebAPIPlatformError)) throw error;
      this.#log.info(
        { channel, error: error.data.error },
        'a channel does not take posts, the direct message is used',
      );
      return await this.privately(withFootnote(message, whyNotPosted(channel, error.data.error)));
    }
  }
}

function whyPrivate(audience: 'other-companies' | 'unknown', channel: ChannelId): Sentence {
  return audience === 'other-companies'
    ? say`Shown only to you: people of another company are in ${channelName(channel)}.`
    : say`Shown only to you: I am not in that channel, so I cannot tell who reads along. ${code('/invite')} me to share results there.`;
}

function whyNotPosted(channel: ChannelId, error: string): Sentence {
  const notIn = error === 'not_in_channel' || error === 'channel_not_found';
  return notIn
    ? say`I may not post in ${channelName(channel)}, so here it is. ${code('/invite')} me there to see results in the channel.`
    : say`Slack did not let me post in ${channelName(channel)} (${error}), so here it is.`;
}
