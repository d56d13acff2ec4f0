import type { Logger } from 'pino';
import { isAdmission } from '../approvals/action.ts';
import type { Approvals } from '../approvals/approvals.ts';
import type { RequestId } from '../approvals/request.ts';
import type { Interrupted } from '../changes/intents.ts';
import type { Times } from '../config/times.ts';
import type { MemberId } from '../ids.ts';
import type { Readiness } from '../observability/health.ts';
import type { Liveness } from '../observability/liveness.ts';
import type { AuditHeads } from '../store/audit-head.ts';
import type { Belonging } from '../store/belonging.ts';
import { StoreUnavailable, WrongDatabase } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import type { Trouble } from '../store/trouble.ts';
import type { Displays } from './displays.ts';
import type { Execution } from './execution.ts';
import type { Homes } from './homes.ts';
import type { InterruptedChanges } from './interrupted-changes.ts';
import { Loop } from './loop.ts';
import { reportOverdue } from './overdue.ts';
import type { PromotionEnds } from './promotions/ends.ts';

const AT_A_TIME = 8;

/** Troubles that keep what is due from being done until they are over, and would fill the log. */
const LASTING: readonly Trouble['kind'][] = ['full', 'back'];

type AnyLoop = Pick<Loop<unknown>, 'start' | 'wake' | 'stop'>;

export type WorkerOptions = {
  store: Pick<Store, 'check'>;
  auditHeads: Pick<AuditHeads, 'due' | 'logWhenDue'>;
  belonging: Pick<Belonging, 'confirm'>;
  approvals: Approvals;
  execution: Execution;
  displays: Displays;
  homes: Homes;
  interruptedChanges: InterruptedChanges;
  promotionEnds: PromotionEnds;
  /** Called when the set of users has changed. */
  onUsersChanged: () => void;
  /** Called with the login of a user who was created or invited after an approval. */
  onAdmitted: (login: string) => void;
  /** Called with the error when the worker cannot use the database, and with null when all of it can be used. */
  onHealth: (error: StoreUnavailable | null) => void;
  /** Called when the database turns out to belong elsewhere. */
  onWrongDatabase: (error: WrongDatabase) => void;
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
  readonly #publishing: AnyLoop;
  /** What can change something in Fastly, or says whether that was done. */
  readonly #changing: readonly AnyLoop[];
  /** Takes roles back whose time is over, also while Slack refuses the bot's token. */
  readonly #ending: AnyLoop;
  /** Works on nothing. No step wakes it: what it reports takes minutes to come. */
  readonly #watching: AnyLoop;
  readonly #checking: AnyLoop;
  #started = false;
  #showing = false;
  #working = false;
  #takingBack = false;
  #stopping = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { approvals, displays, homes, interruptedChanges, promotionEnds, store, auditHeads } = options;
    const { onHealth, liveness, times, log } = options;
    const onFailure = (error: unknown) => {
      if (error instanceof StoreUnavailable && LASTING.includes(error.trouble.kind)) onHealth(error);
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
      trace: (request) => ({ request }),
      work: (id) => displays.display(id),
    });
    const advancing = new Loop<RequestId>({
      ...common('approval requests'),
      find: (limit) => approvals.claims.due(limit),
      key: (id) => id,
      trace: (request) => ({ request }),
      work: (id) => this.#advance(id),
    });
    const settling = new Loop<Interrupted>({
      ...common('interrupted changes'),
      find: (limit) => interruptedChanges.takeOver(limit),
      key: ({ change }) => change.deliveryKey,
      trace: ({ change: { reference: interaction, request = null } }) => ({ interaction, request }),
      work: (each) => interruptedChanges.settle(each),
    });
    this.#publishing = new Loop<MemberId>({
      ...common('homes'),
      find: (limit) => homes.due(limit),
      key: (member) => member,
      work: (member) => homes.publish(member),
    });
    const ending = new Loop<string>({
      ...common('promotions'),
      find: (limit) => promotionEnds.due(limit),
      key: (id) => id,
      work: (id) => promotionEnds.work(id),
    });
    this.#changing = [advancing, settling];
    this.#ending = ending;
    this.#watching = new Loop<never>({
      ...common('overdue displays'),
      interval: times.overdueLook,
      find: async () => {
        await reportOverdue(options);
        return [];
      },
      key: () => '',
      work: async () => {},
    });
    this.#checking = new Loop<'head'>({
      ...common('the database'),
      find: async () => {
        await store.check();
        await this.#workWhereItBelongs();
        return (await auditHeads.due()) ? ['head'] : [];
      },
      key: (head) => head,
      work: () => auditHeads.logWhenDue(),
      onLook: onHealth,
    });
  }

  /**
   * The database can be used: looks after it from now on, and begins the work once it is known to belong to where the
   * bot works. Resolves when that has been looked at once.
   */
  async start(): Promise<void> {
    this.#started = true;
    await this.confirm();
    this.#checking.start();
  }

  /** Begins the work if the database can be seen to belong to where the bot works. Else it is looked at again later. */
  async confirm(): Promise<void> {
    if (!this.#started) return;
    try {
      await this.#workWhereItBelongs();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  wake(): void {
    for (const loop of [...this.#changing, this.#ending, this.#publishing, this.#displaying]) loop.wake();
  }

  /** Slack answers again: what waited for that is shown now. */
  slackIsBack(): void {
    const { displays, homes, interruptedChanges, promotionEnds, onHealth } = this.#options;
    homes.retryAtOnce();
    const retried = [displays, interruptedChanges, promotionEnds].map((each) => each.retryAtOnce());
    Promise.all(retried).then(() => this.wake(), onHealth);
  }

  /** Begins nothing new. Resolves when running work has ended and Slack shows its results. */
  async stop(): Promise<void> {
    this.#stopping = true;
    // Homes that this leaves out of date are drawn by the next process.
    const others = [...this.#changing, this.#ending, this.#publishing, this.#watching];
    await Promise.all(others.map((loop) => loop.stop()));
    await this.#displaying.stop({ lastLook: true });
    await this.#checking.stop();
  }

  async #workWhereItBelongs(): Promise<void> {
    const { belonging, onWrongDatabase } = this.#options;
    try {
      const { mayShow, mayChange, mayEnd } = await belonging.confirm();
      if (this.#stopping) return;
      if (mayShow && !this.#showing) {
        this.#showing = true;
        for (const loop of [this.#displaying, this.#publishing, this.#watching]) loop.start();
      }
      if (mayEnd && !this.#takingBack) {
        this.#takingBack = true;
        this.#ending.start();
      }
      if (mayChange && !this.#working) {
        this.#working = true;
        for (const loop of this.#changing) loop.start();
      }
    } catch (error) {
      if (!(error instanceof WrongDatabase)) throw error;
      onWrongDatabase(error);
    }
  }

  async #advance(id: RequestId): Promise<void> {
    const { approvals, execution, onUsersChanged, onAdmitted, log } = this.#options;
    const claim = await approvals.claims.advance(id);
    if (claim === null) return;
    const outcome = await execution.carryOut(claim);
    log.info({ outcome: outcome.kind }, 'an attempt at an approved request ended');
    if (outcome.kind !== 'refused') onUsersChanged();
    const { action } = claim.request;
    if (outcome.kind === 'completed' && isAdmission(action)) onAdmitted(action.target.login);
    const recorded = await approvals.claims.record(claim, outcome);
    if (recorded.kind !== 'step') {
      log.error({ outcome }, 'another process has taken the request over; this outcome is not recorded');
    }
  }
}
