import { expect, it } from 'vitest';
import { checkReportSchedule } from '../../src/checks/report-schedule.ts';

it('a schedule that gives no instant is wrong, and nothing is said of none', () => {
  const after = () => {
    throw new Error('there is none');
  };
  expect(checkReportSchedule({}, 0, { after })).toEqual([
    {
      mark: 'wrong',
      what: 'REPORT_SCHEDULE gives no later instant, so no report is posted: there is none.',
      remedy: 'Correct REPORT_SCHEDULE or REPORT_TIMEZONE.',
    },
  ]);
  expect(checkReportSchedule({}, 0)).toEqual([]);
});
