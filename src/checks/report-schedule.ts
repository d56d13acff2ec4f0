import { type ReportSchedule, scheduleOf } from '../config/report-schedule.ts';
import type { ValidValues } from '../config/variables.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { type Finding, fine, wrong } from './finding.ts';

/** When the next report is due. What is wrong with the variables is told by then. @param now Unix milliseconds */
export function checkReportSchedule(
  values: ValidValues,
  now: number,
  schedule: Pick<ReportSchedule, 'after'> | null = scheduleOf(values),
): Finding[] {
  if (schedule === null) return [];
  try {
    const next = new Date(schedule.after(now));
    const shown = new Intl.DateTimeFormat('en-GB', {
      timeZone: values.REPORT_TIMEZONE,
      dateStyle: 'full',
      timeStyle: 'short',
    }).format(next);
    const utc = next.toISOString().slice(0, 16).replace('T', ' ');
    return [fine(`The next report is due on ${shown} (${values.REPORT_TIMEZONE}), ${utc} UTC.`)];
  } catch (error) {
    const what = `REPORT_SCHEDULE gives no later instant, so no report is posted: ${reasonOf(error)}.`;
    return [wrong(what, 'Correct REPORT_SCHEDULE or REPORT_TIMEZONE.')];
  }
}
