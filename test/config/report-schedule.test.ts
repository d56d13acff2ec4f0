import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { NoLaterInstant, ReportSchedule } from '../../src/config/report-schedule.ts';
import { errorOf, problemsOf, SOCKET } from './checking.ts';

/** The next instants after a moment, in UTC. */
function instants(pattern: string, timeZone: string, after: string, count: number): string[] {
  const schedule = new ReportSchedule(pattern, timeZone);
  const found: number[] = [];
  for (let from = Date.parse(after); found.length < count; from = found.at(-1) ?? from) {
    found.push(schedule.after(from));
  }
  return found.map((instant) => new Date(instant).toISOString().slice(0, 16));
}

/** This process in another time zone, until the test ends. */
function processIn(timeZone: string): void {
  const before = process.env.TZ;
  process.env.TZ = timeZone;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
}

/** What a schedule gives around a change of the clocks. */
const CHANGES = [
  {
    what: 'an hour that Berlin skips',
    pattern: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    after: '2026-03-28T00:00Z',
    due: ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
  },
  {
    what: 'an hour that Berlin skips, and the one after it',
    pattern: '0 2,3 * * *',
    timeZone: 'Europe/Berlin',
    after: '2026-03-28T12:00Z',
    due: ['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T01:00'],
  },
  {
    what: 'an hour that Berlin has twice',
    pattern: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    after: '2026-10-24T12:00Z',
    due: ['2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30'],
  },
  {
    what: 'an hour that Berlin has twice, from inside its second time',
    pattern: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    after: '2026-10-25T01:10Z',
    due: ['2026-10-26T01:30'],
  },
  {
    what: 'every hour, one of which Berlin has twice',
    pattern: '0 * * * *',
    timeZone: 'Europe/Berlin',
    after: '2026-10-24T22:30Z',
    due: ['2026-10-24T23:00', '2026-10-25T00:00', '2026-10-25T02:00', '2026-10-25T03:00'],
  },
  {
    what: 'a midnight that São Paulo skips',
    pattern: '0 0 * * *',
    timeZone: 'America/Sao_Paulo',
    after: '2018-11-03T00:00Z',
    due: ['2018-11-03T03:00', '2018-11-04T03:00', '2018-11-05T02:00'],
  },
  {
    what: 'half an hour that Lord Howe skips',
    pattern: '15 2 * * *',
    timeZone: 'Australia/Lord_Howe',
    after: '2026-10-02T20:00Z',
    due: ['2026-10-03T15:30', '2026-10-04T15:15'],
  },
  {
    what: 'half an hour that Lord Howe has twice',
    pattern: '45 1 * * *',
    timeZone: 'Australia/Lord_Howe',
    after: '2026-04-03T20:00Z',
    due: ['2026-04-04T14:45', '2026-04-05T15:15'],
  },
  {
    what: 'every ten minutes, three of which Lord Howe has twice',
    pattern: '*/10 * * * *',
    timeZone: 'Australia/Lord_Howe',
    after: '2026-04-04T14:35Z',
    due: ['2026-04-04T14:40', '2026-04-04T14:50', '2026-04-04T15:30'],
  },
];

describe.each(['UTC', 'Asia/Tokyo', 'Europe/Berlin'])('a schedule, in a process at %s', (timeZone) => {
  it.each(CHANGES)('is due once in $what', ({ pattern, after, due, ...at }) => {
    processIn(timeZone);
    expect(instants(pattern, at.timeZone, after, due.length)).toEqual(due);
  });
});

describe('a schedule', () => {
  it.each([
    ['nothing', () => null],
    ['the same instant again', (from: Date) => from],
    ['an earlier one', (from: Date) => new Date(from.getTime() - 1)],
    ['no moment', () => new Date(Number.NaN)],
  ])('has no later instant where the parser gives %s', (_what, nextRun) => {
    const schedule = new ReportSchedule('0 9 * * *', 'UTC', {
      nextRun: (from) => nextRun(new Date(String(from))),
    });
    expect(() => schedule.after(Date.parse('2026-03-01T12:00:00Z'))).toThrow(NoLaterInstant);
  });

  it('asks a parser that gives one repeated minute after the other only so often', () => {
    // Half of the minutes of that hour have come before.
    let asked = 0;
    const schedule = new ReportSchedule('* * * * *', 'Europe/Berlin', {
      nextRun: () => {
        asked += 1;
        return new Date(Date.parse('2026-10-25T01:00:00Z') + asked);
      },
    });
    expect(() => schedule.after(Date.parse('2026-10-25T01:00:00Z'))).toThrow(NoLaterInstant);
    expect(asked).toBe(1_500);
  });
});

describe('REPORT_SCHEDULE', () => {
  const CHANNEL = { ...SOCKET, CONFIRMATIONS_CHANNEL: 'C0AUDIT01' };

  it.each(['0 9 * * 1', ' 0  9 * * MON-FRI ', '*/15 8-18 1,15 * *', '0 9 L * *'])(
    'takes %j',
    (REPORT_SCHEDULE) => {
      const config = readConfig({ ...CHANNEL, REPORT_SCHEDULE });
      expect(config.REPORT_SCHEDULE).toBe(REPORT_SCHEDULE.trim().replaceAll(/ +/g, ' '));
      expect(config.REPORT_TIMEZONE).toBe('UTC');
    },
  );

  it.each([
    'daily',
    '@daily',
    '0 9 * *',
    '0 0 9 * * 1',
    '60 * * * *',
    '0 9:30 * * *',
    '2026-03-01T09:00:00 * * * *',
  ])('does not take %j', (REPORT_SCHEDULE) => {
    expect(problemsOf({ ...CHANNEL, REPORT_SCHEDULE })).toEqual([
      `REPORT_SCHEDULE can't be '${REPORT_SCHEDULE}'. Set it to five fields of cron, such as 0 9 * * 1 for Mondays at 9:00.`,
    ]);
  });

  it('does not take one that no moment fits', () => {
    expect(problemsOf({ ...CHANNEL, REPORT_SCHEDULE: '0 0 30 2 *' })[0]).toMatch(
      /^REPORT_SCHEDULE can't be '0 0 30 2 \*', as no moment fits it\. Set it to/,
    );
  });

  it('needs CONFIRMATIONS_CHANNEL', () => {
    expect(problemsOf({ ...SOCKET, REPORT_SCHEDULE: '0 9 * * 1' })).toEqual([
      'REPORT_SCHEDULE is set and CONFIRMATIONS_CHANNEL is not, so the report has no channel. Set CONFIRMATIONS_CHANNEL, or remove REPORT_SCHEDULE.',
    ]);
  });

  it('is not said to lack a channel that is wrong', () => {
    const { problems } = errorOf({
      ...SOCKET,
      REPORT_SCHEDULE: '0 9 * * 1',
      CONFIRMATIONS_CHANNEL: 'general',
    });
    expect(problems.map(({ name }) => name)).toEqual(['CONFIRMATIONS_CHANNEL']);
  });

  it('has a time zone of its own, which must exist', () => {
    expect(readConfig({ ...SOCKET, REPORT_TIMEZONE: 'Europe/Berlin' }).REPORT_TIMEZONE).toBe('Europe/Berlin');
    expect(problemsOf({ ...SOCKET, REPORT_TIMEZONE: 'Berlin' })).toEqual([
      "REPORT_TIMEZONE can't be 'Berlin'. Set it to a time zone such as Europe/Berlin, America/New_York or UTC.",
    ]);
  });
});
