import type { Config } from '../config/config.ts';
import { scheduleOf } from '../config/report-schedule.ts';
import type { Readiness } from '../observability/health.ts';
import { countsOf } from '../slack/bot-admins/bot-admins.ts';
import type { Workspace } from '../slack/bot-admins/standing.ts';
import type { Services } from '../slack/replies/services.ts';
import type { Store } from '../store/store.ts';
import { BotAdminWatch } from './bot-admin-watch.ts';
import type { LeaverWatch } from './leavers/watch.ts';
import { ScheduledReports } from './scheduled-reports.ts';
import { TokenReminders } from './token-reminders.ts';

/**
 * What goes on beside the worker from when Slack is reached until the bot stops: it follows the bot admins and who leaves
 * Slack, reminds of tokens that expire, and posts reports. Never rejects.
 */
export async function followInBackground(
  config: Config,
  parts: Services & {
    leavers: LeaverWatch;
    store: Store;
    readiness: Readiness;
    /** Makes the worker look for due work at once. */
    wake: () => void;
    /** Aborted when the bot stops. */
    stopping: AbortSignal;
  },
  workspace: Workspace,
): Promise<void> {
  const { APPROVALS_REQUIRED, ALLOW_SELF_APPROVAL, APPROVAL_REQUIRED_FOR } = config;
  const approvers = APPROVALS_REQUIRED + (ALLOW_SELF_APPROVAL ? 0 : 1);
  const needed = APPROVAL_REQUIRED_FOR.length > 0 ? approvers : 0;
  const botAdminWatch = new BotAdminWatch({
    ...parts,
    needed,
    onRead: (roll) => parts.metrics.botAdmins(countsOf(roll)),
  });
  // A stop does not wait for it.
  void botAdminWatch.follow();
  const { CONFIRMATIONS_CHANNEL: channel, EXECUTION_LEASE: lease } = config;
  const schedule = scheduleOf(config);
  await Promise.all([
    parts.leavers.follow(workspace),
    config.TOKEN_REMINDERS && new TokenReminders({ ...parts, workspace }).follow(),
    schedule && channel && new ScheduledReports({ ...parts, schedule, channel, lease }).follow(),
  ]);
}
