import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Times } from '../config/times.ts';
import type { ReportProblem } from '../observability/health.ts';
import type { Refused } from '../slack/connection/posting.ts';

/** Slack takes something only once a person has mended what `remedy` says. Its message says what Slack refuses, and why. */
export class NeedsPerson extends Error {
  readonly remedy: string;

  /** @param what that Slack does not take, such as 'Home tabs' */
  constructor(what: string, word: string, remedy: string) {
    super(`Slack doesn't take ${what} (${word}).`);
    this.name = 'NeedsPerson';
    this.remedy = remedy;
  }
}

/** Throws where `refused` is mended by a person. @throws {NeedsPerson} */
export function throwIfMendable(what: string, { word, what: refusal }: Refused): void {
  if (refusal?.kind === 'person') throw new NeedsPerson(what, word, refusal.remedy);
}

const LONGEST_PAUSE_MILLISECONDS = 60 * 60_000;
/** Whoever has invited the bot to a channel should not wait an hour for what comes of it. */
const LONGEST_FOR_PERSON_MILLISECONDS = 15 * 60_000;
/** What nobody has tried again so long after its pause was shown by another process, or needs no showing any more. */
const FORGOTTEN_AFTER_MILLISECONDS = 5 * 60_000;

/** How many things are shown at once where Slack sets no limit. */
const MOST_AT_ONCE = 8;

/** What waits: after how many failures of its kind in a row, until when, and for whom if that is a person. */
type Waiting = { failures: number; until: number; person: NeedsPerson | null };

/**
 * How long to leave alone what Slack did not take: each thing longer with each failure in a row, all when Slack says so.
 * After a limit one thing is tried, and one more with each that Slack takes: what is sent beyond a limit is refused, and
 * delays the rest. What a person has to mend begins slowly, and is reported.
 */
export class Pauses<Key> {
  readonly #what: string;
  readonly #times: Pick<Times, 'firstRetry' | 'slowRetry'>;
  readonly #degraded: ReportProblem;
  readonly #waiting = new Map<Key, Waiting>();
  /** By `performance.now()`; Slack's limits are for all that the bot sends this way. */
  #until = 0;
  #atOnce = MOST_AT_ONCE;

  /** @param what waits here, such as 'homes'. What waits elsewhere is reported apart, though it waits for the same. */
  constructor(what: string, times: Pick<Times, 'firstRetry' | 'slowRetry'>, degraded: ReportProblem) {
    this.#what = what;
    this.#times = times;
    this.#degraded = degraded;
  }

  /** How many things may be shown at once just now; 0 where Slack takes no more of anything. */
  get atOnce(): number {
    return this.#isLimited() ? 0 : this.#atOnce;
  }

  /** For how many milliseconds, after this error. */
  after(key: Key, error: unknown): number {
    if (error instanceof WebAPIRateLimitedError) {
      const pause = error.retryAfter * 1000;
      this.#until = performance.now() + pause;
      this.#atOnce = 1;
      return pause;
    }
    const person = error instanceof NeedsPerson ? error : null;
    const before = this.#waiting.get(key);
    const failures = before && (before.person !== null) === (person !== null) ? before.failures + 1 : 1;
    const [first, longest] = person
      ? [this.#times.slowRetry, LONGEST_FOR_PERSON_MILLISECONDS]
      : [this.#times.firstRetry, LONGEST_PAUSE_MILLISECONDS];
    const pause = Math.min(first * 2 ** (failures - 1), longest);
    const isNew = person !== null && !this.#isWaitedFor(person);
    this.#waiting.set(key, { failures, until: performance.now() + pause, person });
    if (isNew) this.#degraded(this.#causeOf(person), { what: person.message, remedy: person.remedy });
    this.#mended(before);
    return pause;
  }

  /** Slack has it, or is not to be shown it any more. */
  over(key: Key): void {
    this.#atOnce = Math.min(this.#atOnce + 1, MOST_AT_ONCE);
    this.#forget(key);
  }

  /** Forgets what another process has shown meanwhile. */
  tidy(): void {
    const forgotten = performance.now() - FORGOTTEN_AFTER_MILLISECONDS;
    for (const [key, { until }] of this.#waiting) if (until < forgotten) this.#forget(key);
  }

  /** What waits for something to pass, to be tried at once: Slack is there again. Its next pause is short. */
  endPassing(): Key[] {
    const passing = [...this.#waiting].filter(([, { person }]) => person === null).map(([key]) => key);
    for (const key of passing) this.#waiting.delete(key);
    return passing;
  }

  #isLimited(): boolean {
    return performance.now() < this.#until;
  }

  #forget(key: Key): void {
    const before = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#mended(before);
  }

  #mended(before: Waiting | undefined): void {
    if (before?.person && !this.#isWaitedFor(before.person)) {
      this.#degraded(this.#causeOf(before.person), null);
    }
  }

  #isWaitedFor({ message }: NeedsPerson): boolean {
    return [...this.#waiting.values()].some(({ person }) => person?.message === message);
  }

  #causeOf({ message }: NeedsPerson): string {
    return `slack, ${this.#what}: ${message}`;
  }
}
