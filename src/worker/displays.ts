import { WebAPIRateLimitedError } from '@slack/web-api';
import { stepsOf } from '../approvals/history.ts';
import { promotionOf } from '../approvals/promoting.ts';
import type { RequestId } from '../approvals/request.ts';
import { readRequest } from '../approvals/rows.ts';
import {
  claimDisplay,
  displayDue,
  displayLeases,
  dueDisplays,
  overdueDisplays,
  releaseDisplay,
  type Surface,
  surfacesOf,
} from '../approvals/surfaces.ts';
import type { Times } from '../config/times.ts';
import type { ReportProblem } from '../observability/health.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../slack/connection/clients.ts';
import type { Transaction } from '../store/store.ts';
import { LeasedShowing } from './leased-showing.ts';
import { NeedsPerson, Pauses } from './pauses.ts';
import { tellWithoutApprovers } from './requests/approvers.ts';
import { showOn } from './requests/display.ts';
import { type DisplayOptions, DisplayTakenOver, RequestShowing, type Snapshot } from './requests/showing.ts';

/**
 * Renewed after each surface. In between there are at most two postings and two look-ups. A form that Slack refuses is
 * refused at once, so the next simpler one takes no longer.
 */
const LEASE_MILLISECONDS = 4 * POSTING_TIMEOUT_MILLISECONDS;

/**
 * Makes Slack show what the store says it must. A message that was never posted is posted, the others are updated. A
 * message is posted again when Slack's answer was lost; the copy is found when one of its buttons is clicked.
 */
export class Displays {
  readonly #options: DisplayOptions;
  readonly #showing: LeasedShowing<RequestId>;

  constructor(options: DisplayOptions, times: Times, degraded: ReportProblem) {
    this.#options = options;
    this.#showing = new LeasedShowing(options.store, new Pauses('displays', times, degraded));
  }

  /** The ids of up to `limit` requests that Slack does not show as they are; fewer while Slack limits the bot's calls. */
  async due(limit: number): Promise<RequestId[]> {
    const { store } = this.#options;
    this.#showing.pauses.tidy();
    await this.#showing.releaseLeft();
    const due = await store.read((database) => dueDisplays(database, store.engine, limit));
    return this.#showing.mayShow(due);
  }

  /** How many requests Slack has not shown as they are for that many milliseconds. */
  async overdue(milliseconds: number): Promise<number> {
    const { store } = this.#options;
    return await store.read((database) => overdueDisplays(database, store.engine, milliseconds));
  }

  /** Has everything tried at once that waits for Slack to take it, but for what a person has to mend. */
  async retryAtOnce(): Promise<void> {
    const waiting = this.#showing.pauses.endPassing();
    if (waiting.length === 0) return;
    await this.#options.store.transaction(async (transaction) => {
      const now = await transaction.now();
      for (const id of waiting) await displayDue(transaction, id, now);
    });
  }

  /** Brings all surfaces of a request up to date, if no other process has claimed it. */
  async display(id: RequestId): Promise<void> {
    const { log } = this.#options;
    await this.#showing.show({
      key: id,
      claim: (transaction) => claimDisplay(transaction, id, LEASE_MILLISECONDS),
      show: (claim) =>
        this.#bringUpToDate(id, (transaction) =>
          displayLeases.renew(transaction, id, claim, LEASE_MILLISECONDS),
        ),
      release: (transaction, claim, pause) => releaseDisplay(transaction, id, claim, pause),
      failure: 'a request could not be shown in Slack, trying again',
      log,
    });
  }

  async #bringUpToDate(
    id: RequestId,
    renewLease: (transaction: Transaction) => Promise<boolean>,
  ): Promise<void> {
    const snapshot = await this.#snapshotOf(id);
    if (snapshot === null) return;
    const showing = new RequestShowing(this.#options, snapshot, renewLease);
    const failures: unknown[] = [];
    const roll = snapshot.request.state.kind === 'pending' ? await this.#options.botAdmins.read() : null;
    for (const { name } of toShow(snapshot)) {
      try {
        await showOn(showing, name);
      } catch (error) {
        // A rate limit or a takeover concerns all surfaces. Otherwise the requester hears the outcome wherever that is possible.
        if (error instanceof WebAPIRateLimitedError || error instanceof DisplayTakenOver) throw error;
        failures.push(error);
        await showing.record(async () => {});
      }
    }
    if (roll !== null) await tellWithoutApprovers(showing, roll);
    // What passes is tried again sooner than what a person has to mend.
    const [first] = failures.toSorted(
      (a, b) => Number(a instanceof NeedsPerson) - Number(b instanceof NeedsPerson),
    );
    if (first !== undefined) throw first;
  }

  /** Reads the surfaces first, so that a step made after that is shown in the next round. */
  async #snapshotOf(id: RequestId): Promise<Snapshot | null> {
    return await this.#options.store.read(async (database) => {
      const surfaces = await surfacesOf(database, id);
      const request = await readRequest(database, id);
      if (request === null) return null;
      const promotion = await promotionOf(database, request);
      return { request, surfaces, steps: await stepsOf(database, id), promotion };
    });
  }
}

/**
 * What doesn't show the latest step. Where all does, the list of bot admins has changed, and whoever can approve is named;
 * or a request about several users is further than its message says. A role that was given for a time may end at another
 * time by now.
 */
function toShow({ request: { state }, surfaces, promotion }: Snapshot): readonly Surface[] {
  const behind = surfaces.filter(({ wanted, shown }) => wanted > shown);
  const isDrawnAnew = state.kind === 'pending' || (state.kind === 'executing' && state.run !== undefined);
  if (promotion === null && (behind.length > 0 || !isDrawnAnew)) return behind;
  const isMessage = ({ name, ts }: Surface) =>
    ts !== null && (name === 'message' || name.startsWith('copy '));
  return surfaces.filter((each) => behind.includes(each) || isMessage(each));
}
