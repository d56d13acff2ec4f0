import { Approvals } from '../approvals/approvals.ts';
import { releaseClaims as releaseRequests, requestInTheWay } from '../approvals/rows.ts';
import { displayLeases } from '../approvals/surfaces.ts';
import { Intents } from '../changes/intents.ts';
import { Promotions } from '../changes/promotions.ts';
import { promotionLeases } from '../changes/running-promotions.ts';
import type { Config } from '../config/config.ts';
import { scheduleOf } from '../config/report-schedule.ts';
import { liveTokensOf } from '../fastly/account-tokens.ts';
import type { UserId } from '../fastly/user.ts';
import type { QuickAction } from '../messages/home.ts';
import type { Readiness } from '../observability/health.ts';
import type { Liveness } from '../observability/liveness.ts';
import type { Services } from '../slack/replies/services.ts';
import { AuditHeads } from '../store/audit-head.ts';
import { AuditPages } from '../store/audit-page.ts';
import { Belonging } from '../store/belonging.ts';
import { botAdminLeases } from '../store/bot-admins.ts';
import { homeLeases } from '../store/homes.ts';
import { leaverLookLeases } from '../store/leavers/look.ts';
import { leaverMessageLeases } from '../store/leavers/messages.ts';
import { ReportBook, reportLeases } from '../store/reports.ts';
import type { Store } from '../store/store.ts';
import { tokenLookLeases } from '../store/token-reminders.ts';
import { Displays } from './displays.ts';
import { Execution } from './execution.ts';
import { Homes } from './homes.ts';
import { InterruptedChanges } from './interrupted-changes.ts';
import { PromotionEnds } from './promotions/ends.ts';
import { PromotionNotices } from './promotions/notices.ts';
import { Worker, type WorkerOptions } from './worker.ts';

/** Leases of processes before this one, which nobody holds where the database belongs to one process at a time. */
const LEASES = [
  displayLeases,
  homeLeases,
  botAdminLeases,
  tokenLookLeases,
  reportLeases,
  leaverLookLeases,
  leaverMessageLeases,
  promotionLeases,
];

type Shared =
  | 'fastly'
  | 'directory'
  | 'conversations'
  | 'members'
  | 'botAdmins'
  | 'posting'
  | 'disabled'
  | 'times'
  | 'log';

/** The parts that work on the store, and the worker. */
export function createStoredParts(
  config: Config,
  parts: Pick<Services, Shared> & {
    store: Store;
    quickActions: readonly QuickAction[];
    readiness: Readiness;
    liveness: Liveness;
  },
  told: Pick<WorkerOptions, 'onHealth' | 'onWrongDatabase' | 'onAdmitted'>,
) {
  const { store, fastly, directory, botAdmins, times, log } = parts;
  const { degraded } = parts.readiness;
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
  const auditPages = new AuditPages(store);
  const homes = new Homes({ ...parts, degraded, approvals, auditPages, promotions, wake });
  const approvalsChannel = config.APPROVALS_CHANNEL ?? null;
  const notices = new PromotionNotices({
    ...{ ...parts, degraded, approvals, approvalsChannel },
    confirmationsChannel,
  });
  const onUsersChanged = () => directory.usersChanged();
  const promotionEnds = new PromotionEnds({ ...parts, approvals, notices, lease, onUsersChanged });
  const auditHeads = new AuditHeads(store, log, times.auditHead);
  const belonging = new Belonging(store);
  const worker = new Worker({
    ...parts,
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
      { ...parts, approvals, intents, promotions, confirmationsChannel },
      times,
      degraded,
    ),
    homes,
    interruptedChanges: new InterruptedChanges({ ...parts, degraded, intents, approvals }),
    promotionEnds,
    onUsersChanged,
    ...told,
  });
  /** Ends the claims of processes before this one. */
  const releaseClaims = async () => {
    await store.transaction(async (transaction) => {
      await releaseRequests(transaction);
      for (const leases of LEASES) await leases.expireAll(transaction);
      await intents.releaseAll(transaction);
    });
  };
  const reports = new ReportBook(store, scheduleOf(config)?.name ?? null);
  const services = {
    ...{ approvals, intents, promotions, auditPages, reports, homes, approvalsChannel, confirmationsChannel },
    liveTokensOf: (id: UserId) => liveTokensOf(fastly, id),
  };
  return { services, worker, promotionEnds, auditHeads, belonging, releaseClaims };
}
