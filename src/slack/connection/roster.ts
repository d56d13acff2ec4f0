import { setTimeout as pause } from 'node:timers/promises';
import { WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { MemberId } from '../../ids.ts';
import type { Logger } from '../../observability/log.ts';
import { memberPages } from './member-pages.ts';
import { askForAddress, askForMember, type KnownMember, SlackUser } from './members.ts';

/** The pauses between calls, in milliseconds. */
type Pace = { member: number; address: number; page: number };

export type RosterOptions = {
  slack: WebClient;
  pace: Pace;
  stopping: AbortSignal;
  log: Logger;
};

/** What Slack recommends (docs.slack.dev, pagination). */
const PAGE_LENGTH = 200;

/** Of many members, only what the bot reads is kept. */
const Listed = z.object(SlackUser.shape);

/**
 * Asks Slack about many members, one call after the other at a pace that leaves room for other calls. A rate limit is
 * waited out. Each method throws where Slack doesn't answer, and when the bot stops.
 */
export class Roster {
  readonly #options: RosterOptions;
  readonly #nextAt: Record<keyof Pace, number> = { member: 0, address: 0, page: 0 };

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** docs.slack.dev, users.info */
  async member(id: MemberId): Promise<KnownMember> {
    return await this.#paced('member', (slack) => askForMember(slack, id));
  }

  /** docs.slack.dev, users.lookupByEmail: a deactivated member is `nobody`. */
  async withAddress(address: string): Promise<SlackUser | 'nobody'> {
    return await this.#paced('address', (slack) => askForAddress(slack, address));
  }

  /**
   * All members, the deactivated included: all of them, or it throws (docs.slack.dev, users.list).
   *
   * @param afterPage what it throws ends the listing
   */
  async all(afterPage: () => Promise<void> = async () => {}): Promise<SlackUser[]> {
    const all: SlackUser[] = [];
    let unreadable = 0;
    const ask = (from: { cursor?: string }) =>
      this.#paced('page', (slack) => slack.users.list({ limit: PAGE_LENGTH, ...from }));
    for await (const members of memberPages(ask)) {
      for (const each of members) {
        const { data } = Listed.safeParse(each);
        if (data) all.push(data);
        else unreadable += 1;
      }
      await afterPage();
    }
    if (unreadable > 0) {
      this.#options.log.warn({ unreadable }, "some members of Slack's list could not be read");
    }
    return all;
  }

  async #paced<T>(what: keyof Pace, call: (slack: WebClient) => Promise<T>): Promise<T> {
    const { slack, pace, stopping: signal } = this.#options;
    for (;;) {
      const wait = this.#nextAt[what] - performance.now();
      if (wait > 0) await pause(wait, undefined, { signal, ref: false });
      signal.throwIfAborted();
      this.#nextAt[what] = performance.now() + pace[what];
      try {
        return await call(slack);
      } catch (error) {
        if (!(error instanceof WebAPIRateLimitedError)) throw error;
        this.#nextAt[what] = performance.now() + error.retryAfter * 1_000;
      }
    }
  }
}
