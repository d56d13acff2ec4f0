/** When to say again what stays as it is: at once, and then only now and again. */
export class NowAndAgain {
  /** By `performance.now()`. */
  #saidAt = Number.NEGATIVE_INFINITY;

  /** Whether it is time to say it, which then counts as said. @param every milliseconds from one time to the next */
  isDue(every: number): boolean {
    const now = performance.now();
    if (now - this.#saidAt < every) return false;
    this.#saidAt = now;
    return true;
  }

  /** Something else is to be said, at once. */
  restart(): void {
    this.#saidAt = Number.NEGATIVE_INFINITY;
  }
}
