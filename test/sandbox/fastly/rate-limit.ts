const HOUR = 3_600_000;
const WRITES_AN_HOUR = 1000;

/** What is left of a user's writes; `reset` in Unix seconds. */
export type Allowance = { remaining: number; reset: number; exhausted: boolean };

/** Counts each user's writes from one top of the hour to the next. */
export class RateLimit {
  readonly #spent = new Map<string, { reset: number; writes: number }>();

  /** Counts one more write at `now` (Unix milliseconds); refused writes beyond the limit are not counted. */
  spend(userId: string, now: number): Allowance {
    const reset = topOfTheHour(now);
    const hour = this.#spent.get(userId);
    const before = hour?.reset === reset ? hour.writes : 0;
    if (before >= WRITES_AN_HOUR) return { remaining: 0, reset, exhausted: true };
    this.#spent.set(userId, { reset, writes: before + 1 });
    return { remaining: WRITES_AN_HOUR - before - 1, reset, exhausted: false };
  }
}

/** The next full hour after `now` (Unix milliseconds), in Unix seconds. */
export function topOfTheHour(now: number): number {
  return ((Math.floor(now / HOUR) + 1) * HOUR) / 1000;
}

export function rateLimitHeaders(allowance: Allowance): { [name: string]: string } {
  return {
    'Fastly-RateLimit-Remaining': String(allowance.remaining),
    'Fastly-RateLimit-Reset': String(allowance.reset),
  };
}
