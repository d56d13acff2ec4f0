import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Readiness } from './health.ts';
import type { KeptReading } from './kept-reading.ts';
import type { InteractionMeter, InteractionOutcome } from './measured-interaction.ts';

const PREFIX = 'fastly_user_bot_';

/** Around the 3 seconds that Slack waits for an acknowledgement. */
const ACKNOWLEDGE_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5];
/** An answer may wait for Fastly, and for Slack to take it: that is given up after 30 minutes. */
const ANSWER_SECONDS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800];
const FASTLY_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** The states of approval requests that are open; `failed` while somebody may retry. */
const OPEN_STATES = ['pending', 'approved', 'executing', 'failed'] as const;

/** `untold` until the message is made; `kept` once a bot admin has decided so. */
const LEAVER_STATES = ['untold', 'told', 'kept'] as const;

/** What waits, as the store has it. Ages are in milliseconds; 0 where nothing has one. */
export type Backlog = {
  requests: Record<(typeof OPEN_STATES)[number], number>;
  oldestOpen: number;
  /** Of those that are approved and not carried out, since they were approved. */
  oldestApproved: number;
  unclearExecutions: number;
  /** Places in Slack that do not show the latest step of a request. */
  surfacesBehind: number;
  oldestBehind: number;
  /** Members who left Slack and whose email is a login, by whether bot admins were told of them. */
  leavers: Record<(typeof LEAVER_STATES)[number], number>;
  /** Roles that were given for a time that is over, and are not taken back. */
  overduePromotions: number;
};

/** Whether Slack took a message, was away, or refused it. */
const REMINDER_RESULTS = ['told', 'failed', 'refused'] as const;
type ReminderResult = (typeof REMINDER_RESULTS)[number];

/** Whether Slack took a report, was away or refused it, or it was due too long ago. */
const REPORT_RESULTS = ['posted', 'failed', 'refused', 'left-out'] as const;
type ReportResult = (typeof REPORT_RESULTS)[number];

type MetricsOptions = {
  version: string;
  /** Every reason why a caller, or a delivery, is refused. Each is there from the start, so that its first time is a rise. */
  refusals: { callers: readonly string[]; deliveries: readonly string[] };
  readiness: Readiness;
  backlog: KeptReading<Backlog>;
};

/**
 * What Prometheus reads, listed in `docs/metrics.md`. Whatever becomes the value of a label comes from a limited list.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export class Metrics implements InteractionMeter {
  readonly #registry = new Registry();
  readonly #options: MetricsOptions;
  readonly #interactions = this.#counter('interactions_total', 'Interactions that have ended.', [
    'kind',
    'name',
    'outcome',
  ]);
  readonly #acknowledge = this.#histogram(
    'acknowledge_seconds',
    'From reading a delivery until it is acknowledged.',
    ['kind'],
    ACKNOWLEDGE_SECONDS,
  );
  readonly #answer = this.#histogram(
    'answer_seconds',
    'From reading a delivery until Slack has taken its first answer.',
    ['kind', 'name'],
    ANSWER_SECONDS,
  );
  readonly #callers = this.#counter(
    'refused_callers_total',
    'Deliveries from somebody who may not use the bot, or not there.',
    ['reason'],
  );
  readonly #deliveries = this.#counter(
    'refused_deliveries_total',
    "Deliveries that were not Slack's or could not be read.",
    ['reason'],
  );
  readonly #tokenReminders = this.#counter(
    'token_reminders_total',
    'Messages to a member about API tokens that expire soon.',
    ['result'],
  );
  readonly #reports = this.#counter('reports_total', "The account's reports by the schedule.", ['result']);
  readonly #requests = this.#counter('fastly_requests_total', "Requests to Fastly's API.", [
    'operation',
    'status',
  ]);
  readonly #requestTime = this.#histogram(
    'fastly_request_seconds',
    'How long a request to Fastly took.',
    ['operation'],
    FASTLY_SECONDS,
  );
  readonly #writesRemaining = this.#gauge(
    'fastly_writes_remaining',
    "How many writes the bot's token has left, as Fastly last said it.",
  );
  readonly #tokenExpiry = new Gauge({
    name: 'fastly_token_expiry_timestamp_seconds',
    help: "When the bot's Fastly token expires.",
    registers: [this.#registry],
  });
  readonly #ready = this.#gauge('ready', '1 while the bot can take a delivery and answer it.');
  readonly #connected = this.#gauge('connected', '1 while the bot takes deliveries from Slack.');
  readonly #degraded = this.#gauge('degraded', 'How many problems the bot has beside what it needs.');
  readonly #botAdmins = this.#gauge(
    'bot_admins',
    'Listed bot admins, by whether they can use the bot as far as Slack says.',
    ['standing'],
  );
  readonly #open = this.#gauge('approval_requests', 'Open approval requests.', ['state']);
  readonly #leavers = this.#gauge('leavers', 'Members who left Slack and are still users in Fastly.', [
    'state',
  ]);
  readonly #waiting = {
    oldestOpen: this.#gauge('oldest_open_request_age_seconds', 'Age of the oldest open approval request.'),
    oldestApproved: this.#gauge(
      'oldest_approved_request_age_seconds',
      'For how long a request has been approved and not carried out.',
    ),
    unclearExecutions: this.#gauge(
      'unclear_executions',
      'Open requests for which nobody knows whether Fastly carried them out.',
    ),
    surfacesBehind: this.#gauge(
      'surfaces_behind',
      'Messages in Slack that do not show the latest step of a request.',
    ),
    oldestBehind: this.#gauge(
      'oldest_surface_behind_age_seconds',
      'Age of the oldest step that Slack does not show.',
    ),
    overduePromotions: this.#gauge(
      'overdue_promotions',
      'Roles that were given for a time that is over, and that have not ended.',
    ),
  };
  /** `resetAt` in Unix seconds. */
  #writes: { remaining: number; resetAt: number } | null = null;
  #collectsProcess = false;

  constructor(options: MetricsOptions) {
    this.#options = options;
    const { version, refusals } = options;
    const built = this.#gauge('build_info', 'The versions of the bot and of Node.', ['version', 'node']);
    built.set({ version, node: process.versions.node }, 1);
    for (const reason of refusals.callers) this.#callers.inc({ reason }, 0);
    for (const reason of refusals.deliveries) this.#deliveries.inc({ reason }, 0);
    for (const result of REMINDER_RESULTS) this.#tokenReminders.inc({ result }, 0);
    for (const result of REPORT_RESULTS) this.#reports.inc({ result }, 0);
    this.tokenExpires(null);
    this.botAdmins({ able: 0, unable: 0, unknown: 0 });
  }

  interaction(kind: string, name: string, outcome: InteractionOutcome): void {
    this.#interactions.inc({ kind, name, outcome });
  }

  acknowledged(kind: string, milliseconds: number): void {
    this.#acknowledge.observe({ kind }, milliseconds / 1000);
  }

  answered(kind: string, name: string, milliseconds: number): void {
    this.#answer.observe({ kind, name }, milliseconds / 1000);
  }

  callerRefused(reason: string): void {
    this.#callers.inc({ reason });
  }

  deliveryRefused(reason: string): void {
    this.#deliveries.inc({ reason });
  }

  /** @param status HTTP's, or a word for what kept Fastly from answering */
  fastlyAnswered(operation: string, status: number | string, milliseconds: number): void {
    this.#requests.inc({ operation, status });
    this.#requestTime.observe({ operation }, milliseconds / 1000);
  }

  /** Answers can overtake each other: within a window the lowest number is the latest. @param resetAt in Unix seconds */
  writesRemain(remaining: number, resetAt: number): void {
    const known = this.#writes?.resetAt === resetAt ? this.#writes.remaining : remaining;
    this.#writes = { remaining: Math.min(known, remaining), resetAt };
  }

  tokenReminder(result: ReminderResult): void {
    this.#tokenReminders.inc({ result });
  }

  report(result: ReportResult): void {
    this.#reports.inc({ result });
  }

  /** How many of the list can use the bot, cannot, or are not known about. */
  botAdmins(counts: Record<'able' | 'unable' | 'unknown', number>): void {
    for (const [standing, count] of Object.entries(counts)) this.#botAdmins.set({ standing }, count);
  }

  /** @param at Unix milliseconds; null: never, or nobody knows */
  tokenExpires(at: number | null): void {
    show(this.#tokenExpiry, at === null ? null : at / 1000);
  }

  /** All metrics as they are now, as Prometheus reads them. */
  async exposition(): Promise<{ contentType: string; text: string }> {
    const backlog = await this.#options.backlog.latest();
    const { readiness } = this.#options;
    const missing = Object.keys(readiness.report());
    this.#ready.set(missing.length === 0 ? 1 : 0);
    this.#connected.set(missing.includes('slack') ? 0 : 1);
    this.#degraded.set(readiness.problems().length);
    const isOver = this.#writes !== null && this.#writes.resetAt * 1000 <= Date.now();
    if (isOver) this.#writes = null;
    show(this.#writesRemaining, this.#writes?.remaining);
    this.#showBacklog(backlog);
    this.#collectProcess();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #showBacklog(backlog: { value: Backlog; age: number } | null): void {
    const { requests, oldestOpen, oldestApproved, oldestBehind, leavers, ...counts } =
      backlog?.value ?? NOTHING_KNOWN;
    this.#open.reset();
    for (const state of OPEN_STATES) if (requests) this.#open.set({ state }, requests[state]);
    this.#leavers.reset();
    for (const state of LEAVER_STATES) if (leavers) this.#leavers.set({ state }, leavers[state]);
    /** What waits has waited longer since that was read. */
    const seconds = (age: number | undefined) => age && (age + (backlog?.age ?? 0)) / 1000;
    show(this.#waiting.oldestOpen, seconds(oldestOpen));
    show(this.#waiting.oldestApproved, seconds(oldestApproved));
    show(this.#waiting.oldestBehind, seconds(oldestBehind));
    show(this.#waiting.unclearExecutions, counts.unclearExecutions);
    show(this.#waiting.surfacesBehind, counts.surfacesBehind);
    show(this.#waiting.overduePromotions, counts.overduePromotions);
  }

  /** Not before somebody reads them: watching the event loop and the garbage collector costs something. */
  #collectProcess(): void {
    if (!this.#collectsProcess) collectDefaultMetrics({ register: this.#registry });
    this.#collectsProcess = true;
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: L[], buckets: number[]): Histogram<L> {
    return new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers: [this.#registry] });
  }
}

const NOTHING_KNOWN: Partial<Backlog> = {};

/** Sets a gauge. One that is not known is taken away, as 0 would be a value. */
function show(gauge: Gauge, value: number | null | undefined): void {
  if (value === null || value === undefined) gauge.remove();
  else gauge.set(value);
}
