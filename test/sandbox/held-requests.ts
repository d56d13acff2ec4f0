/** The requests a fault keeps from their answer: each stays until its client goes away or all are let go. */
export class HeldRequests {
  readonly #release = new Set<() => void>();
  readonly #changed: () => void;

  /** `changed` is called whenever there is one more or one less. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** How many are held now. */
  get count(): number {
    return this.#release.size;
  }

  /** Holds a request until `gone`, which says that its client went away, or until `letGo`. */
  async hold(gone: AbortSignal): Promise<void> {
    if (gone.aborted) return;
    await new Promise<void>((resolve) => {
      const release = () => {
        gone.removeEventListener('abort', release);
        this.#release.delete(release);
        resolve();
        this.#changed();
      };
      gone.addEventListener('abort', release);
      this.#release.add(release);
      this.#changed();
    });
  }

  /** Ends every hold; whoever held the request cuts its connection. */
  letGo(): void {
    for (const release of [...this.#release]) release();
  }
}
