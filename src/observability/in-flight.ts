/** Tracks running work, so that a stop can wait for it. */
export class InFlight {
  readonly #work = new Set<Promise<unknown>>();

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

  /** Resolves when no work is running, including work that starts while it waits. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
