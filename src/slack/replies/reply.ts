import type { Logger } from 'pino';
import type { ChannelId } from '../../ids.ts';
import { type Message, message, withFootnote } from '../../messages/kit/message.ts';
import { channel as channelName, code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { MeasuredInteraction } from '../../observability/measured-interaction.ts';
import { within } from '../../observability/within.ts';
import type { Origin } from '../carried.ts';
import type { Audience } from '../connection/conversations.ts';
import { type Response, ResponseUrlRefused } from '../connection/response-url.ts';
import type { Caller } from '../incoming.ts';
import { NeedsMending } from './outbox.ts';
import type { Services } from './services.ts';

/** Where a result is, or will be once the worker has posted it. `nowhere` when Slack refused it everywhere. */
export type Delivered =
  | { kind: 'channel'; channel: ChannelId }
  | { kind: 'caller' }
  /** `link`: the message's address; null where Slack does not say. */
  | { kind: 'direct-message'; link: string | null }
  /** Not where the caller is looking; they must still be told `sentence`. */
  | { kind: 'elsewhere'; sentence: Sentence }
  /** Slack does not take it yet. `channel`: where it should be; null for what only the caller sees. */
  | { kind: 'later'; channel: ChannelId | null }
  | { kind: 'nowhere' };

type MessagePlace = { channel: ChannelId; ts: string };

/** A result that is filled in: with what there is so far, and in the end with all of it. */
type GrowingResult = {
  soFar(message: Message): Promise<void>;
  whole(message: Message): Promise<Delivered>;
};

type Addressee = {
  caller: Caller;
  origin: Origin;
  responseUrl: string | null;
  deliveryKey: string;
  measured: MeasuredInteraction;
};

type ReplyServices = Pick<Services, 'posting' | 'conversations' | 'outbox' | 'intents' | 'times'>;

/**
 * Where the results of one interaction go. A command or click answers through its response URL; a modal posts to the
 * channel it was opened from; what started in the Home tab, or cannot be posted, goes to the caller's direct
 * message, with the reason. Never throws: the change has already been made, even if Slack refuses the message.
 *
 * What Slack does not take yet waits in the outbox, and the caller of a method does not wait for it. If that is lost with
 * the process, the worker of the next one tells what became of a change.
 */
export class Reply {
  readonly #services: ReplyServices;
  readonly #log: Logger;
  readonly #to: Addressee;
  #answered = false;
  /** Who reads along where the result goes, asked before there was a result. */
  #ahead: Promise<Audience> | null = null;
  /** Resolves when the 'still working' notice has been sent. */
  #said: Promise<unknown> = Promise.resolve();

  constructor(services: ReplyServices, log: Logger, to: Addressee) {
    this.#services = services;
    this.#log = log;
    this.#to = to;
  }

  /** Begins to ask who reads along where the result will go, so that the result need not wait for that. */
  resultFollows(): void {
    const { caller, origin } = this.#to;
    if (origin.private || origin.channel === null) return;
    this.#ahead ??= this.#services.conversations.audience(origin.channel, caller);
  }

  /** Posts a result in the channel, or privately if the caller asked for that or another company can read the channel. */
  async result(message: Message): Promise<Delivered> {
    const { channel } = this.#to.origin;
    return await this.#send(channel, () => this.#showResult(message));
  }

  /**
   * Posts a result in the channel that is filled in as more is done. Where the bot can't change what it posts, and where
   * only the caller may see it, the result comes at the end.
   */
  async growing(first: Message): Promise<GrowingResult> {
    const place = await this.#postToGrow(first);
    const fill = (message: Message) =>
      this.#send(this.#to.origin.channel, () =>
        place ? this.#fill(place, message) : this.#showResult(message),
      );
    return {
      soFar: async (message) => {
        if (place) await fill(message);
      },
      whole: fill,
    };
  }

  /**
   * Posts to the caller only: errors, refusals and private results.
   *
   * @param kept the message where only a direct message is left, which Slack keeps
   */
  async privately(message: Message, kept = message): Promise<Delivered> {
    return await this.#send(null, () => this.#tell(message, kept));
  }

  formOpened(): void {
    this.#answered = true;
  }

  /** Waits for the work. After `answerWithin` without an answer, tells the caller that it is still running. */
  async waitFor(work: Promise<void>): Promise<void> {
    const done = work.then(() => true);
    const inTime = await within(done, this.#services.times.answerWithin);
    if (inTime === null && !this.#answered) {
      const notice = this.#respond('caller', message(say`Still working on it…`));
      this.#said = notice.catch((error: Error) => {
        this.#log.info({ err: error }, "Slack limits the bot, so the caller wasn't told that it still works");
      });
      await this.#said;
    }
    await work;
  }

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
    await this.#send(null, async () => {
      const why = await this.#whyPrivate();
      if (why !== null) return await this.#tell(withFootnote(message, why));
      const replaced = await this.#throughUrl({ kind: 'replace-original', message });
      return replaced ? { kind: 'caller' } : await this.#tell(message);
    });
  }

  /** Has the outbox send an answer. @param channel where it should be, null for what only the caller sees */
  async #send(channel: ChannelId | null, attempt: () => Promise<Delivered>): Promise<Delivered> {
    this.#answered = true;
    await this.#said;
    const { caller, deliveryKey, measured } = this.#to;
    const { outbox, intents } = this.#services;
    const noted = async (write: Promise<void>) => {
      await write.catch((error: unknown) => {
        this.#log.warn({ err: error }, 'whether a change was told could not be recorded');
      });
    };
    try {
      const sent = await outbox.send(caller.memberId, {
        attempt: async () => {
          const delivered = await attempt();
          if (delivered.kind !== 'nowhere') measured.answered();
          return delivered;
        },
        waits: (milliseconds) => noted(intents.untold(deliveryKey, milliseconds)),
        takenLate: () => noted(intents.told({ deliveryKey })),
        log: this.#log,
      });
      return sent ?? { kind: 'later', channel };
    } catch (error) {
      this.#log.error({ err: error }, 'an answer could not be sent');
      return { kind: 'nowhere' };
    }
  }

  /** Asks who reads along at each attempt, as the channel may be shared with another company by then. */
  async #showResult(message: Message): Promise<Delivered> {
    const { channel, private: alone } = this.#to.origin;
    if (alone || channel === null) return await this.#tell(message);
    const why = await this.#whyPrivate();
    if (why !== null) return await this.#tell(withFootnote(message, why));
    if (await this.#respond('channel', message)) return { kind: 'channel', channel };
    const posted = await this.#services.posting.post(channel, message);
    if (posted.kind === 'posted') return { kind: 'channel', channel };
    this.#log.warn(
      { channel, why: posted.word },
      'a channel does not take posts, the direct message is used',
    );
    return await this.#tell(withFootnote(message, whyNotPosted(channel, posted.word)));
  }

  /** Null where the message can't be changed later, or Slack doesn't take it now. */
  async #postToGrow(first: Message): Promise<MessagePlace | null> {
    const { channel, private: alone } = this.#to.origin;
    if (alone || channel === null) return null;
    try {
      if ((await this.#whyPrivate()) !== null) return null;
      const posted = await this.#services.posting.post(channel, first);
      if (posted.kind === 'refused') return null;
      this.#answered = true;
      this.#to.measured.answered();
      return posted;
    } catch (error) {
      this.#log.warn({ err: error }, 'a result could not be posted before it was complete');
      return null;
    }
  }

  async #fill(place: MessagePlace, message: Message): Promise<Delivered> {
    const why = await this.#whyPrivate();
    if (why !== null) return await this.#tell(withFootnote(message, why));
    const { kind } = await this.#services.posting.update(place, message);
    return kind === 'shown' ? { kind: 'channel', channel: place.channel } : await this.#showResult(message);
  }

  /** @throws {NeedsMending} */
  async #tell(message: Message, kept = message): Promise<Delivered> {
    if (await this.#respond('caller', message)) return { kind: 'caller' };
    const posted = await this.#services.posting.post(this.#to.caller.memberId, kept);
    if (posted.kind === 'posted') {
      const link = await this.#services.conversations.linkTo(posted.channel, posted.ts);
      return { kind: 'direct-message', link };
    }
    // A member whom Slack does not find is gone. Anything else may be mended while the answer is still of use.
    if (posted.what?.kind === 'person' && posted.what.who !== 'member') throw new NeedsMending(posted.word);
    this.#log.error({ why: posted.word }, 'the caller could not be told');
    return { kind: 'nowhere' };
  }

  /** Why only the caller may see what was meant for all in the channel; null where all may. */
  async #whyPrivate(): Promise<Sentence | null> {
    const { caller, origin } = this.#to;
    if (origin.private || origin.channel === null) return null;
    const ahead = await this.#ahead;
    this.#ahead = null;
    // What Slack tells is kept for as long as it counts. Where the bot may not look, nothing is.
    const audience =
      ahead === 'hidden' ? ahead : await this.#services.conversations.audience(origin.channel, caller);
    return audience === 'own-workspace' ? null : whyPrivate(audience, origin.channel);
  }

  /** @throws as `#throughUrl` */
  async #respond(visibleTo: 'channel' | 'caller', message: Message): Promise<boolean> {
    return await this.#throughUrl({ kind: 'post', visibleTo, message });
  }

  /** Gives false where there is no response URL, or where it fails. @throws {ResponseUrlRefused} while Slack limits the bot */
  async #throughUrl(response: Response): Promise<boolean> {
    const { responseUrl } = this.#to;
    if (responseUrl === null) return false;
    try {
      await this.#services.posting.respond(responseUrl, response);
      return true;
    } catch (error) {
      if (error instanceof ResponseUrlRefused && error.retryAfter !== null) throw error;
      this.#log.warn({ err: error }, 'a response URL failed, the direct message is used');
      return false;
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
