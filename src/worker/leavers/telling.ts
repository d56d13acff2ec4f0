import type { ChannelId, MemberId } from '../../ids.ts';
import type { Message } from '../../messages/kit/message.ts';
import { LEAVERS_ELSEWHERE, leaversMessage, MOST_LEAVERS } from '../../messages/leavers/leaver-message.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../../slack/connection/clients.ts';
import type { Posted, Posting, Updated } from '../../slack/connection/posting.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { TakenOver } from '../../store/held-lease.ts';
import { leaversIn, leaversToTell } from '../../store/leavers/leavers.ts';
import {
  addPlaces,
  claimPlace,
  duePlaces,
  type LeaverPlace,
  makeMessage,
} from '../../store/leavers/messages.ts';
import type { Store } from '../../store/store.ts';
import { ableBotAdmins, type BotAdminPlacesOptions, botAdminPlaces } from '../bot-admin-places.ts';
import type { LeaverRows } from './rows.ts';

export type LeaverTellingOptions = BotAdminPlacesOptions & {
  store: Store;
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

  constructor(options: LeaverTellingOptions) {
    this.#options = options;
  }

  /** Makes one message of those who are to be told of, once they are gathered. @throws {FastlyError} {StoreUnavailable} */
  async gather(): Promise<void> {
    const { store, rows, times, log } = this.#options;
    const untold = await store.read((database) =>
      leaversToTell(database, store.engine, times.leavers.gather),
    );
    if (untold.length === 0) return;
    const places = await botAdminPlaces(this.#options);
    if (places.length === 0) return;
    const ids = (await rows.ranked(untold)).map(({ id }) => id);
    const isMade = await store.transaction((transaction) =>
      makeMessage(transaction, ids, MOST_LEAVERS, places),
    );
    if (isMade) log.info({ leavers: ids.length }, 'bot admins are told who left');
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
    const { posting, log } = this.#options;
    const { posted } = place;
    const message = await this.#message(place);
    if (message === null) return { posted, again: true };
    await place.renew();
    const taken: Posted | Updated =
      posted === null ? await posting.post(place.place, message) : await posting.update(posted, message);
    switch (taken.kind) {
      case 'posted':
        return { posted: { channel: taken.channel, ts: taken.ts }, again: false };
      case 'shown':
        return { posted, again: false };
      case 'refused':
        log.warn({ why: taken.word }, "Slack doesn't take a message about people who left");
        return { posted, again: taken.what?.kind === 'person' };
    }
  }

  /** Null where Slack doesn't say who would read it. */
  async #message({ message, place }: LeaverPlace): Promise<Message | null> {
    const { store, rows, conversations } = this.#options;
    const isChannel = isChannelId(place);
    if (isChannel) {
      const audience = await conversations.audienceOfChannel(place);
      if (audience === 'unknown') return null;
      if (audience === 'other-companies') {
        const admins = await ableBotAdmins(this.#options);
        await store.transaction((transaction) => addPlaces(transaction, message, admins));
        return LEAVERS_ELSEWHERE;
      }
    }
    const { leavers, newer } = await store.read((database) => leaversIn(database, message));
    const shown = leavers.filter(({ position }) => position !== null);
    const counted = leavers.filter(({ position, state }) => position === null && state === 'told');
    const told = await rows.rowsOf(shown, isChannel ? 'channel' : 'direct');
    return leaversMessage(told, counted.length + newer, Date.now());
  }
}

function isChannelId(place: ChannelId | MemberId): place is ChannelId {
  return /^[CG]/.test(place);
}
