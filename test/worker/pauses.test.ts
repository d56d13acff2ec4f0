import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Readiness } from '../../src/observability/health.ts';
import { NeedsPerson, Pauses } from '../../src/worker/pauses.ts';

const TIMES = { firstRetry: 500, slowRetry: 60_000 };
const MINUTE = 60_000;
const passing = new WebAPIPlatformError({ ok: false, error: 'no_such_word' });
const person = () => new NeedsPerson('messages in C1', 'not_in_channel', 'Invite the bot.');

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Pauses that write down what they report. */
function pausesWithReports(): { pauses: Pauses<string>; reports: string[] } {
  const reports: string[] = [];
  const pauses = new Pauses<string>('homes', TIMES, (cause, problem) => {
    reports.push(problem === null ? `over: ${cause}` : `${problem.what} ${problem.remedy}`);
  });
  return { pauses, reports };
}

describe('the pause before Slack is shown something again', () => {
  it('grows to an hour where it passes, and begins anew once Slack has it', () => {
    const { pauses } = pausesWithReports();
    const in20 = Array.from({ length: 20 }, () => pauses.after('a', passing));
    expect(in20.slice(0, 3)).toEqual([500, 1_000, 2_000]);
    expect(in20.at(-1)).toBe(60 * MINUTE);
    expect(pauses.after('b', passing)).toBe(500);
    pauses.over('a');
    expect(pauses.after('a', passing)).toBe(500);
  });

  it('begins with a minute and grows to 15 where a person has to mend it', () => {
    const { pauses } = pausesWithReports();
    for (let times = 0; times < 9; times += 1) pauses.after('a', passing);
    const in6 = Array.from({ length: 6 }, () => pauses.after('a', person()) / MINUTE);
    expect(in6).toEqual([1, 2, 4, 8, 15, 15]);
    expect(pauses.after('a', passing)).toBe(500);
  });

  it('is what Slack says where it limits the bot, for everything', () => {
    const { pauses } = pausesWithReports();
    expect(pauses.atOnce).toBe(8);
    expect(pauses.after('a', new WebAPIRateLimitedError(7))).toBe(7_000);
    expect(pauses.atOnce).toBe(0);
    vi.advanceTimersByTime(7_001);
    expect(pauses.atOnce).toBe(1);
  });

  it('ends with one thing at once, and one more with each that Slack takes', () => {
    const { pauses } = pausesWithReports();
    pauses.after('a', new WebAPIRateLimitedError(1));
    vi.advanceTimersByTime(1_001);
    const atOnce = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key) => {
      pauses.over(key);
      return pauses.atOnce;
    });
    expect(atOnce).toEqual([2, 3, 4, 5, 6, 7, 8, 8, 8]);
  });

  it('can be ended for what passes', () => {
    const { pauses } = pausesWithReports();
    pauses.after('a', passing);
    pauses.after('a', passing);
    pauses.after('b', person());
    expect(pauses.endPassing()).toEqual(['a']);
    expect(pauses.endPassing()).toEqual([]);
    expect(pauses.after('a', passing)).toBe(500);
  });
});

describe('what a person has to mend', () => {
  const told = "Slack doesn't take messages in C1 (not_in_channel). Invite the bot.";
  const over = "over: slack, homes: Slack doesn't take messages in C1 (not_in_channel).";

  it('is reported once, however many things wait for it, until none does', () => {
    const { pauses, reports } = pausesWithReports();
    for (const key of ['a', 'b', 'a']) pauses.after(key, person());
    expect(reports).toEqual([told]);
    pauses.over('a');
    expect(reports).toEqual([told]);
    pauses.after('b', passing);
    expect(reports).toEqual([told, over]);
  });

  it('is not reported for ever where another process has shown it', () => {
    const { pauses, reports } = pausesWithReports();
    pauses.after('a', person());
    vi.advanceTimersByTime(5 * MINUTE);
    pauses.tidy();
    expect(reports).toEqual([told]);
    vi.advanceTimersByTime(MINUTE + 1);
    pauses.tidy();
    expect(reports).toEqual([told, over]);
  });

  it('is over for one kind of work, while another still waits for the same', () => {
    const readiness = new Readiness();
    const kinds = ['displays', 'interrupted changes'].map(
      (what) => new Pauses<string>(what, TIMES, readiness.degraded),
    );
    for (const pauses of kinds) pauses.after('a', person());
    kinds[0]?.over('a');
    expect(readiness.problems()).toMatchObject([{ what: expect.stringContaining('messages in C1') }]);
    kinds[1]?.over('a');
    expect(readiness.problems()).toEqual([]);
  });
});
