const MOST_REMEMBERED = 10_000;

/**
 * Tells a delivery that comes a second time, as Socket Mode may send it around a reconnect, by its `trigger_id`,
 * which each command, click and submission has one of its own of. Remembers the latest 10,000, in this process.
 */
export class Repeats {
  readonly #seen = new Set<string>();

  /** Whether this one was here before; from now on it was. */
  isRepeat(triggerId: string): boolean {
    if (this.#seen.has(triggerId)) return true;
    this.#seen.add(triggerId);
    const [oldest] = this.#seen;
    if (this.#seen.size > MOST_REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return false;
  }
}
