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

it.each([
  ['*/5 * * * *', '5 minutes'],
  ['* * * * *', 'a minute'],
  ['0 * * * *', null],
])('a schedule of %s has reports closer than an hour: %s', (REPORT_SCHEDULE, apart) => {
  const findings = checkReportSchedule({ REPORT_SCHEDULE, REPORT_TIMEZONE: 'UTC' }, 0);
  const warnings = findings.filter(({ mark }) => mark === 'warning').map(({ what }) => what);
  const what = `REPORT_SCHEDULE has reports ${apart} apart. Each reads the whole account, and is posted.`;
  expect(warnings).toEqual(apart === null ? [] : [what]);
});
