import type { View } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { ChannelId, type MemberId } from '../../ids.ts';
import { plainHome } from '../../messages/home.ts';
import { formsOf, type Message, PLAIN_POSTING, withoutNoBlocks } from '../../messages/kit/message.ts';
import type { Sentence } from '../../messages/kit/sentence.ts';
import { refusedBlocks } from './refused-blocks.ts';
import { type Method, type SlackRefusal, whatToDo } from './refused-words.ts';
import { type Response, respond } from './response-url.ts';

export type Posted = { kind: 'posted'; channel: ChannelId; ts: string } | Refused;
/**
 * Slack will not do this: never, or not before a person has mended what `what` says. `what` is left out where nobody
 * waits for an answer any longer.
 */
export type Refused = { kind: 'refused'; word: string; what?: Exclude<SlackRefusal, { kind: 'passes' }> };
export type Updated = { kind: 'shown' } | Refused;
/** `hash` stands for what the Home shows now; null where Slack does not tell it. */
export type Published = { kind: 'shown'; hash: string | null } | Refused;

/**
 * The one way in which messages and Home tabs get to Slack. Where Slack refuses the form of something, a simpler one is
 * shown in its place, in the end its text alone. What Slack refuses for good, or until a person mends it, is an answer;
 * what passes (a rate limit, an outage, a word that is not known) is thrown as the Web client throws it.
 */
export class Posting {
  readonly #client: WebClient;
  readonly #dispatcher: Dispatcher;
  readonly #log: Logger;

  /** @param dispatcher of what goes to response URLs */
  constructor(client: WebClient, dispatcher: Dispatcher, log: Logger) {
    this.#client = client;
    this.#dispatcher = dispatcher;
    this.#log = log;
  }

  /** Posts in a channel, or in a member's direct messages; with `threadTs` as a reply to that message. */
  async post(to: ChannelId | MemberId, message: Message, threadTs?: string): Promise<Posted> {
    return await unlessRefused('chat.postMessage', async () => {
      const { channel, ts } = await this.#inAForm('chat.postMessage', formsOf(message), (form) =>
        this.#client.chat.postMessage({
          channel: to,
          ...withoutNoBlocks(form),
          ...(threadTs !== undefined && { thread_ts: threadTs }),
          ...PLAIN_POSTING,
        }),
      );
      return { kind: 'posted', channel: ChannelId.parse(channel), ts: ts ?? '' };
    });
  }

  async update({ channel, ts }: { channel: ChannelId; ts: string }, message: Message): Promise<Updated> {
    return await unlessRefused('chat.update', async () => {
      // An update keeps the blocks that it leaves out, so no blocks are an empty list.
      await this.#inAForm('chat.update', formsOf(message), (form) =>
        this.#client.chat.update({ channel, ts, ...form, parse: PLAIN_POSTING.parse }),
      );
      return { kind: 'shown' };
    });
  }

  /**
   * Shows a member their Home tab. Bots and people of other companies have none.
   *
   * @param inWords shown where Slack refuses the form of `view`
   * @param hash of what it replaces; where the Home shows something else by now, Slack's `hash_conflict` is thrown
   */
  async publish(member: MemberId, view: View, inWords: Sentence, hash: string | null): Promise<Published> {
    return await unlessRefused('views.publish', async () => {
      const replaced = hash === null ? {} : { hash };
      const published = await this.#inAForm('views.publish', [view, plainHome(inWords)], (form) =>
        this.#client.views.publish({ user_id: member, view: form, ...replaced }),
      );
      return { kind: 'shown', hash: published.view?.hash ?? null };
    });
  }

  /** Answers through a command's or click's response URL. @throws {ResponseUrlRefused} */
  async respond(responseUrl: string, response: Response): Promise<void> {
    if (response.kind === 'delete-original') {
      return await respond(responseUrl, response, this.#dispatcher);
    }
    await this.#inAForm('response_url', formsOf(response.message), (form) =>
      respond(responseUrl, { ...response, message: form }, this.#dispatcher),
    );
  }

  /** Shows something in the best of its forms that Slack takes. Rejects as `show` does with the last, or for another reason. */
  async #inAForm<Form extends { blocks: readonly { type: string }[] }, Answer>(
    method: Method,
    [form, ...simpler]: readonly [Form, ...Form[]],
    show: (form: Form) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await show(form);
    } catch (error) {
      const [next, ...others] = simpler;
      const { kind, word } = whatToDo(method, error);
      if (kind !== 'form') throw error;
      const refused = refusedBlocks(error, form);
      this.#log.warn({ method, why: word, refused }, 'Slack does not take something in this form');
      if (next === undefined) throw error;
      return await this.#inAForm(method, [next, ...others], show);
    }
  }
}

async function unlessRefused<T>(method: Method, show: () => Promise<T>): Promise<T | Refused> {
  try {
    return await show();
  } catch (error) {
    const what = whatToDo(method, error);
    if (what.kind === 'passes') throw error;
    return { kind: 'refused', word: what.word ?? '', what };
  }
}
