import { within } from './within.ts';

/** In milliseconds. */
type ReadingTimes = {
  /** From one reading to the next, at least. */
  every: number;
  /** How old a value may get before it says nothing any more. */
  keptFor: number;
  /** How long whoever asks waits for a reading before they get the value of before. */
  within: number;
};

/** A value that is read when somebody asks for it, however often they ask. While it cannot be read it stays for a time. */
export class KeptReading<T> {
  readonly #read: () => Promise<T>;
  readonly #times: ReadingTimes;
  #kept: { value: T; at: number } | null = null;
  #reading: Promise<void> | null = null;
  /** By `performance.now()`, as the others. */
  #begun = Number.NEGATIVE_INFINITY;

  /** @param read whatever it throws means that there is nothing new; it reports that itself */
  constructor(read: () => Promise<T>, times: ReadingTimes) {
    this.#read = read;
    this.#times = times;
  }

  /** The value and how many milliseconds old it is; null where it could not be read for too long. */
  async latest(): Promise<{ value: T; age: number } | null> {
    const { every, keptFor } = this.#times;
    if (this.#reading === null && performance.now() - this.#begun >= every) {
      this.#begun = performance.now();
      this.#reading = this.#readOnce();
    }
    if (this.#reading !== null) await within(this.#reading, this.#times.within);
    if (this.#kept === null) return null;
    const age = performance.now() - this.#kept.at;
    return age < keptFor ? { value: this.#kept.value, age } : null;
  }

  async #readOnce(): Promise<void> {
    const at = performance.now();
    try {
      this.#kept = { value: await this.#read(), at };
    } catch {
      // What was read before stays for a time.
    } finally {
      this.#reading = null;
    }
  }
}
