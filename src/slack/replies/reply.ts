import type { Logger } from 'pino';
import type { Times } from '../../config/times.ts';
import type { ChannelId, MemberId } from '../../ids.ts';
import { type Message, message, withFootnote } from '../../messages/kit/message.ts';
import { channel as channelName, code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Origin } from '../carried.ts';
import type { Audience } from '../connection/conversations.ts';
import type { Posted } from '../connection/posting.ts';
import type { Caller } from '../incoming.ts';
import type { Services } from './services.ts';

/** Where a result is, or will be once the worker has posted it. `nowhere` when Slack refused it everywhere. */
export type Delivered =
  | { kind: 'channel'; channel: ChannelId }
  | { kind: 'caller' }
  /** `link`: the message's address; null where Slack does not say. */
  | { kind: 'direct-message'; link: string | null }
  /** Not where the caller is looking; they must still be told `sentence`. */
  | { kind: 'elsewhere'; sentence: Sentence }
  | { kind: 'nowhere' };

/** Whom an interaction answers, and how. */
type Addressee = { caller: Caller; origin: Origin; responseUrl: string | null };

/**
 * Where the results of one interaction go. A command or click answers through its response URL; a modal posts to the
 * channel it was opened from; what started in the Home tab, or cannot be posted, goes to the caller's direct
 * message, with the reason. Never throws: the change has already been made, even if Slack refuses the message.
 */
export class Reply {
  readonly #services: Pick<Services, 'posting' | 'conversations' | 'times'>;
  readonly #log: Logger;
  readonly #to: Addressee;
  /** Whether the caller has seen an answer or a form. */
  #answered = false;
  /** Resolves when the 'still working' notice has been sent. */
  #said: Promise<unknown> = Promise.resolve();

  constructor(services: Pick<Services, 'posting' | 'conversations' | 'times'>, log: Logger, to: Addressee) {
    this.#services = services;
    this.#log = log;
    this.#to = to;
  }

  /** Posts a result in the channel, or privately if the caller asked for that or another company can read the channel. */
  async result(message: Message): Promise<Delivered> {
    this.#answered = true;
    await this.#said;
    const { caller, origin } = this.#to;
    const { channel } = origin;
    if (origin.private || channel === null) return await this.privately(message);
    const audience = await this.#services.conversations.audience(channel, caller);
    if (audience !== 'own-workspace')
      return await this.privately(withFootnote(message, whyPrivate(audience, channel)));
    if (await this.#respond('channel', message)) return { kind: 'channel', channel };
    const posted = await this.#post(channel, message);
    if (posted.kind === 'posted') return { kind: 'channel', channel };
    this.#log.warn(
      { channel, why: posted.word },
      'a channel does not take posts, the direct message is used',
    );
    return await this.privately(withFootnote(message, whyNotPosted(channel, posted.word)));
  }

  /**
   * Posts to the caller only: errors, refusals and private results.
   *
   * @param kept the message where only a direct message is left, which Slack keeps
   */
  async privately(message: Message, kept = message): Promise<Delivered> {
    this.#answered = true;
    await this.#said;
    if (await this.#respond('caller', message)) return { kind: 'caller' };
    const posted = await this.#post(this.#to.caller.memberId, kept);
    if (posted.kind === 'posted') {
      const link = await this.#services.conversations.linkTo(posted.channel, posted.ts);
      return { kind: 'direct-message', link };
    }
    this.#log.error({ why: posted.word }, 'the caller could not be told');
    return { kind: 'nowhere' };
  }

  /** Counts as an answer. */
  formOpened(): void {
    this.#answered = true;
  }

  /** Waits for the work. After `answerWithin` without an answer, tells the caller that it is still running. */
  async waitFor(work: Promise<void>): Promise<void> {
    const done = work.then(() => true);
    const inTime = await withinAnswerTime(done, this.#services.times);
    if (inTime === null && !this.#answered) {
      this.#said = this.#respond('caller', message(say`Still working on it…`));
      await this.#said;
    }
    await work;
  }

  /** Deletes the message whose button was clicked. */
  async removeOriginal(): Promise<void> {
    const { responseUrl } = this.#to;
    if (responseUrl === null) return;
    await this.#services.posting.respond(responseUrl, { kind: 'delete-original' }).catch((error: Error) => {
      this.#log.warn({ err: error }, 'an answered choice stays on screen');
    });
  }

  /**
   * Replaces the message whose button was clicked. Where that fails, or another company can read a message that others
   * see, posts privately.
   */
  async replaceOriginal(message: Message): Promise<void> {
    const { responseUrl, caller, origin } = this.#to;
    const { channel } = origin;
    if (!origin.private && channel !== null) {
      const audience = await this.#services.conversations.audience(channel, caller);
      if (audience !== 'own-workspace') {
        await this.privately(withFootnote(message, whyPrivate(audience, channel)));
        return;
      }
    }
    try {
      if (responseUrl === null) throw new Error('the click came without a response URL');
      await this.#services.posting.respond(responseUrl, { kind: 'replace-original', message });
    } catch (error) {
      this.#log.warn({ err: error }, 'a message could not be replaced');
      await this.privately(message);
    }
  }

  /** Gives false where there is no response URL, or where it fails. */
  async #respond(visibleTo: 'channel' | 'caller', message: Message): Promise<boolean> {
    const { responseUrl } = this.#to;
    if (responseUrl === null) return false;
    try {
      await this.#services.posting.respond(responseUrl, { kind: 'post', visibleTo, message });
      return true;
    } catch (error) {
      this.#log.warn({ err: error }, 'a response URL failed, the direct message is used');
      return false;
    }
  }

  /** Counts an outage that outlasts the client's retries as refused, so that the caller doesn't wait longer. */
  async #post(to: ChannelId | MemberId, message: Message): Promise<Posted> {
    try {
      return await this.#services.posting.post(to, message);
    } catch (error) {
      this.#log.warn({ err: error }, 'Slack did not answer a posting');
      return { kind: 'refused', word: 'no answer' };
    }
  }
}

function whyPrivate(audience: Exclude<Audience, 'own-workspace'>, channel: ChannelId): Sentence {
  switch (audience) {
    case 'other-companies':
      return say`Shown only to you, because people of another company are in ${channelName(channel)}.`;
    case 'hidden':
      return say`Shown only to you, because the bot isn't in that channel and can't check who reads it. Add the bot with ${code('/invite')} to share results there.`;
    case 'unknown':
      return say`Shown only to you, because Slack didn't say who can read ${channelName(channel)}. Try again to share it.`;
  }
}

function whyNotPosted(channel: ChannelId, error: string): Sentence {
  const notIn = error === 'not_in_channel' || error === 'channel_not_found';
  return notIn
    ? say`Sent to you directly, because the bot can't post in ${channelName(channel)}. Add it there with ${code('/invite')} to see results in the channel.`
    : say`Sent to you directly, because Slack didn't accept a post in ${channelName(channel)} (${error}).`;
}

/** The result of `work`, or `null` if it takes longer than `answerWithin` milliseconds. The work continues. */
export async function withinAnswerTime<T>(
  work: Promise<T>,
  { answerWithin }: Pick<Times, 'answerWithin'>,
): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, answerWithin, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
