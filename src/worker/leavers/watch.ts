import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Times } from '../../config/times.ts';
import type { Directory } from '../../directory/directory.ts';
import { canonical } from '../../fastly/canonical.ts';
import type { User } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import type { Readiness } from '../../observability/health.ts';
import type { Logger } from '../../observability/log.ts';
import { tracing } from '../../observability/trace.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import type { SlackClients } from '../../slack/connection/clients.ts';
import type { Members } from '../../slack/connection/members.ts';
import { Roster } from '../../slack/connection/roster.ts';
import type { LeftUser } from '../../slack/replies/services.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { TakenOver } from '../../store/held-lease.ts';
import {
  endLeavers,
  forgetEnded,
  keepLeaver,
  type Leaver,
  type LeaverCounts,
  leaverCounts,
  leaverWithId,
  openLeavers,
} from '../../store/leavers/leavers.ts';
import { claimLeaverLook } from '../../store/leavers/look.ts';
import { wantMessages, wantOpenMessages } from '../../store/leavers/messages.ts';
import { Acquaintances } from './acquaintances.ts';
import { endInSlack } from './end-in-slack.ts';
import { LeftNow } from './left-now.ts';
import { LeaverRows, type LeaverRowsOptions } from './rows.ts';
import { LeaverSearch } from './search.ts';
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
  readonly #telling: LeaverTelling;
  readonly #leftNow: LeftNow;
  /** Members who are said to have changed. */
  readonly #changed = new Set<MemberId>();
  /** The leavers, by member and by login, as they were when that was read last. */
  #open = { members: new Set<string>(), logins: new Set<string>(), at: Number.NEGATIVE_INFINITY };
  #workspace: Workspace | null = null;
  /** Null where nobody is looked for. */
  #acquaintances: Acquaintances | null = null;
  /** What is shown though nobody is looked for. */
  #showing: Promise<void> = Promise.resolve();
  #leftOut: NodeJS.Timeout | undefined;
  /** Ends the rest before it is looked again what is to be told. */
  #rest = new AbortController();

  constructor(options: LeaverWatchOptions) {
    this.#options = options;
    this.#telling = new LeaverTelling({ ...options, rows: new LeaverRows(options) });
    const { store, directory, slack } = options;
    this.#leftNow = new LeftNow(store, directory, { ...options, slack: slack.once });
  }

  /** Until the bot stops and what is under way has ended. Never rejects. */
  async follow(workspace: Workspace): Promise<void> {
    const { mode, slack, times, stopping, log } = this.#options;
    this.#workspace = workspace;
    if (mode === 'off') {
      if (!stopping.aborted) await once(stopping, 'abort');
      return await this.#showing;
    }
    const roster = new Roster({ slack: slack.once, pace: times.leavers.pace, stopping, log });
    this.#acquaintances = new Acquaintances(this.#options, workspace);
    const search = new LeaverSearch({ ...this.#options, roster, workspace });
    await Promise.all([
      this.#repeat(times.leavers.look, () => this.#look(search)),
      this.#repeat(times.leavers.tell, (rest) => this.#tell(search, workspace, rest)),
    ]);
    await this.#acquaintances.ended();
  }

  /** Does nothing unless they left, or are a leaver, or have the login of one. */
  changed({
    member,
    hasLeft,
    address,
  }: {
    member: MemberId;
    hasLeft: boolean;
    address: string | null;
  }): void {
    const { members, logins } = this.#open;
    const concerns = hasLeft || members.has(member) || (address !== null && logins.has(canonical(address)));
    if (this.#options.mode !== 'live' || !concerns) return;
    this.#changed.add(member);
    this.#rest.abort();
  }

  async asOfNow(id: string): Promise<Leaver | null> {
    const { store, members } = this.#options;
    const leaver = await store.read((database) => leaverWithId(database, id));
    const isOpen = leaver !== null && ['untold', 'told', 'kept'].includes(leaver.state);
    if (!isOpen || this.#workspace === null) return leaver;
    const end = await endInSlack(members, leaver, this.#workspace);
    if (end === null) return leaver;
    await store.transaction((transaction) => endLeavers(transaction, leaver, end));
    this.#wake();
    return { ...leaver, state: end };
  }

  async keep(id: string, by: MemberId, reason: string): Promise<Leaver | null> {
    const { store } = this.#options;
    store.mustTakeData();
    const kept = await store.transaction((transaction) => keepLeaver(transaction, id, { by, reason }));
    this.#wake();
    return kept;
  }

  async showAgain(id: string): Promise<void> {
    const { store } = this.#options;
    const leaver = await store.read((database) => leaverWithId(database, id));
    const { message } = leaver ?? {};
    if (message) await store.transaction((transaction) => wantMessages(transaction, [message]));
    this.#wake();
  }

  async counted(): Promise<LeaverCounts | null> {
    const { mode, store } = this.#options;
    return mode === 'off' ? null : await store.read(leaverCounts);
  }

  async all(atMost: number): Promise<LeftUser[]> {
    if (this.#workspace === null) throw new Error('the workspace is not known yet');
    return await this.#leftNow.all(this.#workspace, atMost);
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

  met(user: Pick<User, 'id' | 'login'>, member?: MemberId): void {
    this.#acquaintances?.met(user, member);
  }

  admitted(address: string): void {
    this.#acquaintances?.admitted(address);
  }

  withdrawn(address: string): void {
    this.#acquaintances?.withdrawn(address);
  }

  /** A message about leavers is to be brought up to date. Nothing else does that where they are not looked for any more. */
  #wake(): void {
    const { mode, log } = this.#options;
    if (mode !== 'off') this.#rest.abort();
    else {
      this.#showing = this.#showing
        .then(() => this.#telling.show())
        .catch((error: unknown) => {
          log.warn({ err: error }, 'a message about people who left could not be brought up to date');
        });
    }
  }

  async #look(search: LeaverSearch): Promise<void> {
    const { store, times, stopping, log } = this.#options;
    store.mustTakeData();
    const look = await claimLeaverLook(store, LEASE_MILLISECONDS);
    if (look === null) return;
    let isWhole = false;
    try {
      isWhole = await search.lookAtAll(look);
    } catch (error) {
      if (error instanceof TakenOver || error instanceof StoreUnavailable) throw error;
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
    this.#rest.abort();
  }

  async #tell(search: LeaverSearch, workspace: Workspace, rest: AbortController): Promise<void> {
    const { store, times } = this.#options;
    this.#rest = rest;
    store.mustTakeData();
    await this.#lookAtChanged(search);
    // What needs no call to Fastly is shown while that is away.
    await this.#telling.gather(workspace).finally(() => this.#telling.show());
    if (performance.now() - this.#open.at >= times.leavers.openMessages) await this.#readOpen();
  }

  async #readOpen(): Promise<void> {
    const open = await this.#options.store.read(openLeavers);
    const members = new Set(open.map(({ member }) => member));
    const logins = new Set(open.map(({ login }) => canonical(login)));
    this.#open = { members, logins, at: performance.now() };
  }

  async #lookAtChanged(search: LeaverSearch): Promise<void> {
    const { botAdmins, members, log } = this.#options;
    for (const member of [...this.#changed].slice(0, CHANGED_AT_ONCE)) {
      this.#changed.delete(member);
      try {
        // Messages name no bot admin who has left.
        if ((await botAdmins.listing(member)) !== false) await members.since(member, Date.now());
        await search.lookAtMember(member);
        log.debug({ member }, 'a member who changed was looked at');
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        // The daily look finds them.
        log.warn({ member, err: error }, "a member who changed can't be looked at");
      }
      await this.#readOpen();
    }
    if (this.#changed.size > 0) this.#rest.abort();
  }

  /** Does something now and every so many milliseconds. @param work may end the rest after it early */
  async #repeat(every: number, work: (rest: AbortController) => Promise<void>): Promise<void> {
    const { times, stopping, log } = this.#options;
    while (!stopping.aborted) {
      const rest = new AbortController();
      let milliseconds = every;
      await tracing({}, () => work(rest)).catch((error: unknown) => {
        // The worker notices by itself that the database is away.
        if (error instanceof StoreUnavailable) milliseconds = Math.min(every, times.workerInterval);
        else if (!stopping.aborted && !(error instanceof TakenOver))
          log.warn({ err: error }, 'people who left could not be told of, trying again');
      });
      const signal = AbortSignal.any([stopping, rest.signal]);
      await pause(milliseconds, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}
