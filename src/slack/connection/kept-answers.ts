/**
 * Slack's answers by what was asked. Each is kept, and there is one call at a time about the same thing. A failure is not
 * kept.
 */
export class KeptAnswers<Key, Answer, Failure = never> {
  readonly #ask: (key: Key) => Promise<Answer>;
  readonly #onFailure: (key: Key, error: unknown) => Failure;
  readonly #kept = new Map<Key, { answer: Answer; at: number }>();
  readonly #asked = new Map<Key, { at: number; answer: Promise<Answer> }>();
  #version = 0;

  /**
   * @param ask makes the call
   * @param onFailure called with what the call throws; what it returns is told in place of an answer
   */
  constructor(
    ask: (key: Key) => Promise<Answer>,
    onFailure: (key: Key, error: unknown) => Failure = (_key, error) => {
      throw error;
    },
  ) {
    this.#ask = ask;
    this.#onFailure = onFailure;
  }

  /** Grows with each answer. */
  get version(): number {
    return this.#version;
  }

  /** The answer to a call that began at `since` (Unix milliseconds) or later. */
  async since(key: Key, since: number): Promise<Answer | Failure> {
    const kept = this.#kept.get(key);
    if (kept && kept.at >= since) return kept.answer;
    const asked = this.#asked.get(key);
    try {
      return await (asked && asked.at >= since ? asked.answer : this.#begin(key));
    } catch (error) {
      return this.#onFailure(key, error);
    }
  }

  /** The latest answer, however old; `at` (Unix milliseconds) is when its call began. */
  latest(key: Key): { answer: Answer; at: number } | null {
    return this.#kept.get(key) ?? null;
  }

  async #begin(key: Key): Promise<Answer> {
    const at = Date.now();
    const answer = this.#ask(key);
    const asked = { at, answer };
    this.#asked.set(key, asked);
    try {
      const settled = await answer;
      // A call that began earlier may be answered later.
      if ((this.#kept.get(key)?.at ?? 0) <= at) {
        this.#kept.set(key, { answer: settled, at });
        this.#version += 1;
      }
      return settled;
    } finally {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    }
  }
}
