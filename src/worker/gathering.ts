import type { Progress } from '../store/homes.ts';

/** Lets changes pass after a fixed time, so that those in quick succession are drawn once, together. */
export class Gathering {
  readonly #milliseconds: number;
  #passed: Progress = { entry: 0, posted: 0 };
  #held: { progress: Progress; since: number } | null = null;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Takes how far things are now, and returns how far they were before the gathering that is under way. Nothing that
   * happens during it makes it longer. `at`: milliseconds on a clock that never goes back.
   */
  pass(current: Progress, at: number): Progress {
    if (this.#held !== null && at - this.#held.since >= this.#milliseconds) {
      this.#passed = this.#held.progress;
      this.#held = null;
    }
    if (this.#held === null && !isSame(current, this.#passed)) this.#held = { progress: current, since: at };
    return this.#passed;
  }
}

function isSame(one: Progress, other: Progress): boolean {
  return one.entry === other.entry && one.posted === other.posted;
}
