import { afterEach, describe, expect, it, vi } from 'vitest';
import { Readiness } from '../../src/observability/health.ts';
import { KeptReading } from '../../src/observability/kept-reading.ts';
import { type Backlog, Metrics } from '../../src/observability/metrics.ts';
import { Exposition } from '../e2e/support/metrics.ts';

const BACKLOG: Backlog = {
  requests: { pending: 2, approved: 1, executing: 0, failed: 1 },
  oldestOpen: 90_000,
  oldestApproved: 0,
  unclearExecutions: 1,
  overduePromotions: 2,
  surfacesBehind: 3,
  oldestBehind: 4_500,
  leavers: { untold: 0, told: 2, kept: 1 },
};
const TIMES = { every: 15_000, keptFor: 60_000, within: 2_000 };

function startMetrics(read: () => Promise<Backlog> = async () => BACKLOG) {
  const readiness = new Readiness();
  const metrics = new Metrics({
    version: '1.2.3',
    refusals: { callers: ['stranger'], deliveries: ['forged'] },
    readiness,
    backlog: new KeptReading(read, TIMES),
  });
  return { metrics, readiness, exposed: async () => new Exposition((await metrics.exposition()).text) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('writes left', () => {
  const NAME = 'fastly_user_bot_fastly_writes_remaining';
  const RESET = Date.parse('2026-01-01T11:00:00Z') / 1000;

  it('are absent until Fastly has said it, and once its window is over', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-01-01T10:00:00Z'), toFake: ['Date'] });
    const { metrics, exposed } = startMetrics();
    expect((await exposed()).value(NAME)).toBeUndefined();
    metrics.writesRemain(0, RESET);
    expect((await exposed()).value(NAME)).toBe(0);
    vi.setSystemTime(Date.parse('2026-01-01T10:59:59Z'));
    expect((await exposed()).value(NAME)).toBe(0);
    vi.setSystemTime(Date.parse('2026-01-01T11:00:00Z'));
    expect((await exposed()).value(NAME)).toBeUndefined();
    metrics.writesRemain(999, RESET + 3600);
    expect((await exposed()).value(NAME)).toBe(999);
  });

  it('are the lowest number of a window, as answers overtake each other', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-01-01T10:00:00Z'), toFake: ['Date'] });
    const { metrics, exposed } = startMetrics();
    for (const remaining of [998, 997, 999]) metrics.writesRemain(remaining, RESET);
    expect((await exposed()).value(NAME)).toBe(997);
    metrics.writesRemain(1000, RESET + 3600);
    expect((await exposed()).value(NAME)).toBe(1000);
  });
});

it('the end of a token is absent while there is none', async () => {
  const { metrics, exposed } = startMetrics();
  const name = 'fastly_token_expiry_timestamp_seconds';
  expect((await exposed()).value(name)).toBeUndefined();
  metrics.tokenExpires(1_800_000_000_000);
  expect((await exposed()).value(name)).toBe(1_800_000_000);
  metrics.tokenExpires(null);
  expect((await exposed()).value(name)).toBeUndefined();
});

it('each reason for a refusal is there from the start, so that the first one is a rise', async () => {
  const { metrics, exposed } = startMetrics();
  const refused = async () => {
    const exposition = await exposed();
    return ['callers', 'deliveries'].flatMap((who) => exposition.all(`fastly_user_bot_refused_${who}_total`));
  };
  expect(await refused()).toEqual(['reason=stranger 0', 'reason=forged 0']);
  metrics.callerRefused('stranger');
  metrics.deliveryRefused('forged');
  expect(await refused()).toEqual(['reason=stranger 1', 'reason=forged 1']);
});

it('readiness shows as 1 and 0, and problems as their number', async () => {
  const { readiness, exposed } = startMetrics();
  const shown = async () => {
    const exposition = await exposed();
    return ['ready', 'connected', 'degraded'].map((name) => exposition.value(`fastly_user_bot_${name}`));
  };
  expect(await shown()).toEqual([0, 0, 0]);
  readiness.ready('slack');
  readiness.degraded('weather', { what: 'It rains.', remedy: 'Wait.' });
  expect(await shown()).toEqual([0, 1, 1]);
  readiness.ready('database');
  expect(await shown()).toEqual([1, 1, 1]);
});

describe('what comes from the store', () => {
  const STORED = [
    'approval_requests',
    'oldest_open_request_age_seconds',
    'oldest_approved_request_age_seconds',
    'unclear_executions',
    'surfaces_behind',
    'oldest_surface_behind_age_seconds',
    'leavers',
  ];
  const stored = (exposition: Exposition) =>
    STORED.flatMap((name) => exposition.all(`fastly_user_bot_${name}`).map((sample) => `${name} ${sample}`));

  it('is exposed with its ages in seconds, which grow until it is read again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { exposed } = startMetrics();
    expect(stored(await exposed())).toEqual([
      'approval_requests state=approved 1',
      'approval_requests state=executing 0',
      'approval_requests state=failed 1',
      'approval_requests state=pending 2',
      'oldest_open_request_age_seconds  90',
      'oldest_approved_request_age_seconds  0',
      'unclear_executions  1',
      'surfaces_behind  3',
      'oldest_surface_behind_age_seconds  4.5',
      'leavers state=kept 1',
      'leavers state=told 2',
      'leavers state=untold 0',
    ]);
    vi.advanceTimersByTime(10_000);
    const later = await exposed();
    expect(later.value('fastly_user_bot_oldest_open_request_age_seconds')).toBe(100);
    expect(later.value('fastly_user_bot_oldest_approved_request_age_seconds')).toBe(0);
  });

  it('is left out when it could not be read for 60 seconds, and there again when it can', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let away = false;
    const { exposed } = startMetrics(async () => {
      if (away) throw new Error('away');
      return BACKLOG;
    });
    expect(stored(await exposed())).toHaveLength(12);
    away = true;
    vi.advanceTimersByTime(59_999);
    expect(stored(await exposed())).toHaveLength(12);
    vi.advanceTimersByTime(1);
    expect(stored(await exposed())).toEqual([]);
    away = false;
    vi.advanceTimersByTime(15_000);
    expect(stored(await exposed())).toHaveLength(12);
  });
});

describe('a kept reading', () => {
  it('is read at most every 15 seconds, however many ask, also while it fails', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let reads = 0;
    const reading = new KeptReading(async () => {
      reads += 1;
      if (reads === 2) throw new Error('away');
      return reads;
    }, TIMES);
    const ask = async () =>
      (await Promise.all([reading.latest(), reading.latest()])).map((each) => each?.value);
    expect(await ask()).toEqual([1, 1]);
    vi.advanceTimersByTime(14_999);
    expect([await ask(), reads]).toEqual([[1, 1], 1]);
    vi.advanceTimersByTime(1);
    expect([await ask(), reads]).toEqual([[1, 1], 2]);
    vi.advanceTimersByTime(14_999);
    expect([await ask(), reads]).toEqual([[1, 1], 2]);
    vi.advanceTimersByTime(1);
    expect([await ask(), reads]).toEqual([[3, 3], 3]);
  });

  it('gives what is known where a reading takes too long, and what that reads later', async () => {
    const slow = Promise.withResolvers<string>();
    const answers = [Promise.resolve('first'), slow.promise];
    const reading = new KeptReading(async () => (await answers.shift()) ?? 'none', {
      every: 0,
      keptFor: 60_000,
      within: 1,
    });
    expect((await reading.latest())?.value).toBe('first');
    expect((await reading.latest())?.value).toBe('first');
    slow.resolve('second');
    expect((await reading.latest())?.value).toBe('second');
    expect(answers).toEqual([]);
  });
});
