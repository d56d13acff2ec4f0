import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './log.ts';

const TICK_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 15_000;
const MOST_DEATHS = 2;

/** In milliseconds. */
export const LIVENESS_LIMITS = {
  /** How long one turn of the event loop may take. */
  turn: 5_000,
  /** How long a longer turn is told of. */
  turnRemembered: 10_000,
  /** More than two deaths of a loop in this time are too many. */
  deathsRemembered: 60_000,
};

/**
 * Whether a restart would help the process: `/healthz` is 503 while one of its loops keeps dying, or shortly after its
 * event loop stood still. While it stands still nothing is answered at all, so whoever asks needs a time limit.
 */
export class Liveness {
  readonly #limits: typeof LIVENESS_LIMITS;
  /** When each loop died, by `performance.now()`. */
  readonly #deaths = new Map<string, number[]>();
  readonly #ticking: NodeJS.Timeout;
  #lastTurn = performance.now();
  #stoodStill = Number.NEGATIVE_INFINITY;

  constructor(limits = LIVENESS_LIMITS) {
    this.#limits = limits;
    this.#ticking = setInterval(() => this.#turn(), TICK_MILLISECONDS).unref();
  }

  close(): void {
    clearInterval(this.#ticking);
  }

  /** What is wrong, a sentence each; empty while the process is alive. */
  problems(): string[] {
    this.#turn();
    const now = performance.now();
    const { turn, turnRemembered, deathsRemembered } = this.#limits;
    const dying = [...this.#deaths].filter(([, deaths]) => {
      return deaths.filter((at) => now - at < deathsRemembered).length > MOST_DEATHS;
    });
    return [
      ...dying.map(([loop]) => `The loop '${loop}' keeps ending.`),
      ...(now - this.#stoodStill < turnRemembered
        ? [`The event loop stood still for over ${turn / 1000} s.`]
        : []),
    ];
  }

  /**
   * Runs a loop that ends only when it is told to. When it throws, that is logged, and it is run again after a pause
   * that grows with each time in a row.
   *
   * @param firstPause in milliseconds
   */
  async keep(
    loop: string,
    run: () => Promise<void>,
    { signal, firstPause, log }: { signal: AbortSignal; firstPause: number; log: Logger },
  ): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      const began = performance.now();
      try {
        return await run();
      } catch (error) {
        const ended = performance.now();
        if (ended - began > this.#limits.deathsRemembered) failures = 1;
        const latest = (this.#deaths.get(loop) ?? []).slice(-MOST_DEATHS);
        this.#deaths.set(loop, [...latest, ended]);
        const wait = Math.min(firstPause * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS);
        log.error(
          { loop, retryInMilliseconds: wait, err: error },
          'a loop ended by an error, starting it again',
        );
        await pause(wait, undefined, { signal }).catch(() => {});
      }
    }
  }

  #turn(): void {
    const now = performance.now();
    if (now - this.#lastTurn > TICK_MILLISECONDS + this.#limits.turn) this.#stoodStill = now;
    this.#lastTurn = now;
  }
}
