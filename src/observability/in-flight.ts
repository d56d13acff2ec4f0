/** Counts the work under way, so that a stop can wait for it. */
export class InFlight {
  readonly #work = new Set<Promise<unknown>>();

  /** Follows `work` until it settles. It hands back the same promise. */
  track<T>(work: Promise<T>): Promise<T> {
    const forget = () => {
      this.#work.delete(settled);
    };
    const settled: Promise<void> = work.then(forget, forget);
    this.#work.add(settled);
    return work;
  }

  get size(): number {
    return this.#work.size;
  }

  /** Resolves when nothing is under way, work begun meanwhile included. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
