import { setImmediate as turn } from 'node:timers/promises';

const LONGEST_MILLISECONDS = 5;
/** Looking at the clock takes longer than some steps. */
const STEPS = 50;

/** Long work that is done in pieces, so that whatever else the process does goes on between them. */
export class LongWork {
  #since = performance.now();
  #steps = 0;

  /** Asked after each small step: whether the work has lasted long enough to be interrupted with `pause`. */
  get isLong(): boolean {
    this.#steps += 1;
    return this.#steps % STEPS === 0 && performance.now() - this.#since >= LONGEST_MILLISECONDS;
  }

  /** Leaves the event loop to others for a turn. */
  async pause(): Promise<void> {
    await turn();
    this.#since = performance.now();
  }
}
