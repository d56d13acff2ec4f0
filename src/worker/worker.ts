import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import type { RequestId } from '../approvals/request.ts';
import type { Interrupted } from '../changes/intents.ts';
import type { Times } from '../config/times.ts';
import type { MemberId } from '../ids.ts';
import type { Displays } from './displays.ts';
import type { Execution } from './execution.ts';
import type { Homes } from './homes.ts';
import type { InterruptedChanges } from './interrupted-changes.ts';
import { Loop } from './loop.ts';

const AT_A_TIME = 8;

type AnyLoop = Pick<Loop<unknown>, 'start' | 'wake' | 'stop'>;

export type WorkerOptions = {
  approvals: Approvals;
  execution: Execution;
  displays: Displays;
  homes: Homes;
  interruptedChanges: InterruptedChanges;
  /** Called when the set of users has changed. */
  onUsersChanged: () => void;
  /** Called with the error when the worker cannot reach the database, and with null when it has reached it. */
  onHealth: (error: unknown) => void;
  times: Times;
  log: Logger;
};

/**
 * Runs in the background of every replica. It expires approval requests, sends reminders, carries out what was approved,
 * takes over what a dead replica left behind, and keeps messages and Home tabs in Slack up to date.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #displaying: AnyLoop;
  readonly #others: readonly AnyLoop[];

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { approvals, displays, homes, interruptedChanges, onHealth, times, log } = options;
    const onFailure = (error: unknown) =>
      log.error({ err: error }, 'the worker failed at something, trying again');
    const common = { atATime: AT_A_TIME, interval: times.workerInterval, onLook: onHealth, onFailure };
    this.#displaying = new Loop<RequestId>({
      ...common,
      find: (limit) => displays.due(limit),
      key: (id) => id,
      work: (id) => displays.display(id),
    });
    const advancing = new Loop<RequestId>({
      ...common,
      find: (limit) => approvals.due(limit),
      key: (id) => id,
      work: (id) => this.#advance(id),
    });
    const settling = new Loop<Interrupted>({
      ...common,
      find: (limit) => interruptedChanges.takeOver(limit),
      key: ({ change }) => change.deliveryKey,
      work: (each) => interruptedChanges.settle(each),
    });
    const publishing = new Loop<MemberId>({
      ...common,
      find: (limit) => homes.due(limit),
      key: (member) => member,
      work: (member) => homes.publish(member),
    });
    this.#others = [advancing, settling, publishing];
  }

  start(): void {
    for (const loop of [...this.#others, this.#displaying]) loop.start();
  }

  wake(): void {
    for (const loop of [...this.#others, this.#displaying]) loop.wake();
  }

  /** Slack answers again: what waited for that is shown now. */
  slackIsBack(): void {
    const { displays, homes, interruptedChanges, onHealth } = this.#options;
    homes.retryAtOnce();
    Promise.all([displays.retryAtOnce(), interruptedChanges.retryAtOnce()]).then(() => this.wake(), onHealth);
  }

  /** Begins nothing new. Resolves when running work has ended and Slack shows its results. */
  async stop(): Promise<void> {
    // Homes that this leaves out of date are drawn by the next process.
    await Promise.all(this.#others.map((loop) => loop.stop()));
    await this.#displaying.stop({ lastLook: true });
  }

  async #advance(id: RequestId): Promise<void> {
    const { approvals, execution, onUsersChanged, log } = this.#options;
    const claim = await approvals.advance(id);
    if (claim === null) return;
    const outcome = await execution.carryOut(claim);
    log.info({ request: id, outcome: outcome.kind }, 'an attempt at an approved request ended');
    if (outcome.kind !== 'refused') onUsersChanged();
    const recorded = await approvals.record(claim, outcome);
    if (recorded.kind !== 'step') {
      log.error(
        { request: id, outcome },
        'another process has taken the request over; this outcome is not recorded',
      );
    }
  }
}
