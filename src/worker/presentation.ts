import { WebAPIRateLimitedError } from '@slack/web-api';
import type { RequestId } from '../approvals/request.ts';
import { readRequest } from '../approvals/rows.ts';
import { stepsOf } from '../approvals/steps.ts';
import {
  claimDisplay,
  dueDisplays,
  releaseDisplay,
  renewDisplay,
  surfacesOf,
} from '../approvals/surfaces.ts';
import type { Times } from '../config/times.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../slack/connection/clients.ts';
import type { Transaction } from '../store/transaction.ts';
import { Pauses } from './pauses.ts';
import { type DisplayOptions, DisplayTakenOver, RequestDisplay, type Snapshot } from './request-display.ts';

/** Renewed with each record; between two of them there are at most two postings and a look-up. */
const LEASE_MILLISECONDS = 4 * POSTING_TIMEOUT_MILLISECONDS;

/**
 * Makes Slack show what the store says it must: what was never posted is posted, the rest is updated, until it is
 * shown. A posting whose answer is lost is posted again; the copy is found when one of its buttons is clicked.
 */
export class Presentation {
  readonly #options: DisplayOptions;
  readonly #pauses: Pauses<RequestId>;

  constructor(options: DisplayOptions, times: Times) {
    this.#options = options;
    this.#pauses = new Pauses(times);
  }

  /** The ids of up to `limit` requests that Slack does not show as they are; none while Slack takes no more. */
  async due(limit: number): Promise<RequestId[]> {
    const { store } = this.#options;
    const due = await store.read((database) => dueDisplays(database, store.engine, limit));
    return this.#pauses.limited ? [] : due;
  }

  /** Brings all of a request's surfaces up to date, unless another process is at it. */
  async present(id: RequestId): Promise<void> {
    const { store, log } = this.#options;
    const claim = await store.transaction((transaction) => claimDisplay(transaction, id, LEASE_MILLISECONDS));
    if (claim === null) return;
    let pause = 0;
    try {
      await this.#bringUpToDate(id, (transaction) =>
        renewDisplay(transaction, id, claim, LEASE_MILLISECONDS),
      );
      this.#pauses.over(id);
    } catch (error) {
      pause = this.#pauses.after(id, error);
      log.warn({ request: id, err: error, pause }, 'a request could not be shown in Slack, trying again');
    }
    await store.transaction(async (transaction) =>
      releaseDisplay(transaction, id, claim, (await transaction.now()) + pause),
    );
  }

  async #bringUpToDate(id: RequestId, goOn: (transaction: Transaction) => Promise<boolean>): Promise<void> {
    const snapshot = await this.#snapshotOf(id);
    if (snapshot === null) return;
    const display = new RequestDisplay(this.#options, snapshot, goOn);
    const failures: unknown[] = [];
    for (const { name } of snapshot.surfaces.filter(({ wanted, shown }) => wanted > shown)) {
      try {
        await display.show(name);
      } catch (error) {
        // The others refer to the message, and a limit or a takeover is for all of them.
        if (name === 'message' || !isOfOneSurface(error)) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** The surfaces are read first: what changes after that is shown in the next round. */
  async #snapshotOf(id: RequestId): Promise<Snapshot | null> {
    return await this.#options.store.read(async (database) => {
      const surfaces = await surfacesOf(database, id);
      const request = await readRequest(database, id);
      return request && { request, surfaces, steps: await stepsOf(database, id) };
    });
  }
}

function isOfOneSurface(error: unknown): boolean {
  return !(error instanceof WebAPIRateLimitedError) && !(error instanceof DisplayTakenOver);
}
