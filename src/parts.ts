import { Approvals } from './approvals/approvals.ts';
import { readBacklog } from './approvals/backlog.ts';
import { releaseClaims as releaseRequests, requestInTheWay } from './approvals/rows.ts';
import { displayLeases } from './approvals/surfaces.ts';
import { Intents } from './changes/intents.ts';
import { Promotions } from './changes/promotions.ts';
import { promotionLeases } from './changes/running-promotions.ts';
import { quickActionsWithout } from './commands/home.ts';
import type { Config } from './config/config.ts';
import { VERSION } from './config/package.ts';
import { scheduleOf } from './config/report-schedule.ts';
import type { Times } from './config/times.ts';
import type { Directory } from './directory/directory.ts';
import { liveTokensOf } from './fastly/account-tokens.ts';
import type { FastlyClient } from './fastly/client.ts';
import type { UserId } from './fastly/user.ts';
import type { Readiness } from './observability/health.ts';
import { KeptReading } from './observability/kept-reading.ts';
import type { Liveness } from './observability/liveness.ts';
import type { Logger } from './observability/log.ts';
import { Metrics } from './observability/metrics.ts';
import { tracing } from './observability/trace.ts';
import type { BotAdmins } from './slack/bot-admins/bot-admins.ts';
import type { Conversations } from './slack/connection/conversations.ts';
import type { Members } from './slack/connection/members.ts';
import type { Posting } from './slack/connection/posting.ts';
import { DELIVERY_REFUSALS } from './slack/connection/refused-signatures.ts';
import { CALLER_REFUSALS } from './slack/gate/authorization.ts';
import { AuditHeads } from './store/audit-head.ts';
import { AuditPages } from './store/audit-page.ts';
import { Belonging } from './store/belonging.ts';
import { botAdminLeases } from './store/bot-admins.ts';
import { StoreUnavailable, type WrongDatabase } from './store/errors.ts';
import { homeLeases } from './store/homes.ts';
import { leaverLookLeases } from './store/leavers/look.ts';
import { leaverMessageLeases } from './store/leavers/messages.ts';
import { postgres } from './store/postgres.ts';
import { ReportBook, reportLeases } from './store/reports.ts';
import { sqlite } from './store/sqlite.ts';
import { Store } from './store/store.ts';
import { tokenLookLeases } from './store/token-reminders.ts';
import { Displays } from './worker/displays.ts';
import { Execution } from './worker/execution.ts';
import { Homes } from './worker/homes.ts';
import { InterruptedChanges } from './worker/interrupted-changes.ts';
import { PromotionEnds } from './worker/promotions/ends.ts';
import { PromotionNotices } from './worker/promotions/notices.ts';
import { Worker } from './worker/worker.ts';

/** The store where the configuration says it is. */
export function createStore({ DATABASE_URL: location }: Config, log: Logger): Store {
  const engine =
    location.kind === 'sqlite'
      ? sqlite(location.path)
      : postgres(location.url, (error) =>
          // Connections outlive the interaction that opened them.
          tracing({}, () => log.warn({ err: error }, 'a connection to the database was lost')),
        );
  return new Store(engine, log);
}

export function createMetrics(store: Store, readiness: Readiness, times: Times, log: Logger): Metrics {
  const read = async () => {
    try {
      return await store.read((database) => readBacklog(database, store.engine));
    } catch (error) {
      // The worker notices by itself that the database is away.
      if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'the metrics could not be read');
      throw error;
    }
  };
  return new Metrics({
    version: VERSION,
    refusals: { callers: CALLER_REFUSALS, deliveries: DELIVERY_REFUSALS },
    readiness,
    backlog: new KeptReading(read, times.backlog),
  });
}

/**
 * The parts that work on the store, and the worker.
 *
 * @param told `onHealth` is called with the error when the worker cannot use the database, and with null when it can;
 *   `onWrongDatabase` when the database turns out to belong elsewhere
 */
export function createStoredParts(
  config: Config,
  parts: {
    store: Store;
    fastly: FastlyClient;
    directory: Directory;
    conversations: Conversations;
    /** One attempt each, as what is shown from the store is tried until it is shown. */
    posting: Posting;
    members: Members;
    botAdmins: BotAdmins;
    readiness: Readiness;
    liveness: Liveness;
    times: Times;
    log: Logger;
  },
  told: {
    onHealth: (error: StoreUnavailable | null) => void;
    onWrongDatabase: (error: WrongDatabase) => void;
  },
) {
  const { store, fastly, directory, botAdmins, readiness, liveness, times, log } = parts;
  const { degraded } = readiness;
  const confirmationsChannel = config.CONFIRMATIONS_CHANNEL ?? null;
  const lease = config.EXECUTION_LEASE;
  const policy = {
    get botAdmins() {
      return botAdmins.named;
    },
    requiredFor: config.APPROVAL_REQUIRED_FOR,
    mentioned: config.APPROVERS_MENTIONED,
    reasonRequiredFor: config.REASON_REQUIRED_FOR,
    approvalsRequired: config.APPROVALS_REQUIRED,
    allowSelfApproval: config.ALLOW_SELF_APPROVAL,
    ttl: config.APPROVAL_TTL,
    reminder: config.APPROVAL_REMINDER,
    lease,
  };
  const wake = () => worker.wake();
  const approvals = new Approvals(store, policy, confirmationsChannel !== null, wake);
  const intents = new Intents(store, lease, requestInTheWay, wake);
  const promotions = new Promotions(store, wake);
  const disabled = new Set(config.DISABLED_COMMANDS);
  const auditPages = new AuditPages(store);
  const quickActions = quickActionsWithout(disabled);
  const homes = new Homes({
    ...parts,
    ...{ degraded, approvals, auditPages, promotions, quickActions, disabled, wake },
  });
  const approvalsChannel = config.APPROVALS_CHANNEL ?? null;
  const notices = new PromotionNotices({
    ...{ ...parts, degraded, approvals, approvalsChannel, disabled },
    confirmationsChannel,
  });
  const onUsersChanged = () => directory.usersChanged();
  const promotionEnds = new PromotionEnds({ ...parts, approvals, notices, lease, onUsersChanged });
  const auditHeads = new AuditHeads(store, log, times.auditHead);
  const belonging = new Belonging(store);
  const worker = new Worker({
    store,
    auditHeads,
    belonging,
    approvals,
    execution: new Execution(
      approvals.claims,
      intents,
      promotions,
      fastly,
      botAdmins,
      config.FASTLY_TIMEOUT,
      times.runShown,
    ),
    displays: new Displays(
      { ...parts, approvals, intents, promotions, confirmationsChannel, disabled },
      times,
      degraded,
    ),
    homes,
    interruptedChanges: new InterruptedChanges({ ...parts, degraded, intents, approvals, disabled }),
    promotionEnds,
    onUsersChanged,
    ...told,
    readiness,
    liveness,
    times,
    log,
  });
  /** Ends the claims of processes before this one, where the database belongs to one process at a time. */
  const releaseClaims = async () => {
    await store.transaction(async (transaction) => {
      await releaseRequests(transaction);
      await displayLeases.expireAll(transaction);
      await homeLeases.expireAll(transaction);
      await botAdminLeases.expireAll(transaction);
      await tokenLookLeases.expireAll(transaction);
      await reportLeases.expireAll(transaction);
      await leaverLookLeases.expireAll(transaction);
      await leaverMessageLeases.expireAll(transaction);
      await promotionLeases.expireAll(transaction);
      await intents.releaseAll(transaction);
    });
  };
  const reports = new ReportBook(store, scheduleOf(config)?.name ?? null);
  const services = {
    ...{ approvals, intents, promotions, auditPages, reports, homes, disabled, confirmationsChannel },
    liveTokensOf: (id: UserId) => liveTokensOf(fastly, id),
  };
  return { services, worker, promotionEnds, auditHeads, belonging, releaseClaims };
}

export type StoredParts = ReturnType<typeof createStoredParts>;
