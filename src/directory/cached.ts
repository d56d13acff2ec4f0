/** A value fetched when it is asked for, by one fetch for all who ask at once, and kept until it is too old. */
export class Cached<T> {
  readonly #fetch: () => Promise<T>;
  readonly #freshFor: number;
  readonly #now: () => number;
  #pending: Promise<T> | null = null;
  #generation = 0;
  #kept: { value: T; at: number } | null = null;

  /** @param freshFor how old a value may be, in milliseconds from the start of its fetch */
  constructor(fetch: () => Promise<T>, freshFor: number, now: () => number = Date.now) {
    this.#fetch = fetch;
    this.#freshFor = freshFor;
    this.#now = now;
  }

  /** Rejects as the fetch does; a failure is not kept, the next who asks fetches again. */
  async get(): Promise<T> {
    if (this.#kept && this.#now() - this.#kept.at < this.#freshFor) return this.#kept.value;
    this.#pending ??= this.#refresh();
    return await this.#pending;
  }

  /** What is kept, or is just being fetched, is old: the next who asks fetches. */
  forget(): void {
    this.#generation += 1;
    this.#kept = null;
    this.#pending = null;
  }

  async #refresh(): Promise<T> {
    const generation = this.#generation;
    const at = this.#now();
    try {
      const value = await this.#fetch();
      if (generation === this.#generation) this.#kept = { value, at };
      return value;
    } finally {
      if (generation === this.#generation) this.#pending = null;
    }
  }
}
