import type { HomeView } from '@slack/types';
import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import type { OpenRequest } from '../approvals/open-requests.ts';
import type { Listed } from '../approvals/request.ts';
import type { Promotions } from '../changes/promotions.ts';
import type { Times } from '../config/times.ts';
import { Cached } from '../directory/cached.ts';
import type { Directory } from '../directory/directory.ts';
import type { MemberId } from '../ids.ts';
import { explain } from '../messages/failure-text.ts';
import {
  type FiguresAtHand,
  HOME_NOT_SHOWN,
  type HomeContent,
  homeView,
  MOST_ON_HOME,
  type Placed,
  type QuickAction,
} from '../messages/home.ts';
import { message } from '../messages/kit/message.ts';
import type { Sentence } from '../messages/kit/sentence.ts';
import type { ReportProblem } from '../observability/health.ts';
import { within } from '../observability/within.ts';
import type { BotAdmins } from '../slack/bot-admins/bot-admins.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../slack/connection/clients.ts';
import type { Conversations } from '../slack/connection/conversations.ts';
import type { Posting, Published } from '../slack/connection/posting.ts';
import { denial } from '../slack/gate/authorization.ts';
import { placeText } from '../slack/replies/request-link.ts';
import type { AuditPages } from '../store/audit-page.ts';
import {
  claimHome,
  dueHomes,
  forgetHome,
  homeMembers,
  homeOpened,
  overdueHomes,
  type Progress,
  progressOf,
  releaseHome,
} from '../store/homes.ts';
import type { Store } from '../store/store.ts';
import { Gathering } from './gathering.ts';
import { LeasedShowing } from './leased-showing.ts';
import { Pauses, throwIfMendable } from './pauses.ts';

export type HomesOptions = {
  store: Store;
  approvals: Approvals;
  auditPages: AuditPages;
  promotions: Pick<Promotions, 'running'>;
  directory: Directory;
  posting: Posting;
  conversations: Conversations;
  botAdmins: BotAdmins;
  quickActions: readonly QuickAction[];
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  /** Makes the worker look for due work at once. */
  wake: () => void;
  /** Told what a person has to mend before Homes are shown. */
  degraded: ReportProblem;
  times: Times;
  log: Logger;
};

const LEASE_MILLISECONDS = 4 * POSTING_TIMEOUT_MILLISECONDS;
const LATEST_CHANGES = 5;
/** Also for failures, so that not every Home waits for Fastly. The directory keeps its users as long. */
const FIGURES_FRESH_MILLISECONDS = 60_000;

type Recorded = NonNullable<HomeContent['recorded']>;

/** Keeps opened Home tabs up to date. Each is drawn from the store, by one process at a time, until Slack accepts it. */
export class Homes {
  readonly #options: HomesOptions;
  readonly #showing: LeasedShowing<MemberId>;
  readonly #gathering: Gathering;
  readonly #figures: Cached<FiguresAtHand>;
  /** Members whose Home is due, which the database does not know yet. Recorded with the next look. */
  readonly #unrecorded = new Set<MemberId>();
  /**
   * What each Home shows, as Slack's hash, where this process has drawn it last as far as it knows. A Home that somebody
   * else has drawn since is left alone and drawn anew, as theirs may be newer.
   */
  readonly #hashes = new Map<MemberId, string>();
  /** The latest audit entry that was shown when the directory's cache was last dropped. */
  #latestEntry: number | null = null;
  #looked = false;
  /** As of the last gathering. A Home that was drawn from less is out of date. */
  #progress: Progress = { entry: 0, posted: 0 };

  constructor(options: HomesOptions) {
    this.#options = options;
    this.#showing = new LeasedShowing(options.store, new Pauses('homes', options.times, options.degraded));
    this.#gathering = new Gathering(options.times.homesGathered);
    this.#figures = new Cached(() => this.#askForFigures(), FIGURES_FRESH_MILLISECONDS);
  }

  /**
   * A bot admin has opened their Home. While the database is away it shows what does not need it, and the rest later.
   *
   * @param hash of what it showed then; null where it showed nothing
   */
  async opened(member: MemberId, hash: string | null): Promise<void> {
    const { wake, log } = this.#options;
    // Counting that failed a moment ago may work now. Users that were read are still in the directory's cache.
    this.#figures.forget();
    const recorded = this.#record(member).catch((error: unknown) => {
      log.warn({ err: error }, 'an opened Home could not be recorded');
      return false;
    });
    if (!(await within(recorded, this.#options.times.answerWithin))) {
      try {
        await this.#show(member, null, hash);
      } finally {
        this.#unrecorded.add(member);
      }
    }
    wake();
  }

  /** Up to `limit` members whose Home must be drawn; fewer while Slack limits the bot's calls. */
  async due(limit: number): Promise<MemberId[]> {
    const { store } = this.#options;
    if (!this.#looked) {
      // A new process may be another version or have other bot admins, so every Home is drawn once.
      for (const member of await store.read(homeMembers)) this.#unrecorded.add(member);
      this.#looked = true;
    }
    for (const member of this.#unrecorded) {
      await this.#record(member);
      this.#unrecorded.delete(member);
    }
    const at = performance.now();
    this.#showing.pauses.tidy();
    await this.#showing.releaseLeft();
    this.#progress = this.#gathering.pass(await store.read(progressOf), at);
    const due = await store.read((database) => dueHomes(database, store.engine, this.#progress, limit));
    return this.#showing.mayShow(due);
  }

  /** How many Homes Slack has not taken for that many milliseconds. */
  async overdue(milliseconds: number): Promise<number> {
    const { store } = this.#options;
    return await store.read((database) => overdueHomes(database, store.engine, milliseconds));
  }

  /** Has the Homes tried at once that wait for Slack to take them, but for what a person has to mend. */
  retryAtOnce(): void {
    for (const member of this.#showing.pauses.endPassing()) this.#unrecorded.add(member);
  }

  /** Draws a due Home, if no other process has claimed it. */
  async publish(member: MemberId): Promise<void> {
    const { log } = this.#options;
    await this.#showing.show({
      key: member,
      claim: (transaction) => claimHome(transaction, member, this.#progress, LEASE_MILLISECONDS),
      show: () => this.#draw(member),
      release: (transaction, claim, pause) => releaseHome(transaction, member, claim, pause),
      failure: 'a Home could not be shown, trying again',
      log: log.child({ member }),
    });
  }

  /** Former bot admins see once why their Home is empty. */
  async #draw(member: MemberId): Promise<void> {
    const { store, botAdmins, log } = this.#options;
    // Slack may not have said that the member has left the group.
    const isListed = (await botAdmins.listing(member)) !== false;
    const isBotAdmin = isListed && botAdmins.named.includes(member);
    // Read before anything that the Home shows, and used once: without it, the next one replaces whatever is there.
    const hash = this.#hashes.get(member) ?? null;
    this.#hashes.delete(member);
    const shown = isBotAdmin
      ? await this.#show(member, await this.#recordedFor(member), hash)
      : await this.#turnAway(member, hash);
    if (shown.kind === 'refused') {
      throwIfMendable('Home tabs', shown);
      log.error({ member, why: shown.word }, 'Slack refuses a Home tab, it is left until it is opened again');
    } else if (isBotAdmin) return;
    await store.transaction((transaction) => forgetHome(transaction, member));
  }

  async #record(member: MemberId): Promise<boolean> {
    await this.#options.store.transaction((transaction) => homeOpened(transaction, member));
    return true;
  }

  async #turnAway(member: MemberId, hash: string | null): Promise<Published> {
    const { botAdmins } = this.#options;
    const why = denial('not-a-bot-admin', { botAdmins, commandChannels: [] });
    return await this.#publish(member, { type: 'home', blocks: message(why).blocks }, why, hash);
  }

  async #show(member: MemberId, recorded: Recorded | null, hash: string | null): Promise<Published> {
    const { approvals, quickActions, disabled } = this.#options;
    const { policy } = approvals;
    const figures = await this.#figuresAtHand(member);
    const view = homeView({ member, policy, recorded, figures, quickActions, disabled, at: new Date() });
    return await this.#publish(member, view, HOME_NOT_SHOWN, hash);
  }

  async #publish(
    member: MemberId,
    view: HomeView,
    inWords: Sentence,
    hash: string | null,
  ): Promise<Published> {
    const published = await this.#options.posting.publish(member, view, inWords, hash);
    if (published.kind === 'shown' && published.hash !== null) this.#hashes.set(member, published.hash);
    return published;
  }

  async #recordedFor(member: MemberId): Promise<Recorded> {
    const { approvals, auditPages, directory, promotions } = this.#options;
    const [{ waiting, own }, changes, running] = await Promise.all([
      approvals.openFor(member, MOST_ON_HOME),
      auditPages.latest({ subject: null, before: null, limit: LATEST_CHANGES }),
      promotions.running(),
    ]);
    const latest = changes[0]?.seq ?? null;
    if (latest !== this.#latestEntry) {
      // Another process may have made the change, and then this one's directory still has the user from before.
      directory.usersChanged();
      this.#figures.forget();
      this.#latestEntry = latest;
    }
    return {
      waiting: await this.#placed(waiting),
      own: await this.#placed(own),
      changes,
      promotions: running,
    };
  }

  async #placed({ shown, more }: Listed<OpenRequest>): Promise<Listed<Placed>> {
    const place = async ({ request, posted }: OpenRequest) => ({
      request,
      where: await placeText(this.#options, request, posted),
    });
    return { shown: await Promise.all(shown.map(place)), more };
  }

  /** A Home does not wait long for its figures: late ones make it due again when they arrive. */
  async #figuresAtHand(member: MemberId): Promise<FiguresAtHand> {
    const figures = this.#figures.get();
    const atHand = await within(figures, this.#options.times.answerWithin);
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
