import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { ChannelId, type MemberId } from '../../ids.ts';
import type { Caller } from '../incoming.ts';
import { KeptAnswers } from './kept-answers.ts';
import { wordOf } from './refused-words.ts';

/** Who reads along: `hidden` where the bot is not let in to look, `unknown` where Slack did not say. */
export type Audience = 'own-workspace' | 'other-companies' | 'hidden' | 'unknown';

const FRESH_MILLISECONDS = 10_000;
const MOST_LINKS = 1_000;

/** What the bot knows of channels, direct messages and messages, asked of Slack and kept: what may change, for 10 seconds. */
export class Conversations {
  readonly #slack: WebClient;
  readonly #log: Logger;
  readonly #audiences: KeptAnswers<ChannelId, Audience, Audience>;
  readonly #directMessages = new Map<MemberId, ChannelId>();
  readonly #links = new Map<string, string>();

  constructor(slack: WebClient, log: Logger) {
    this.#slack = slack;
    this.#log = log;
    this.#audiences = new KeptAnswers(
      (channel) => askForAudience(slack, channel),
      (channel, error) => {
        log.debug({ channel, err: error }, 'could not look at a channel');
        return wordOf(error) === 'channel_not_found' ? 'hidden' : 'unknown';
      },
    );
  }

  /** Who reads along in a channel, or in the caller's direct message with the bot. */
  async audience(channel: ChannelId, caller: Caller): Promise<Audience> {
    if (isDirect(channel)) return (await this.isDirectMessage(channel, caller)) ? 'own-workspace' : 'hidden';
    return await this.audienceOfChannel(channel);
  }

  /** Who reads along in a channel that is no direct message. */
  async audienceOfChannel(channel: ChannelId): Promise<Audience> {
    return await this.#audiences.since(channel, Date.now() - FRESH_MILLISECONDS);
  }

  async isDirectMessage(channel: ChannelId, caller: Caller): Promise<boolean> {
    return (await this.directMessage(caller)) === channel;
  }

  /** The caller's direct message with the bot; `null` where Slack does not say. */
  async directMessage({ memberId }: Caller): Promise<ChannelId | null> {
    const known = this.#directMessages.get(memberId);
    if (known) return known;
    try {
      const { channel: opened } = await this.#slack.conversations.open({ users: memberId });
      const id = ChannelId.safeParse(opened?.id).data ?? null;
      if (id) this.#directMessages.set(memberId, id);
      return id;
    } catch (error) {
      this.#log.warn({ member: memberId, err: error }, 'a direct message could not be opened');
      return null;
    }
  }

  /** The address of a message, which stays the same; `null` where Slack does not say. */
  async linkTo(channel: ChannelId, ts: string): Promise<string | null> {
    const message = `${channel} ${ts}`;
    const known = this.#links.get(message);
    if (known !== undefined) return known;
    try {
      const { permalink } = await this.#slack.chat.getPermalink({ channel, message_ts: ts });
      if (permalink === undefined) return null;
      const [oldest] = this.#links.keys();
      if (this.#links.size >= MOST_LINKS && oldest !== undefined) this.#links.delete(oldest);
      this.#links.set(message, permalink);
      return permalink;
    } catch (error) {
      this.#log.info({ channel, ts, err: error }, 'Slack gave no link to a message');
      return null;
    }
  }
}

/** @throws where Slack doesn't answer, or shows the bot no such channel */
async function askForAudience(slack: WebClient, channel: ChannelId): Promise<Audience> {
  const { channel: info } = await slack.conversations.info({ channel });
  if (!info) throw new Error('Slack said nothing of the channel');
  const shared = info.is_ext_shared || info.is_pending_ext_shared || info.is_org_shared;
  return shared ? 'other-companies' : 'own-workspace';
}

export function isDirect(channel: ChannelId): boolean {
  return channel.startsWith('D');
}
