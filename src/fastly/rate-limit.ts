import type { IncomingHttpHeaders } from 'node:http';

/**
 * When a refused call may be tried again, in Unix seconds: `Fastly-RateLimit-Reset`, else `Retry-After` (seconds
 * from now, or a date). `null` when neither says.
 */
export function rateLimitReset(headers: IncomingHttpHeaders, now = Date.now()): number | null {
  const reset = Number(headers['fastly-ratelimit-reset']);
  if (Number.isFinite(reset) && reset > 0) return reset;
  const retryAfter = headers['retry-after'];
  if (retryAfter === undefined) return null;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.ceil(now / 1000 + seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.ceil(date / 1000);
}
