import type { Approvals } from '../approvals/approvals.ts';
import type { Times } from '../config/times.ts';
import type { Problem, Readiness } from '../observability/health.ts';
import type { Displays } from './displays.ts';
import type { Homes } from './homes.ts';
import type { InterruptedChanges } from './interrupted-changes.ts';
import type { PromotionEnds } from './promotions/ends.ts';

type Parts = {
  approvals: Pick<Approvals, 'newer'>;
  displays: Pick<Displays, 'overdue'>;
  homes: Pick<Homes, 'overdue'>;
  interruptedChanges: Pick<InterruptedChanges, 'overdue'>;
  promotionEnds: Pick<PromotionEnds, 'overdue'>;
  readiness: Readiness;
  times: Times;
};

/** Has the bot count as degraded while something that was due is not done. */
export async function reportOverdue(parts: Parts): Promise<void> {
  const { approvals, displays, homes, interruptedChanges, promotionEnds, readiness, times } = parts;
  const { overdueAfter } = times;
  const [requests, tabs, changes] = await Promise.all([
    displays.overdue(overdueAfter),
    homes.overdue(overdueAfter),
    interruptedChanges.overdue(overdueAfter),
  ]);
  readiness.degraded('overdue', overdueProblem({ requests, tabs, changes }));
  const late = await promotionEnds.overdue(times.promotions.loud);
  readiness.degraded('overdue-promotions', late === 0 ? null : lateProblem(late));
  const newer = await approvals.newer();
  readiness.degraded('newer-requests', newer === 0 ? null : newerProblem(newer));
}

/** What Slack has yet to be shown, by how many; null for nothing. */
function overdueProblem({ requests, tabs, changes }: Overdue): Problem | null {
  const overdue = [
    counted(requests, 'the latest step of 1 approval request', 'the latest steps of # approval requests'),
    counted(tabs, '1 Home tab as it is now', '# Home tabs as they are now'),
    counted(changes, 'the result of 1 change', 'the results of # changes'),
  ].filter((each) => each !== null);
  if (overdue.length === 0) return null;
  return {
    what: `Slack doesn't show ${new Intl.ListFormat('en').format(overdue)} yet.`,
    remedy: "The bot keeps trying. Its log says why in the warnings that end with 'trying again'.",
  };
}

type Overdue = Record<'requests' | 'tabs' | 'changes', number>;

function counted(count: number, one: string, several: string): string | null {
  if (count === 0) return null;
  return count === 1 ? one : several.replace('#', String(count));
}

function lateProblem(promotions: number): Problem {
  return {
    what: `${promotions === 1 ? '1 role that was given for a time has' : `${promotions} roles that were given for a time have`} not ended.`,
    remedy:
      "The bot keeps trying. Its log says why in the warnings 'the end of a promotion could not be carried out yet'.",
  };
}

function newerProblem(requests: number): Problem {
  return {
    what: `${requests === 1 ? '1 open approval request needs' : `${requests} open approval requests need`} a newer version of the bot.`,
    remedy: 'Start the newer version again. This one leaves them alone.',
  };
}
