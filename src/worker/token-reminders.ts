import { setTimeout as pause } from 'node:timers/promises';
import { listedToken } from '../changes/token-snapshot.ts';
import type { Times } from '../config/times.ts';
import type { Directory } from '../directory/directory.ts';
import { accountTokens } from '../fastly/account-tokens.ts';
import { type ApiToken, isExpired } from '../fastly/api-token.ts';
import { canonical } from '../fastly/canonical.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { nameOf, type User } from '../fastly/user.ts';
import type { MemberId } from '../ids.ts';
import { type ExpiringToken, tokenReminder } from '../messages/tokens/reminder.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { tracing } from '../observability/trace.ts';
import type { BotAdmins } from '../slack/bot-admins/bot-admins.ts';
import { standingOf, type Workspace } from '../slack/bot-admins/standing.ts';
import type { Members } from '../slack/connection/members.ts';
import type { Posting } from '../slack/connection/posting.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { TakenOver } from '../store/held-lease.ts';
import type { Store } from '../store/store.ts';
import {
  claimTokenLook,
  type Recipient,
  type TokenLook,
  type TokenReminder,
} from '../store/token-reminders.ts';
import { ableBotAdmins } from './bot-admin-places.ts';

export type TokenRemindersOptions = {
  store: Store;
  fastly: FastlyClient;
  directory: Directory;
  members: Members;
  botAdmins: BotAdmins;
  posting: Posting;
  metrics: Metrics;
  workspace: Workspace;
  times: Times;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
  log: Logger;
};

const DAY = 24 * 60 * 60 * 1000;
/** In days. */
const STEPS = [1, 3, 14];
/** Longer than it takes to read the largest account, or to post a message. */
const LEASE_MILLISECONDS = 5 * 60_000;
const MOST_IN_A_MESSAGE = 15;

type Due = { token: ApiToken & { expires_at: string }; step: number };

/**
 * Once a day, one of the replicas tells members which API tokens of programs expire in 14, 3 or 1 days: the owner, or the
 * bot admins where the owner is no member. What is not told yet is tried again an hour later, and nobody is told twice.
 */
export class TokenReminders {
  readonly #options: TokenRemindersOptions;

  constructor(options: TokenRemindersOptions) {
    this.#options = options;
  }

  /** Until the bot stops and what is under way has ended. Never rejects. */
  async follow(): Promise<void> {
    const { times, stopping: signal } = this.#options;
    while (!signal.aborted) {
      await tracing({}, () => this.#turn());
      await pause(times.tokenReminders.look, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    const { store, times, stopping, log } = this.#options;
    try {
      store.mustTakeData();
      const look = await claimTokenLook(store, LEASE_MILLISECONDS);
      if (look === null) return;
      const isWhole = await this.#look(look).catch((error: unknown) => {
        if (error instanceof TakenOver || error instanceof StoreUnavailable) throw error;
        log.warn({ err: error }, "the API tokens that expire soon can't be read, trying again later");
        return false;
      });
      const { every, again } = times.tokenReminders;
      await look.end(stopping.aborted ? 0 : isWhole ? every : again);
    } catch (error) {
      // The worker notices by itself that the database is away.
      if (stopping.aborted || error instanceof TakenOver || error instanceof StoreUnavailable) return;
      log.error({ err: error }, 'the API tokens that expire soon could not be looked at');
    }
  }

  /** False where something is to be tried again. @throws {FastlyError} */
  async #look(look: TokenLook): Promise<boolean> {
    const { programs, sessions, unreadable } = await accountTokens(this.#options.fastly);
    const known = await look.reminders();
    if (unreadable === 0) {
      const listed = new Set<string>([...programs, ...sessions].map(({ id }) => id));
      await look.forget([...new Set(known.map(({ token }) => token))].filter((id) => !listed.has(id)));
    }
    if (unreadable > 0) {
      this.#options.log.warn(
        { unreadable },
        'some API tokens could not be read: nobody is told when they expire',
      );
    }
    const due = new Map<string, Due>(dueAmong(programs, Date.now()).map((each) => [each.token.id, each]));
    const isPlanned = await this.#plan(look, [...due.values()], known);
    const isTold = await this.#tell(look, due);
    this.#options.log.debug({ due: due.size }, 'the API tokens that expire soon were read');
    return isPlanned && isTold;
  }

  async #plan(look: TokenLook, due: readonly Due[], known: readonly TokenReminder[]): Promise<boolean> {
    const planned = new Map(known.map(({ token, step }) => [token, step]));
    const isNew = ({ token: { id }, step }: Due) => step < (planned.get(id) ?? Number.POSITIVE_INFINITY);
    let whole = true;
    for (const [ownerId, tokens] of Map.groupBy(due.filter(isNew), ({ token }) => token.user_id ?? null)) {
      const owner = ownerId && (await this.#options.directory.withId(ownerId));
      if (this.#options.stopping.aborted) return false;
      const recipients = await this.#recipients(owner || null);
      if (recipients.length === 0) whole = false;
      else await look.plan(tokens.map(asPlanned), recipients);
    }
    return whole;
  }

  /** The member whose address is the owner's login, else the bot admins. None where Slack doesn't say. */
  async #recipients(owner: User | null): Promise<Recipient[]> {
    const { members, workspace, log } = this.#options;
    if (owner === null) return await this.#admins();
    try {
      const known = await members.withAddress(owner.login);
      if (known === 'nobody' || standingOf(known, workspace) !== 'able') return await this.#admins();
      const address = known.profile?.email;
      if (address !== undefined && canonical(address) !== canonical(owner.login)) return await this.#admins();
      return [{ member: known.id, owns: true }];
    } catch (error) {
      log.warn(
        { err: error },
        "Slack didn't say who owns an API token that expires soon, trying again later",
      );
      return [];
    }
  }

  async #admins(): Promise<Recipient[]> {
    return (await ableBotAdmins(this.#options)).map((member) => ({ member, owns: false }));
  }

  async #tell(look: TokenLook, due: ReadonlyMap<string, Due>): Promise<boolean> {
    // A step that has passed since it was planned is told no more.
    const untold = (await look.reminders()).filter(
      ({ token, step, told }) => !told && step <= (due.get(token)?.step ?? 0),
    );
    let whole = true;
    for (const [member, all] of Map.groupBy(untold, (each) => each.member)) {
      for (let from = 0; from < all.length; from += MOST_IN_A_MESSAGE) {
        if (this.#options.stopping.aborted) return false;
        if (!(await this.#tellMember(look, member, all.slice(from, from + MOST_IN_A_MESSAGE), due)))
          whole = false;
      }
    }
    return whole;
  }

  async #tellMember(
    look: TokenLook,
    member: MemberId,
    reminders: readonly TokenReminder[],
    due: ReadonlyMap<string, Due>,
  ): Promise<boolean> {
    const { posting, metrics, log } = this.#options;
    const tokens = reminders.map(({ token }) => token);
    const expiring = await Promise.all(
      reminders.flatMap(({ token, owns }) => {
        const found = due.get(token);
        return found ? [this.#expiring(found, owns)] : [];
      }),
    );
    await look.renew();
    const posted = await posting
      .post(member, tokenReminder(expiring, Date.now()))
      .catch((error: unknown) => ({ kind: 'failed', error }) as const);
    metrics.tokenReminder(posted.kind === 'posted' ? 'told' : posted.kind);
    switch (posted.kind) {
      case 'posted':
        await look.told(member, tokens);
        log.info({ member, tokens }, 'a member was told that API tokens expire soon');
        return true;
      case 'failed':
        log.warn({ member, err: posted.error }, 'a member could not be told that API tokens expire soon');
        return false;
      case 'refused': {
        log.warn({ member, why: posted.word }, 'Slack refuses to tell a member that API tokens expire soon');
        if (posted.what?.kind === 'person') return false;
        const own = reminders.filter(({ owns }) => owns);
        if (own.length > 0) {
          const admins = (await this.#admins()).filter((each) => each.member !== member);
          if (admins.length === 0) return false;
          await look.plan(own, admins);
        }
        await look.told(member, tokens);
        return own.length === 0;
      }
    }
  }

  async #expiring({ token }: Due, owns: boolean): Promise<ExpiringToken> {
    const { user_id: id, expires_at: expiresAt } = token;
    const user = owns || !id ? null : await this.#options.directory.withId(id);
    const owner = user && { name: nameOf(user), login: user.login };
    return { token: { ...listedToken(token), expiresAt }, owner: owns ? 'own' : owner };
  }
}

/** The tokens that expire soon, each with the nearest step that it has reached. Days are rounded, as looks are a day apart. */
function dueAmong(tokens: readonly ApiToken[], now: number): Due[] {
  return tokens.flatMap((token) => {
    const { expires_at } = token;
    if (!expires_at || isExpired(token, now)) return [];
    const days = Math.round((Date.parse(expires_at) - now) / DAY);
    const step = STEPS.find((each) => days <= each);
    return step === undefined ? [] : [{ token: { ...token, expires_at }, step }];
  });
}

const asPlanned = ({ token, step }: Due) => ({ token: token.id, step });
