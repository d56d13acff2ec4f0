import { tracing } from '../observability/trace.ts';

/** A value fetched when it is asked for, by one fetch for all who ask at once, and kept until it is too old. */
export class Cached<T> {
  readonly #fetch: () => Promise<T>;
  readonly #freshFor: number;
  readonly #now: () => number;
  #pending: { value: Promise<T>; at: number } | null = null;
  #kept: { value: T; at: number } | null = null;
  #generation = 0;

  /** @param freshFor how old a value may be, in milliseconds from the start of its fetch */
  constructor(fetch: () => Promise<T>, freshFor: number, now: () => number = Date.now) {
    this.#fetch = fetch;
    this.#freshFor = freshFor;
    this.#now = now;
  }

  /**
   * Rejects as the fetch does; a failure is not kept, the next who asks fetches again.
   *
   * @param atMost how old the value may be this time, in milliseconds
   */
  async get(atMost = this.#freshFor): Promise<T> {
    const isFresh = ({ at }: { at: number }) => this.#now() - at < atMost;
    if (this.#kept && isFresh(this.#kept)) return this.#kept.value;
    if (!this.#pending || !isFresh(this.#pending)) this.#pending = this.#refreshed();
    return await this.#pending.value;
  }

  /** What is kept, if it is fresh. */
  kept(): T | null {
    return this.#kept && this.#now() - this.#kept.at < this.#freshFor ? this.#kept.value : null;
  }

  /** What is kept, or is just being fetched, is old: the next who asks fetches. */
  forget(): void {
    this.#generation += 1;
    this.#kept = null;
    this.#pending = null;
  }

  #refreshed(): { value: Promise<T>; at: number } {
    const generation = this.#generation;
    const at = this.#now();
    // It is for all who ask meanwhile, and not only for who asked first.
    const pending = { value: tracing({}, this.#fetch), at };
    const settled = (value?: { value: T }) => {
      if (generation !== this.#generation) return;
      if (value && at >= (this.#kept?.at ?? at)) this.#kept = { ...value, at };
      if (this.#pending === pending) this.#pending = null;
    };
    pending.value.then(
      (value) => settled({ value }),
      () => settled(),
    );
    return pending;
  }
}
