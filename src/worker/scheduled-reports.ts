import { setTimeout as pause } from 'node:timers/promises';
import type { Promotions } from '../changes/promotions.ts';
import type { ReportSchedule } from '../config/report-schedule.ts';
import type { Times } from '../config/times.ts';
import type { Directory } from '../directory/directory.ts';
import { readAccountFigures } from '../directory/read-account-figures.ts';
import type { FastlyClient } from '../fastly/client.ts';
import type { ChannelId } from '../ids.ts';
import { accountReport } from '../messages/account-report.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { NowAndAgain } from '../observability/now-and-again.ts';
import { tracing } from '../observability/trace.ts';
import type { Conversations } from '../slack/connection/conversations.ts';
import type { Posting } from '../slack/connection/posting.ts';
import type { Services } from '../slack/replies/services.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { TakenOver } from '../store/held-lease.ts';
import { changesMade, claimReport, type DueReport, planReport } from '../store/reports.ts';
import type { Store } from '../store/store.ts';

export type ScheduledReportsOptions = {
  schedule: Pick<ReportSchedule, 'name' | 'after'>;
  channel: ChannelId;
  /** Milliseconds: longer than it takes to read the account, or to post a message. */
  lease: number;
  store: Store;
  fastly: FastlyClient;
  directory: Directory;
  promotions: Pick<Promotions, 'counted'>;
  leavers: Pick<Services['leavers'], 'counted'>;
  conversations: Conversations;
  posting: Posting;
  metrics: Pick<Metrics, 'report'>;
  disabled: ReadonlySet<string>;
  times: Pick<Times, 'reports' | 'workerInterval'>;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
  log: Logger;
};

/** `entry`: the last entry of the audit log that the report counts. */
type Attempt =
  | { kind: 'posted'; entry: number }
  | { kind: 'refused'; why: string }
  | { kind: 'failed'; error: unknown };

/**
 * Posts the account's report at each instant of a schedule, by one of the replicas. What fails is tried again until the
 * instant is too long ago, and then left out. If a process dies after Slack has taken a report and before that is
 * recorded, or Slack's answer is lost, it is posted once more.
 */
export class ScheduledReports {
  readonly #options: ScheduledReportsOptions;
  /** The schedule gave no instant when it was asked last. */
  #isBroken = false;
  readonly #asked = new NowAndAgain();
  /** Slack has a report, and that is not recorded, as the database was away. */
  #unrecorded: (() => Promise<void>) | null = null;

  constructor(options: ScheduledReportsOptions) {
    this.#options = options;
  }

  /** Until the bot stops and what is under way has ended. Never rejects. */
  async follow(): Promise<void> {
    const { times, stopping: signal } = this.#options;
    while (!signal.aborted) {
      const isStoreThere = await tracing({}, () => this.#turn());
      const rest = isStoreThere ? times.reports.look : times.workerInterval;
      await pause(rest, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** False while the database is away, or not known to belong here, as for a moment at the start. */
  async #turn(): Promise<boolean> {
    const { store, schedule, lease, stopping, log } = this.#options;
    try {
      store.mustTakeData();
      await this.#record();
      const planned = await planReport(store, schedule.name, (now) => this.#after(now));
      if (planned !== null) log.info({ due: new Date(planned) }, 'the next report is planned');
      const due = await claimReport(store, schedule.name, lease);
      if (due !== null) await this.#carryOut(due);
    } catch (error) {
      // The worker notices by itself that the database is away.
      if (error instanceof StoreUnavailable) return false;
      if (error instanceof TakenOver) log.warn('another process has taken over a report');
      else if (!stopping.aborted) {
        log.error({ err: error }, 'what the schedule of reports has due could not be done');
      }
    }
    return true;
  }

  async #carryOut(due: DueReport): Promise<void> {
    const { metrics, times, log } = this.#options;
    const at = new Date(due.due);
    const { late } = times.reports;
    if (due.isPosted) {
      log.info({ due: at }, 'a report that is due was posted already');
      await due.leaveOut(this.#after(due.due));
    } else if (due.late > late) {
      // Of the instants since, those that are not too long ago are due, too.
      const next = this.#after(due.due + due.late - late);
      const until = next === null ? null : new Date(next);
      log.warn({ due: at, until }, 'a report is left out, as it was due too long ago');
      metrics.report('left-out');
      await due.leaveOut(next);
    } else await this.#post(due);
  }

  async #post(due: DueReport): Promise<void> {
    const { channel, metrics, times, stopping, log } = this.#options;
    const at = new Date(due.due);
    const next = this.#after(due.due);
    const attempt = await this.#attempt(due, next).catch((error: unknown): Attempt => {
      if (error instanceof TakenOver || error instanceof StoreUnavailable) throw error;
      return { kind: 'failed', error };
    });
    metrics.report(attempt.kind);
    if (attempt.kind === 'posted') {
      log.info({ due: at, channel }, 'the report was posted');
      this.#unrecorded = () => due.posted(attempt.entry, next);
      return await this.#record();
    }
    const why = attempt.kind === 'failed' ? { err: attempt.error } : { why: attempt.why };
    log.warn({ due: at, channel, ...why }, 'the report could not be posted, trying again later');
    await due.putOff(stopping.aborted ? 0 : times.reports.again);
  }

  async #record(): Promise<void> {
    try {
      await this.#unrecorded?.();
      this.#unrecorded = null;
    } catch (error) {
      if (error instanceof TakenOver) this.#unrecorded = null;
      throw error;
    }
  }

  async #attempt(due: DueReport, next: number | null): Promise<Attempt> {
    const { channel, conversations, directory, fastly, store, posting, ...more } = this.#options;
    const { promotions, leavers, disabled } = more;
    // No name is in it, and still it is no other company's.
    const audience = await conversations.audienceOfChannel(channel);
    if (audience !== 'own-workspace') return { kind: 'refused', why: `who reads along there: ${audience}` };
    const at = new Date();
    const [figures, changes, running, left] = await Promise.all([
      readAccountFigures(directory, fastly, at.getTime()),
      changesMade(store),
      promotions.counted(),
      leavers.counted(),
    ]);
    const moments = { due: new Date(due.due), next: next === null ? null : new Date(next), at };
    await due.renew();
    const figured = { figures, promotions: running, leavers: left, changes };
    const posted = await posting.post(channel, accountReport({ ...figured, ...moments, disabled }));
    return posted.kind === 'posted'
      ? { kind: 'posted', entry: changes.entry }
      : { kind: 'refused', why: posted.word };
  }

  /** The schedule's instant after another one; null where it gives none. It is asked again in an hour then. */
  #after(instant: number): number | null {
    const { schedule, times, log } = this.#options;
    if (this.#isBroken && !this.#asked.isDue(times.reports.askedAgain)) return null;
    try {
      const next = schedule.after(instant);
      this.#isBroken = false;
      return next;
    } catch (error) {
      if (!this.#isBroken) this.#asked.isDue(0);
      this.#isBroken = true;
      log.error({ err: error }, 'REPORT_SCHEDULE gives no later instant, so no report is planned');
      return null;
    }
  }
}
