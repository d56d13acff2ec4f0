import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import type { Times } from '../config/times.ts';
import { Cached } from '../directory/cached.ts';
import type { Directory } from '../directory/directory.ts';
import type { MemberId } from '../ids.ts';
import { explain } from '../messages/failure-text.ts';
import {
  type FiguresAtHand,
  type HomeContent,
  homeView,
  type Listed,
  type Placed,
  type QuickAction,
  requestsFor,
} from '../messages/home.ts';
import { message } from '../messages/kit/message.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../slack/connection/clients.ts';
import type { Conversations } from '../slack/connection/conversations.ts';
import type { Posting, Shown } from '../slack/connection/posting.ts';
import { denial } from '../slack/gate/authorization.ts';
import { withinAnswerTime } from '../slack/replies/answer-time.ts';
import { whereRequestIs } from '../slack/replies/request-link.ts';
import type { AuditPages } from '../store/audit-page.ts';
import {
  claimHome,
  dueHomes,
  forgetHome,
  homeMembers,
  homeOpened,
  type Progress,
  progressOf,
  releaseHome,
} from '../store/homes.ts';
import type { Store } from '../store/store.ts';
import { Gathering } from './gathering.ts';
import { Pauses } from './pauses.ts';

export type HomesOptions = {
  store: Store;
  approvals: Approvals;
  auditPages: AuditPages;
  directory: Directory;
  posting: Posting;
  conversations: Conversations;
  quickActions: readonly QuickAction[];
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  /** Has the worker look for what is due. */
  wake: () => void;
  times: Times;
  log: Logger;
};

const LEASE_MILLISECONDS = 4 * POSTING_TIMEOUT_MILLISECONDS;
const LATEST_CHANGES = 5;
/** A failure counts for as long as the directory keeps its users: nobody waits for Fastly with each Home. */
const FIGURES_FRESH_MILLISECONDS = 60_000;

type Recorded = NonNullable<HomeContent['recorded']>;

/** Keeps the Home tabs of those who have opened theirs up to date: from the store, by one process each, until Slack has it. */
export class Homes {
  readonly #options: HomesOptions;
  readonly #pauses: Pauses<MemberId>;
  readonly #gathering: Gathering;
  readonly #figures: Cached<FiguresAtHand>;
  /** To be recorded as due with the next look, as the database did not take it when it was so. */
  readonly #unrecorded = new Set<MemberId>();
  /** The audit log's latest entry when the directory was last known to be up to date. */
  #latestEntry: number | null = null;
  #looked = false;
  /** A Home that was drawn from less than this is out of date. */
  #progress: Progress = { entry: 0, posted: 0 };

  constructor(options: HomesOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.times);
    this.#gathering = new Gathering(options.times.homesGathered);
    this.#figures = new Cached(() => this.#askForFigures(), FIGURES_FRESH_MILLISECONDS);
  }

  /** A superuser looks at their Home. Without the database it shows the rest at once, and all of it once that is back. */
  async opened(member: MemberId): Promise<void> {
    const { wake, log } = this.#options;
    // What failed a moment ago may work by now; what did not is kept by the directory.
    this.#figures.forget();
    const recorded = this.#record(member).catch((error: unknown) => {
      log.warn({ err: error }, 'an opened Home could not be recorded');
      return false;
    });
    if (!(await withinAnswerTime(recorded, this.#options.times))) {
      try {
        await this.#show(member, null);
      } finally {
        this.#unrecorded.add(member);
      }
    }
    wake();
  }

  /** Up to `limit` members whose Home is to be shown anew; none while Slack takes no more. */
  async due(limit: number): Promise<MemberId[]> {
    const { store } = this.#options;
    if (!this.#looked) {
      // With a new process everything may be drawn anew, by another version or for other superusers.
      for (const member of await store.read(homeMembers)) this.#unrecorded.add(member);
      this.#looked = true;
    }
    for (const member of this.#unrecorded) {
      await this.#record(member);
      this.#unrecorded.delete(member);
    }
    const at = performance.now();
    this.#progress = this.#gathering.pass(await store.read(progressOf), at);
    const due = await store.read((database) => dueHomes(database, store.engine, this.#progress, limit));
    return this.#pauses.limited ? [] : due;
  }

  /** Shows a Home that is due, unless another process is at it. Who is no superuser any more is told so, once. */
  async publish(member: MemberId): Promise<void> {
    const { store, approvals, log } = this.#options;
    const claim = await store.transaction((transaction) =>
      claimHome(transaction, member, this.#progress, LEASE_MILLISECONDS),
    );
    if (claim === null) return;
    let pause: number | null = null;
    try {
      if (!approvals.policy.superusers.includes(member)) {
        await this.#turnAway(member);
        return await this.#forget(member);
      }
      const shown = await this.#show(member, await this.#recordedFor(member));
      if (shown.kind === 'refused') {
        log.error(
          { member, why: shown.word },
          'Slack refuses a Home tab, it is left until it is opened again',
        );
        return await this.#forget(member);
      }
      this.#pauses.over(member);
    } catch (error) {
      pause = this.#pauses.after(member, error);
      log.warn({ member, err: error, pause }, 'a Home could not be shown, trying again');
    }
    await store.transaction(async (transaction) => {
      const retryAt = pause === null ? null : (await transaction.now()) + pause;
      await releaseHome(transaction, member, claim, retryAt);
    });
  }

  async #record(member: MemberId): Promise<boolean> {
    await this.#options.store.transaction((transaction) => homeOpened(transaction, member));
    return true;
  }

  async #forget(member: MemberId): Promise<void> {
    this.#pauses.over(member);
    await this.#options.store.transaction((transaction) => forgetHome(transaction, member));
  }

  async #turnAway(member: MemberId): Promise<void> {
    const { posting, approvals } = this.#options;
    const { superusers } = approvals.policy;
    const { blocks } = message(denial('not-a-superuser', { superusers, commandChannels: [] }));
    await posting.publish(member, { type: 'home', blocks });
  }

  async #show(member: MemberId, recorded: Recorded | null): Promise<Shown> {
    const { posting, approvals, quickActions, disabled } = this.#options;
    const figures = await this.#figuresAtHand(member);
    const view = homeView({
      member,
      policy: approvals.policy,
      recorded,
      figures,
      quickActions,
      disabled,
      at: new Date(),
    });
    return await posting.publish(member, view);
  }

  async #recordedFor(member: MemberId): Promise<Recorded> {
    const { approvals, auditPages, directory } = this.#options;
    const [open, changes] = await Promise.all([
      approvals.open(),
      auditPages.latest({ subject: null, before: null, limit: LATEST_CHANGES }),
    ]);
    const latest = changes[0]?.seq ?? null;
    if (latest !== this.#latestEntry) {
      // Another process may have made it, and this one's directory does not know.
      directory.usersChanged();
      this.#figures.forget();
      this.#latestEntry = latest;
    }
    const { waiting, own } = requestsFor(member, open, approvals.policy);
    return { waiting: await this.#placed(waiting), own: await this.#placed(own), changes };
  }

  async #placed({ shown, more }: Listed<Placed['request']>): Promise<Listed<Placed>> {
    const place = async (request: Placed['request']) => ({
      request,
      where: await whereRequestIs(this.#options, request),
    });
    return { shown: await Promise.all(shown.map(place)), more };
  }

  /** The rest does not wait for them: what comes late is shown when it comes. */
  async #figuresAtHand(member: MemberId): Promise<FiguresAtHand> {
    const figures = this.#figures.get();
    const atHand = await withinAnswerTime(figures, this.#options.times);
    if (atHand !== null) return atHand;
    void figures.then(() => {
      this.#unrecorded.add(member);
      this.#options.wake();
    });
    return { kind: 'late' };
  }

  async #askForFigures(): Promise<FiguresAtHand> {
    const { directory, log } = this.#options;
    try {
      return { kind: 'known', figures: await directory.figures() };
    } catch (error) {
      log.warn({ err: error }, 'the users could not be counted');
      return { kind: 'unknown', why: explain(error) };
    }
  }
}
