import { setTimeout as pause } from 'node:timers/promises';
import type { Times } from '../config/times.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { connectionProblem } from '../http/connection-problem.ts';
import { FatalError } from '../observability/fatal-error.ts';
import type { Dependency, Readiness } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import { NowAndAgain } from '../observability/now-and-again.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { isTokenRefused } from '../slack/connection/refused-words.ts';
import { StoreUnavailable } from '../store/errors.ts';

const LONGEST_PAUSE_MILLISECONDS = 15_000;

type Reaching = {
  readiness: Readiness;
  times: Pick<Times, 'firstRetry' | 'slowRetry' | 'stillAway'>;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
  log: Logger;
};

/**
 * Retries `attempt` until it succeeds, or until the bot stops, which gives null. Logs a failure at once and then now and
 * again. `/readyz` names a dependency as missing meanwhile; Fastly is none.
 *
 * @throws {FatalError} when trying again can't help
 */
export async function untilReached<T>(
  service: Dependency | 'fastly',
  attempt: () => Promise<T>,
  { readiness, times, stopping: signal, log }: Reaching,
): Promise<T | null> {
  const said = new NowAndAgain();
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof FatalError) throw error;
      const { what: why, remedy } = problemIn(error);
      if (service === 'database') readiness.missing(service, why);
      if (service === 'slack') readiness.missing(service, remedy ? `${why}. ${remedy}` : why);
      const growing = Math.min(times.firstRetry * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS);
      const wait = isTokenRefused(error) ? times.slowRetry : growing;
      if (said.isDue(times.stillAway)) {
        log.warn({ why, ...(remedy && { remedy }) }, `${service} unreachable, retrying`);
      }
      log.debug({ retryInMilliseconds: wait, err: error }, `${service} unreachable`);
      await pause(wait, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}

function problemIn(error: unknown): { what: string; remedy?: string } {
  if (error instanceof StoreUnavailable) return error.trouble;
  if (isFastlyError(error) && error.kind === 'cut_off' && error.problem) return error.problem;
  return connectionProblem(error) ?? { what: reasonOf(error) };
}
