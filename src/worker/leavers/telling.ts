import type { ChannelId, MemberId } from '../../ids.ts';
import type { Message } from '../../messages/kit/message.ts';
import { LEAVERS_ELSEWHERE, leaversMessage, MOST_LEAVERS } from '../../messages/leavers/leaver-message.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../../slack/connection/clients.ts';
import type { Members } from '../../slack/connection/members.ts';
import type { Posted, Posting, Updated } from '../../slack/connection/posting.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { TakenOver } from '../../store/held-lease.ts';
import { endLeavers, type Leaver, leaversIn, leaversToTell } from '../../store/leavers/leavers.ts';
import {
  addPlaces,
  claimPlace,
  duePlaces,
  type LeaverPlace,
  makeMessage,
} from '../../store/leavers/messages.ts';
import type { Store } from '../../store/store.ts';
import { ableBotAdmins, type BotAdminPlacesOptions, botAdminPlaces } from '../bot-admin-places.ts';
import { endInSlack } from './end-in-slack.ts';
import type { LeaverRows } from './rows.ts';

export type LeaverTellingOptions = BotAdminPlacesOptions & {
  store: Store;
  members: Members;
  rows: LeaverRows;
  posting: Posting;
  times: { leavers: { gather: number }; slowRetry: number };
};

/** Longer than it takes to read what is told, with a few calls to Fastly for each person. */
const LEASE_MILLISECONDS = 30 * POSTING_TIMEOUT_MILLISECONDS;
const AT_A_TIME = 50;

/** Tells bot admins who left, and keeps the messages up to date. Several replicas take turns, and tell of each once. */
export class LeaverTelling {
  readonly #options: LeaverTellingOptions;
  /** Until then nobody is told, by `performance.now()`, since there was nobody to tell. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(options: LeaverTellingOptions) {
    this.#options = options;
  }

  /** Makes one message of those who are to be told of, once they are gathered. @throws {FastlyError} {StoreUnavailable} */
  async gather(workspace: Workspace): Promise<void> {
    const { store, rows, times, log } = this.#options;
    if (performance.now() < this.#notBefore) return;
    const untold = await store.read((database) =>
      leaversToTell(database, store.engine, times.leavers.gather),
    );
    if (untold.length === 0) return;
    const places = await botAdminPlaces(this.#options);
    if (places.length === 0) {
      this.#notBefore = performance.now() + times.slowRetry;
      return;
    }
    const ids = await this.#stillGone(await rows.ranked(untold), workspace);
    if (ids.length === 0) return;
    const isMade = await store.transaction((transaction) =>
      makeMessage(transaction, ids, MOST_LEAVERS, places),
    );
    if (isMade) log.info({ leavers: ids.length }, 'bot admins are told who left');
  }

  /** Ends those who are back, of as many as get a row: the others are asked about once they get one. */
  async #stillGone(leavers: readonly Leaver[], workspace: Workspace): Promise<string[]> {
    const { store, members, log } = this.#options;
    const gone: string[] = [];
    for (const leaver of leavers) {
      const end = gone.length < MOST_LEAVERS ? await endInSlack(members, leaver, workspace) : null;
      if (end === null) {
        gone.push(leaver.id);
        continue;
      }
      await store.transaction((transaction) => endLeavers(transaction, leaver, end));
      log.info({ member: leaver.member, end }, 'a member who left is a leaver no more, so nobody is told');
    }
    return gone;
  }

  /** Brings the messages up to date that are not. @throws {StoreUnavailable} */
  async show(): Promise<void> {
    const { store, times, log } = this.#options;
    for (const id of await duePlaces(store, AT_A_TIME)) {
      const place = await claimPlace(store, id, LEASE_MILLISECONDS);
      if (place === null) continue;
      try {
        const { posted, again } = await this.#show(place).catch((error: unknown) => {
          if (error instanceof StoreUnavailable || error instanceof TakenOver) throw error;
          log.warn({ err: error }, 'a message about people who left could not be shown, trying again');
          return { posted: place.posted, again: true };
        });
        await place.end(posted, again ? times.slowRetry : null);
      } catch (error) {
        if (!(error instanceof TakenOver)) throw error;
      }
    }
  }

  /** `posted`: where the message is now. `again`: it is to be tried later. */
  async #show(place: LeaverPlace): Promise<{ posted: LeaverPlace['posted']; again: boolean }> {
    const { posted } = place;
    const drawn = await this.#message(place);
    if (drawn === null) return { posted, again: true };
    const { message, again } = drawn;
    await place.renew();
    const taken = await this.#take(place, message);
    switch (taken.kind) {
      case 'posted':
        return { posted: { channel: taken.channel, ts: taken.ts }, again };
      case 'shown':
        return { posted, again };
      case 'refused':
        this.#options.log.warn({ why: taken.word }, "Slack doesn't take a message about people who left");
        return { posted, again: taken.what?.kind === 'person' };
    }
  }

  /** A message that somebody has deleted is posted anew, while there is something to decide in it. */
  async #take({ place, posted }: LeaverPlace, message: Message): Promise<Posted | Updated> {
    const { posting } = this.#options;
    if (posted === null) return await posting.post(place, message);
    const updated = await posting.update(posted, message);
    if (updated.kind === 'shown' || !hasButtons(message)) return updated;
    const isDeleted = updated.what?.kind === 'final' && updated.what.instead === 'post-anew';
    return isDeleted ? await posting.post(place, message) : updated;
  }

  /** Null where Slack doesn't say who would read it. `again`: Fastly may show more of it soon. */
  async #message({ message, place }: LeaverPlace): Promise<{ message: Message; again: boolean } | null> {
    const { store, rows, conversations } = this.#options;
    const isChannel = isChannelId(place);
    if (isChannel) {
      const audience = await conversations.audienceOfChannel(place);
      if (audience === 'unknown') return null;
      if (audience === 'other-companies') {
        const admins = await ableBotAdmins(this.#options);
        await store.transaction((transaction) => addPlaces(transaction, message, admins));
        return { message: LEAVERS_ELSEWHERE, again: false };
      }
    }
    const { leavers, newer } = await store.read((database) => leaversIn(database, message));
    const shown = leavers.filter(({ position }) => position !== null);
    const counted = leavers.filter(({ position, state }) => position === null && state === 'told');
    const told = await rows.rowsOf(shown, isChannel ? 'channel' : 'direct');
    const { again } = told;
    return { message: leaversMessage(told.rows, counted.length + newer, Date.now()), again };
  }
}

function hasButtons({ blocks }: Message): boolean {
  return blocks.some(({ type }) => type === 'actions');
}

function isChannelId(place: ChannelId | MemberId): place is ChannelId {
  return /^[CG]/.test(place);
}
