import { afterEach, expect, it, vi } from 'vitest';
import { Readiness } from '../../src/observability/health.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('what is wrong keeps its first moment while its cause lasts, also with other words', () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T10:00:00Z'), toFake: ['Date'] });
  const readiness = new Readiness();
  const problem = { what: 'It rains.', remedy: 'Wait.' };
  expect(readiness.degraded('weather', problem)).toBe(true);
  vi.setSystemTime(Date.parse('2026-01-01T10:05:00Z'));
  expect(readiness.degraded('weather', { ...problem })).toBe(false);
  expect(readiness.degraded('weather', { ...problem, what: 'It snows.' })).toBe(true);
  expect(readiness.problems()).toEqual([
    { what: 'It snows.', remedy: 'Wait.', since: '2026-01-01T10:00:00.000Z' },
  ]);
  expect(readiness.degraded('weather', null)).toBe(true);
  expect(readiness.degraded('weather', null)).toBe(false);
  readiness.degraded('weather', problem);
  expect(readiness.problems()).toEqual([{ ...problem, since: '2026-01-01T10:05:00.000Z' }]);
});
