import { setImmediate as turn } from 'node:timers/promises';

const LONGEST_MILLISECONDS = 8;

/** Long work that is done in pieces, so that whatever else the process does goes on between them. */
export class LongWork {
  #since = performance.now();

  /** Whether the work has lasted long enough to be interrupted with `pause`. */
  get isLong(): boolean {
    return performance.now() - this.#since >= LONGEST_MILLISECONDS;
  }

  /** Leaves the event loop to others for a turn. */
  async pause(): Promise<void> {
    await turn();
    this.#since = performance.now();
  }
}
