import { describe, expect, it } from 'vitest';
import { type AttemptFailure, type CallKind, pauseBeforeRetry } from '../../src/fastly/retry.ts';
import { CHANGES, READS } from './operations.ts';
import { failureOf, startAccount } from './start.ts';

/** An account that answers its first request with 429. */
async function limitedAccount(headers: Record<string, string> = {}) {
  const started = await startAccount();
  started.account.setFaults({ fail: { match: null, status: 429, times: 1, headers } });
  return started;
}

const ONE_OF_EACH_KIND = [...READS.slice(0, 1), ...CHANGES.slice(1)];

describe.each(ONE_OF_EACH_KIND)('$name, when the rate limit is used up,', ({ call }) => {
  const inSeconds = (seconds: number) => Math.ceil(Date.now() / 1000) + seconds;

  it('waits for a reset that is near', async () => {
    const { account, client } = await limitedAccount({ 'Fastly-RateLimit-Reset': String(inSeconds(0)) });
    await call(client);
    const succeeds = expect.toSatisfy((status) => status < 300);
    expect(account.calls().map(({ status }) => status)).toEqual([429, succeeds]);
  });

  it('fails with the time of a reset that is far', async () => {
    const resetAt = inSeconds(3600);
    const { account, client } = await limitedAccount({ 'Fastly-RateLimit-Reset': String(resetAt) });
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'rate_limited',
      status: 429,
      resetAt,
      mayHaveBeenCarriedOut: false,
    });
    expect(account.calls()).toHaveLength(1);
  });

  it('fails when nobody says when it ends', async () => {
    const { account, client } = await limitedAccount();
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'rate_limited',
      resetAt: null,
      mayHaveBeenCarriedOut: false,
    });
    expect(account.calls()).toHaveLength(1);
  });
});

describe('the deadline', () => {
  it('holds over all attempts of a read', async () => {
    const { account, client } = await startAccount(300);
    account.setFaults({ delay: { match: null, milliseconds: 60_000 } });
    const error = await failureOf(client.getCurrentUser());
    expect(error).toMatchObject({ kind: 'timed_out', mayHaveBeenCarriedOut: false });
    expect(account.calls().length).toBeLessThanOrEqual(2);
  });

  it('ends the retries of failures that come fast, too', async () => {
    const { account, client } = await startAccount(90);
    account.setFaults({ fail: { match: null, status: 503, times: 9 } });
    const error = await failureOf(client.getCurrentUser());
    expect(['unavailable', 'timed_out']).toContain(error.kind);
    expect(account.calls().length).toBeLessThanOrEqual(1);
  });
});

describe('the rule for a pause before the next attempt', () => {
  const now = Date.parse('2025-09-01T14:30:00Z');
  const pauses = (kind: CallKind, failure: AttemptFailure, attempt = 1, remaining = 1_000) =>
    pauseBeforeRetry(kind, failure, attempt, remaining, now);
  const failed: AttemptFailure = {
    kind: 'no_answer',
    sent: false,
    timedOut: false,
    cause: 'ECONNREFUSED',
    problem: null,
  };
  const limited = (seconds: number | null): AttemptFailure => ({
    kind: 'rate_limited',
    resetAt: seconds === null ? null : now / 1000 + seconds,
  });
  const kinds: readonly CallKind[] = ['read', 'change', 'creation', 'mail'];

  it.each(kinds)('doubles the pause and ends with the third attempt (%s)', (kind) => {
    expect([1, 2, 3].map((attempt) => pauses(kind, failed, attempt))).toEqual([100, 200, null]);
  });

  it.each(kinds)('gives up when the pause does not fit what is left (%s)', (kind) => {
    expect(pauses(kind, failed, 1, 101)).toBe(100);
    expect(pauses(kind, failed, 1, 100)).toBeNull();
    expect(pauses(kind, failed, 1, -5)).toBeNull();
  });

  it.each(kinds)('waits out a rate limit only when that fits what is left (%s)', (kind) => {
    expect(pauses(kind, limited(0.5))).toBe(500);
    expect(pauses(kind, limited(-10))).toBe(0);
    expect(pauses(kind, limited(1))).toBeNull();
    expect(pauses(kind, limited(null))).toBeNull();
  });

  it('does not repeat what failed with a status that does not pass', () => {
    expect(pauses('read', { kind: 'server_error', status: 501 })).toBeNull();
  });
});
