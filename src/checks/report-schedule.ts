import { type ReportSchedule, scheduleOf } from '../config/report-schedule.ts';
import type { ValidValues } from '../config/variables.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { type Finding, fine, warning, wrong } from './finding.ts';

const HOUR_MILLISECONDS = 3_600_000;

function tooOften(gap: number): Finding {
  const minutes = Math.round(gap / 60_000);
  return warning(
    `REPORT_SCHEDULE has reports ${minutes === 1 ? 'a minute' : `${minutes} minutes`} apart. Each reads the whole account, and is posted.`,
    'Set it to five fields of cron, such as 0 9 * * 1 for Mondays at 9:00.',
  );
}

/** When the next report is due. What is wrong with the variables is told by then. @param now Unix milliseconds */
export function checkReportSchedule(
  values: ValidValues,
  now: number,
  schedule: Pick<ReportSchedule, 'after'> | null = scheduleOf(values),
): Finding[] {
  if (schedule === null) return [];
  try {
    const next = new Date(schedule.after(now));
    const gap = schedule.after(next.getTime()) - next.getTime();
    const shown = new Intl.DateTimeFormat('en-GB', {
      timeZone: values.REPORT_TIMEZONE,
      dateStyle: 'full',
      timeStyle: 'short',
    }).format(next);
    const utc = next.toISOString().slice(0, 16).replace('T', ' ');
    return [
      fine(`The next report is due on ${shown} (${values.REPORT_TIMEZONE}), ${utc} UTC.`),
      ...(gap < HOUR_MILLISECONDS ? [tooOften(gap)] : []),
    ];
  } catch (error) {
    const what = `REPORT_SCHEDULE gives no later instant, so no report is posted: ${reasonOf(error)}.`;
    return [wrong(what, 'Correct REPORT_SCHEDULE or REPORT_TIMEZONE.')];
  }
}
