import type { ConnectionProblem } from '../http/connection-problem.ts';

/**
 * Which calls are tried again by themselves. The kinds of call differ in what a repetition would do:
 * - `read`: nothing.
 * - `change`: DELETE and PUT; the caller looks at the user first.
 * - `creation`: create and invite; the caller looks for the login or the invitation first.
 * - `mail`: a password reset or a password change; never repeated, someone may have been written to already.
 */
export type CallKind = 'read' | 'change' | 'creation' | 'mail';

export type AttemptFailure =
  /** `sent`: whether any of the request may have reached Fastly. `problem`: what a person has to mend, if that is known. */
  | {
      kind: 'no_answer';
      sent: boolean;
      timedOut: boolean;
      cause: string;
      problem: ConnectionProblem | null;
    }
  /** `resetAt` in Unix seconds, `null` when Fastly did not say. */
  | { kind: 'rate_limited'; resetAt: number | null }
  | { kind: 'server_error'; status: number };

const MOST_ATTEMPTS = 3;
const FIRST_PAUSE_MILLISECONDS = 100;
const PASSING_STATUSES = [500, 502, 503, 504];

/**
 * How long to wait before the next attempt, in milliseconds, or `null` for: give up and report.
 *
 * @param attempt how many attempts were made, the failed one included
 * @param remaining what is left of the call's deadline, in milliseconds
 */
export function pauseBeforeRetry(
  call: CallKind,
  failure: AttemptFailure,
  attempt: number,
  remaining: number,
  now = Date.now(),
): number | null {
  if (attempt >= MOST_ATTEMPTS || !mayRepeat(call, failure)) return null;
  const pause =
    failure.kind === 'rate_limited'
      ? Math.max(0, (failure.resetAt ?? Number.POSITIVE_INFINITY) * 1000 - now)
      : FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1);
  return pause < remaining ? pause : null;
}

function mayRepeat(call: CallKind, failure: AttemptFailure): boolean {
  switch (failure.kind) {
    case 'rate_limited':
      return true;
    case 'no_answer':
      return !failure.sent || call === 'read';
    case 'server_error':
      return call === 'read' && PASSING_STATUSES.includes(failure.status);
  }
}
