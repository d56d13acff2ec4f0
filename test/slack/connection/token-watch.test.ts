import { WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../../../src/observability/log.ts';
import { TokenWatch } from '../../../src/slack/connection/token-watch.ts';
import { LogLines } from '../../e2e/support/workplace.ts';

const MINUTE = 60_000;
const refused = (error: string) => new WebAPIPlatformError({ ok: false, error });
const lost = new WebAPIRequestError(new Error('ECONNRESET'));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A watch that writes down what it reports. */
function watchWithReports() {
  const log = new LogLines();
  const reports: string[] = [];
  const watch = new TokenWatch({
    degraded: (cause, problem) => reports.push(problem === null ? `${cause} over` : problem.what),
    onBack: () => reports.push('back'),
    times: { slowRetry: MINUTE, saidAgain: 10 * MINUTE },
    log: createLogger('info', log.stream),
  });
  const errors = () => log.lines.filter(({ level }) => level === 'error' || level === 50);
  return { watch, reports, errors };
}

describe('a token that Slack refuses', () => {
  it('is tried once a minute, and logged as an error every ten', async () => {
    const { watch, reports, errors } = watchWithReports();
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    const probe = vi.fn(async () => watch.answered(refused('invalid_auth')));
    watch.start(probe, stopping.signal);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect(probe).not.toHaveBeenCalled();
    watch.answered(refused('invalid_auth'));
    await vi.advanceTimersByTimeAsync(25 * MINUTE);
    expect(probe).toHaveBeenCalledTimes(25);
    expect(reports).toEqual(['Slack refuses SLACK_BOT_TOKEN (invalid_auth).']);
    expect(errors()).toHaveLength(3);
    watch.answered(null);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect(probe).toHaveBeenCalledTimes(25);
    expect(reports.at(-1)).toBe('slack-token over');
  });

  it('may be one from an address that Slack refuses', () => {
    const { watch, reports, errors } = watchWithReports();
    watch.answered(refused('accesslimited'));
    expect(reports).toEqual(['Slack refuses SLACK_BOT_TOKEN (accesslimited).']);
    expect(errors()).toMatchObject([{ remedy: expect.stringMatching(/token.*IP addresses/) }]);
  });

  it('is not one whose calls are refused for another reason', () => {
    const { watch, reports } = watchWithReports();
    for (const word of ['missing_scope', 'channel_not_found', '<html>invalid_auth</html>']) {
      watch.answered(refused(word));
    }
    watch.answered(new WebAPIRateLimitedError(1));
    expect(watch.reached).toBe(false);
    watch.answered(null);
    expect(watch.reached).toBe(true);
    expect(reports).toEqual([]);
  });
});

it('says that Slack is back after an outage, at most once a minute', () => {
  const { watch, reports } = watchWithReports();
  const stopping = new AbortController();
  watch.start(async () => {}, stopping.signal);
  vi.advanceTimersByTime(5 * MINUTE);
  watch.answered(lost);
  vi.advanceTimersByTime(5 * MINUTE);
  expect(reports).toEqual([]);
  for (let times = 0; times < 3; times += 1) {
    watch.answered(null);
    watch.answered(lost);
  }
  vi.advanceTimersByTime(5 * MINUTE);
  expect(reports).toEqual(['back']);
  watch.answered(null);
  stopping.abort();
  vi.advanceTimersByTime(5 * MINUTE);
  expect(reports).toEqual(['back']);
});
