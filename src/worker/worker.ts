import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import type { RequestId } from '../approvals/request.ts';
import type { Interrupted } from '../changes/intents.ts';
import type { Times } from '../config/times.ts';
import type { MemberId } from '../ids.ts';
import type { Problem, Readiness } from '../observability/health.ts';
import type { Liveness } from '../observability/liveness.ts';
import type { AuditHeads } from '../store/audit-head.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import type { Displays } from './displays.ts';
import type { Execution } from './execution.ts';
import type { Homes } from './homes.ts';
import type { InterruptedChanges } from './interrupted-changes.ts';
import { Loop } from './loop.ts';

const AT_A_TIME = 8;

type AnyLoop = Pick<Loop<unknown>, 'start' | 'wake' | 'stop'>;

export type WorkerOptions = {
  store: Pick<Store, 'check'>;
  auditHeads: Pick<AuditHeads, 'due' | 'logWhenDue'>;
  approvals: Approvals;
  execution: Execution;
  displays: Displays;
  homes: Homes;
  interruptedChanges: InterruptedChanges;
  /** Called when the set of users has changed. */
  onUsersChanged: () => void;
  /** Called with the error when the worker cannot use the database, and with null when all of it can be used. */
  onHealth: (error: StoreUnavailable | null) => void;
  readiness: Readiness;
  liveness: Liveness;
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
  /** Works on nothing. No step wakes it: what it reports takes minutes to come. */
  readonly #watching: AnyLoop;
  readonly #checking: AnyLoop;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { approvals, displays, homes, interruptedChanges, store, auditHeads } = options;
    const { onHealth, liveness, times, log } = options;
    const onFailure = (error: unknown) => {
      // What is due stays due while nothing can be recorded, and would fill the log.
      if (error instanceof StoreUnavailable && error.trouble.kind === 'full') onHealth(error);
      else log.error({ err: error }, 'the worker failed at something, trying again');
    };
    const common = (name: string) => ({
      atATime: AT_A_TIME,
      interval: times.workerInterval,
      // A look reads: it says what is wrong, and cannot tell that a disk is no longer full.
      onLook: (error: StoreUnavailable | null) => {
        if (error !== null) onHealth(error);
      },
      onFailure,
      keep: (run: () => Promise<void>, signal: AbortSignal) =>
        liveness.keep(name, run, { signal, firstPause: times.firstRetry, log }),
    });
    this.#displaying = new Loop<RequestId>({
      ...common('displays'),
      find: (limit) => displays.due(limit),
      key: (id) => id,
      work: (id) => displays.display(id),
    });
    const advancing = new Loop<RequestId>({
      ...common('approval requests'),
      find: (limit) => approvals.due(limit),
      key: (id) => id,
      work: (id) => this.#advance(id),
    });
    const settling = new Loop<Interrupted>({
      ...common('interrupted changes'),
      find: (limit) => interruptedChanges.takeOver(limit),
      key: ({ change }) => change.deliveryKey,
      work: (each) => interruptedChanges.settle(each),
    });
    const publishing = new Loop<MemberId>({
      ...common('homes'),
      find: (limit) => homes.due(limit),
      key: (member) => member,
      work: (member) => homes.publish(member),
    });
    this.#others = [advancing, settling, publishing];
    this.#watching = new Loop<never>({
      ...common('overdue displays'),
      interval: times.overdueLook,
      find: () => this.#report(),
      key: () => '',
      work: async () => {},
    });
    this.#checking = new Loop<'head'>({
      ...common('the database'),
      find: async () => {
        await store.check();
        return (await auditHeads.due()) ? ['head'] : [];
      },
      key: (head) => head,
      work: () => auditHeads.logWhenDue(),
      onLook: onHealth,
    });
  }

  start(): void {
    for (const loop of [...this.#others, this.#displaying, this.#watching, this.#checking]) loop.start();
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
    await Promise.all([...this.#others, this.#watching].map((loop) => loop.stop()));
    await this.#displaying.stop({ lastLook: true });
    await this.#checking.stop();
  }

  async #report(): Promise<readonly never[]> {
    const { approvals, displays, readiness, times } = this.#options;
    const overdue = await displays.overdue(times.overdueAfter);
    const requests = overdue === 1 ? '1 approval request' : `${overdue} approval requests`;
    const problem = {
      what: `Slack doesn't show the latest step of ${requests} yet.`,
      remedy: "The bot keeps trying. Its log says why after 'a request could not be shown in Slack'.",
    };
    readiness.degraded('displays', overdue === 0 ? null : problem);
    const newer = await approvals.newer();
    readiness.degraded('newer-requests', newer === 0 ? null : newerProblem(newer));
    return [];
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

function newerProblem(requests: number): Problem {
  return {
    what: `${requests === 1 ? '1 open approval request needs' : `${requests} open approval requests need`} a newer version of the bot.`,
    remedy: 'Start the newer version again. This one leaves them alone.',
  };
}
