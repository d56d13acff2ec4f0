import type { IncomingHttpHeaders } from 'node:http';

/**
 * When a refused call may be tried again, in Unix seconds: `Fastly-RateLimit-Reset`, else `Retry-After` (seconds
 * from now, or a date). `null` when neither says.
 */
export function rateLimitReset(headers: IncomingHttpHeaders, now = Date.now()): number | null {
  const reset = Number(headers['fastly-ratelimit-reset']);
  if (reset > 0 && reset <= LAST_SECOND) return reset;
  const retryAfter = headers['retry-after'];
  if (retryAfter === undefined) return null;
  const seconds = Number(retryAfter);
  if (Math.abs(seconds) <= LAST_SECOND / 2) return Math.ceil(now / 1000 + seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.ceil(date / 1000);
}

/** The last moment a `Date` can hold, in Unix seconds; what lies beyond is no moment. */
const LAST_SECOND = 8_640_000_000_000;
