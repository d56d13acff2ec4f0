import { setTimeout as pause } from 'node:timers/promises';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { Times } from '../../config/times.ts';
import type { Directory } from '../../directory/directory.ts';
import type { User } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import type { Readiness } from '../../observability/health.ts';
import type { Logger } from '../../observability/log.ts';
import { tracing } from '../../observability/trace.ts';
import { isLogin, leaversAmong, presenceOf } from '../../slack/bot-admins/presence.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import type { SlackClients } from '../../slack/connection/clients.ts';
import { KeptAnswers } from '../../slack/connection/kept-answers.ts';
import type { Members, SlackUser } from '../../slack/connection/members.ts';
import { Roster } from '../../slack/connection/roster.ts';
import type { LeftUser } from '../../slack/replies/services.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import {
  endLeavers,
  forgetEnded,
  keepLeaver,
  type Leaver,
  latestEntryAboutLeavers,
  leaverWithId,
  openLeavers,
} from '../../store/leavers/leavers.ts';
import { claimLeaverLook, LeaverLookTakenOver } from '../../store/leavers/look.ts';
import { wantMessages, wantOpenMessages } from '../../store/leavers/messages.ts';
import { knownPairs, storeInvited, storePair } from '../../store/leavers/pairs.ts';
import { LeaverRows, type LeaverRowsOptions } from './rows.ts';
import { EVERYBODY, LeaverSearch, pairWith } from './search.ts';
import { LeaverTelling, type LeaverTellingOptions } from './telling.ts';

export type LeaverWatchOptions = Omit<LeaverRowsOptions, 'log'> &
  Omit<LeaverTellingOptions, 'rows' | 'times'> & {
    mode: 'off' | 'daily' | 'live';
    slack: SlackClients;
    members: Members;
    directory: Directory;
    readiness: Readiness;
    times: Times;
    /** Aborted when the bot stops. */
    stopping: AbortSignal;
    log: Logger;
  };

/** A look lasts long, and each thing it records extends this. In between it makes a few paced calls. */
const LEASE_MILLISECONDS = 10 * 60_000;
/** In milliseconds: how old a list of all members may be for whoever asks, and how long nobody is asked about again who was met. */
const LISTED_FRESH = 60_000;
const MET_AGAIN = 3_600_000;
const MOST_MET = 10_000;
/** Of many who have changed at once, so many are looked at before the next message. */
const CHANGED_AT_ONCE = 20;

/** The cause on `/readyz`, and what it says. */
const EVENTS = 'leaver-events';
const TOO_MANY_EVENTS = {
  what: 'Slack sends the bot only some of the events about members, because the workspace has too many of them.',
  remedy: 'Set LEAVERS=daily, and update the Slack app from the manifest without --leavers.',
};

/**
 * Finds out who left Slack and is still a Fastly user, once a day in one of the replicas and, with `live`, when Slack
 * says so. Bot admins are told, and nothing else is ever done.
 */
export class LeaverWatch {
  readonly #options: LeaverWatchOptions;
  readonly #rows: LeaverRows;
  readonly #telling: LeaverTelling;
  /** All members of the workspace, for whoever waits for an answer. */
  readonly #everybody: KeptAnswers<'members', SlackUser[]>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #met = new Map<string, number>();
  /** Members who are said to have changed. */
  readonly #changed = new Set<MemberId>();
  /** Those in an open message, as they were when that was read last. */
  #open: { members: ReadonlySet<MemberId>; at: number } = {
    members: new Set(),
    at: Number.NEGATIVE_INFINITY,
  };
  #workspace: Workspace | null = null;
  #search: LeaverSearch | null = null;
  /** The latest entry of the audit log about somebody in an open message. */
  #seenEntry: number | null = null;
  #leftOut: NodeJS.Timeout | undefined;
  #woken = Promise.withResolvers<void>();

  constructor(options: LeaverWatchOptions) {
    this.#options = options;
    this.#rows = new LeaverRows(options);
    this.#telling = new LeaverTelling({ ...options, rows: this.#rows });
    const pace = { member: 0, address: 0, page: 0 };
    const roster = new Roster({ ...options, slack: options.slack.once, pace });
    this.#everybody = new KeptAnswers(() => roster.all());
  }

  /** Until the bot stops and what is under way has ended. Never rejects. */
  async follow(workspace: Workspace): Promise<void> {
    const { mode, slack, times, stopping, log } = this.#options;
    this.#workspace = workspace;
    if (mode === 'off') {
      await pause(2 ** 31 - 1, undefined, { signal: stopping, ref: false }).catch(() => {});
      await Promise.all(this.#underWay);
      return;
    }
    const roster = new Roster({ slack: slack.once, pace: times.leavers.pace, stopping, log });
    const listEvery = () => times.leavers.list;
    this.#search = new LeaverSearch({ ...this.#options, roster, workspace, listEvery });
    await Promise.all([
      this.#follow(
        (isAway) =>
          pause(isAway ? times.workerInterval : times.leavers.look, undefined, {
            signal: stopping,
            ref: false,
          }),
        () => this.#look(),
      ),
      this.#follow(
        () => this.#untilWoken(),
        () => this.#tell(),
      ),
    ]);
    await Promise.all(this.#underWay);
  }

  /** Something about a member has changed. Does nothing unless they left, or an open message names them. */
  changed(member: MemberId, hasLeft: boolean): void {
    if (this.#options.mode !== 'live' || (!hasLeft && !this.#open.members.has(member))) return;
    this.#changed.add(member);
    this.#woken.resolve();
  }

  async asOfNow(id: string): Promise<Leaver | null> {
    const { store, members } = this.#options;
    const leaver = await store.read((database) => leaverWithId(database, id));
    const isOpen = leaver !== null && ['untold', 'told', 'kept'].includes(leaver.state);
    if (!isOpen || this.#workspace === null) return leaver;
    const known = await members.since(leaver.member, Date.now());
    // Where Slack doesn't say it, what it said last counts.
    if (presenceOf(known, this.#workspace, true).kind !== 'active') return leaver;
    await store.transaction((transaction) => endLeavers(transaction, leaver, 'returned'));
    this.#wake();
    return { ...leaver, state: 'returned' };
  }

  async keep(id: string, by: MemberId, reason: string): Promise<Leaver | null> {
    const { store } = this.#options;
    store.mustTakeData();
    const kept = await store.transaction((transaction) => keepLeaver(transaction, id, { by, reason }));
    this.#wake();
    return kept;
  }

  async requestsOf(member: MemberId): Promise<ApprovalRequest[]> {
    return await this.#rows.requestsOf(member);
  }

  async showAgain(id: string): Promise<void> {
    const { store } = this.#options;
    const leaver = await store.read((database) => leaverWithId(database, id));
    const { message } = leaver ?? {};
    if (message) await store.transaction((transaction) => wantMessages(transaction, [message]));
    this.#wake();
  }

  async all(): Promise<LeftUser[]> {
    const { store, directory } = this.#options;
    if (this.#workspace === null) throw new Error('the workspace is not known yet');
    const [members, { users }, pairs, open] = await Promise.all([
      this.#everybody.since('members', Date.now() - LISTED_FRESH),
      directory.list(EVERYBODY),
      store.read(knownPairs),
      store.read(openLeavers),
    ]);
    return leaversAmong(members, users, pairs, this.#workspace).map((found) => {
      const stored = open.find(({ member, userId }) => member === found.member && userId === found.user.id);
      return { ...found, guest: found.guest ?? stored?.guest ?? null, kept: stored?.kept ?? null };
    });
  }

  /** Slack says that it left events out, as there were too many (docs.slack.dev, app_rate_limited). */
  eventsLeftOut(): void {
    const { mode, readiness, times, log } = this.#options;
    if (mode !== 'live') return;
    const isNew = readiness.degraded(EVENTS, TOO_MANY_EVENTS);
    if (isNew) log.warn({ remedy: TOO_MANY_EVENTS.remedy }, TOO_MANY_EVENTS.what);
    clearTimeout(this.#leftOut);
    this.#leftOut = setTimeout(() => readiness.degraded(EVENTS, null), times.leavers.eventsLeftOut).unref();
  }

  /** Stores who the member behind a user is, in the background. */
  met(user: Pick<User, 'id' | 'login'>, member?: MemberId): void {
    if (this.#options.mode === 'off' || this.#workspace === null) return;
    const now = performance.now();
    if (member === undefined && now - (this.#met.get(user.id) ?? Number.NEGATIVE_INFINITY) < MET_AGAIN)
      return;
    this.#met.set(user.id, now);
    const [oldest] = this.#met.keys();
    if (this.#met.size > MOST_MET && oldest !== undefined) this.#met.delete(oldest);
    this.#inBackground(this.#storeMet(user, this.#workspace, member));
  }

  /** A message about leavers is to be brought up to date. Nothing else does that where they are not looked for any more. */
  #wake(): void {
    const { mode, log } = this.#options;
    if (mode !== 'off') {
      this.#woken.resolve();
      return;
    }
    this.#inBackground(
      this.#telling.show().catch((error: unknown) => {
        log.warn({ err: error }, 'a message about people who left could not be brought up to date');
      }),
    );
  }

  #inBackground(work: Promise<void>): void {
    const ended = work.finally(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
  }

  /** Stores which member was invited, in the background: whoever joins is a user whom the bot knows. */
  invited(address: string): void {
    if (this.#options.mode === 'off' || this.#workspace === null) return;
    this.#inBackground(this.#storeInvited(address, this.#workspace));
  }

  async #storeInvited(address: string, workspace: Workspace): Promise<void> {
    const { store, members, log } = this.#options;
    try {
      const known = await members.withAddress(address);
      const presence = presenceOf(known, workspace, false);
      if (known === 'nobody' || presence.kind !== 'active') return;
      const invited = { member: known.id, address, guest: presence.guest };
      await store.transaction(({ database }) => storeInvited(database, invited));
      log.debug({ member: known.id }, 'it is known which member was invited');
    } catch (error) {
      log.info({ err: error }, 'which member was invited could not be stored');
    }
  }

  async #storeMet(user: Pick<User, 'id' | 'login'>, workspace: Workspace, member?: MemberId): Promise<void> {
    const { store, members, log } = this.#options;
    try {
      // Whoever was mentioned has just been asked about.
      const asked = member && members.latest(member)?.answer;
      const known = asked ?? (await members.withAddress(user.login));
      const hasLogin = typeof known !== 'string' && isLogin(user, [known.profile?.email]);
      const pair = hasLogin ? pairWith(known, user, workspace) : null;
      if (pair === null) return;
      await store.transaction(({ database }) => storePair(database, pair));
      log.debug({ user: user.id, member: pair.member }, 'it is known which member a user is');
    } catch (error) {
      log.info({ err: error }, 'which member a user is could not be stored');
    }
  }

  async #look(): Promise<void> {
    const { store, times, stopping, log } = this.#options;
    store.mustTakeData();
    const look = await claimLeaverLook(store, LEASE_MILLISECONDS);
    if (look === null || this.#search === null) return;
    let isWhole = false;
    try {
      isWhole = await this.#search.lookAtAll(look);
    } catch (error) {
      if (error instanceof LeaverLookTakenOver || error instanceof StoreUnavailable) throw error;
      if (!stopping.aborted)
        log.warn({ err: error }, "people who left can't be looked for, trying again later");
    }
    await store.transaction(async (transaction) => {
      await forgetEnded(transaction, times.leavers.ended);
      await wantOpenMessages(transaction);
    });
    const { every, again } = times.leavers;
    await look.end(stopping.aborted ? 0 : isWhole ? every : again);
    log.debug({ isWhole }, 'people who left were looked for');
    this.#woken.resolve();
  }

  async #tell(): Promise<void> {
    const { store, times } = this.#options;
    this.#woken = Promise.withResolvers<void>();
    store.mustTakeData();
    await this.#lookAtChanged();
    await this.#noticeChanges();
    await this.#telling.gather();
    await this.#telling.show();
    if (performance.now() - this.#open.at >= times.leavers.openMessages) await this.#readOpen();
  }

  /** What any replica does to those in an open message, and what is asked for, is to be seen there. */
  async #noticeChanges(): Promise<void> {
    const { store } = this.#options;
    const latest = await store.read(latestEntryAboutLeavers);
    if (latest !== null && latest !== this.#seenEntry) await store.transaction(wantOpenMessages);
    this.#seenEntry = latest;
  }

  async #readOpen(): Promise<void> {
    const open = await this.#options.store.read(openLeavers);
    this.#open = { members: new Set(open.map(({ member }) => member)), at: performance.now() };
  }

  async #lookAtChanged(): Promise<void> {
    const { log } = this.#options;
    for (const member of [...this.#changed].slice(0, CHANGED_AT_ONCE)) {
      this.#changed.delete(member);
      try {
        await this.#search?.lookAtMember(member);
        log.debug({ member }, 'a member who changed was looked at');
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        // The daily look finds them.
        log.warn({ member, err: error }, "a member who changed can't be looked at");
      }
      await this.#readOpen();
    }
    if (this.#changed.size > 0) this.#woken.resolve();
  }

  /** Does something again and again. @param rest told whether the database was away */
  async #follow(rest: (isAway: boolean) => Promise<void>, work: () => Promise<void>): Promise<void> {
    const { stopping: signal, log } = this.#options;
    while (!signal.aborted) {
      let isAway = false;
      await tracing({}, work).catch((error: unknown) => {
        // The worker notices by itself that the database is away.
        isAway = error instanceof StoreUnavailable;
        if (signal.aborted || isAway || error instanceof LeaverLookTakenOver) return;
        log.warn({ err: error }, 'people who left could not be told of, trying again');
      });
      await rest(isAway).catch(() => {});
    }
  }

  async #untilWoken(): Promise<void> {
    const { times, stopping } = this.#options;
    const rest = new AbortController();
    const signal = AbortSignal.any([stopping, rest.signal]);
    const over = pause(times.leavers.tell, undefined, { signal, ref: false });
    await Promise.race([over, this.#woken.promise]).finally(() => rest.abort());
  }
}
