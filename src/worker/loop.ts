import { setTimeout as pause } from 'node:timers/promises';
import { type Trace, tracing } from '../observability/trace.ts';
import { StoreUnavailable } from '../store/errors.ts';

export type LoopOptions<Item> = {
  /** What is due, at most `limit` of it. What is under way here already may be among it. */
  find(limit: number): Promise<readonly Item[]>;
  key(item: Item): string;
  /** What the log lines about an item belong to. */
  trace?(item: Item): Trace;
  work(item: Item): Promise<void>;
  /** How many items are worked on at once. */
  atATime: number;
  /** How long to wait, in milliseconds, when nothing wakes it. */
  interval: number;
  /** Called after each look for what is due, with null or with why the database could not be asked. */
  onLook(error: StoreUnavailable | null): void;
  /** Called with what the work on an item threw; it comes up again when it is due again. */
  onFailure(error: unknown): void;
  /** Runs the loop, and runs it again when it throws. */
  keep(run: () => Promise<void>, signal: AbortSignal): Promise<void>;
};

/** Works on whatever is due, several items at once, until it is stopped. A slow item holds no other one up. */
export class Loop<Item> {
  readonly #options: LoopOptions<Item>;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #woken = Promise.withResolvers<void>();
  #ended: Promise<void> = Promise.resolve();
  #started = false;

  constructor(options: LoopOptions<Item>) {
    this.#options = options;
  }

  start(): void {
    this.#started = true;
    this.#ended = this.#options.keep(() => this.#run(), this.#stopping.signal);
  }

  wake(): void {
    this.#woken.resolve();
  }

  /** Begins nothing new, resolves when what is under way is over. `lastLook`: what is due then is still done, once. */
  async stop({ lastLook = false } = {}): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#ended;
    await Promise.all(this.#underWay.values());
    if (!lastLook || !this.#started) return;
    await this.#begin().catch(this.#options.onFailure);
    await Promise.all(this.#underWay.values());
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#woken = Promise.withResolvers<void>();
      await this.#begin();
      // An item that is due again at once must not keep timers and sockets from their turns.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#rest();
    }
  }

  /** @throws what is no outage of the database, which ends the loop */
  async #begin(): Promise<void> {
    const { find, key, atATime, onLook } = this.#options;
    const free = atATime - this.#underWay.size;
    if (free === 0) return;
    try {
      const due = await find(free);
      onLook(null);
      for (const item of due.filter((each) => !this.#underWay.has(key(each)))) this.#take(item);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      onLook(error);
    }
  }

  #take(item: Item): void {
    const { key, trace = () => ({}), work, onFailure } = this.#options;
    const finished = tracing(trace(item), () =>
      work(item)
        .finally(() => this.#underWay.delete(key(item)))
        // A failure does not wake it: what fails at once would come up again at once.
        .then(() => this.wake(), onFailure),
    );
    this.#underWay.set(key(item), finished);
  }

  async #rest(): Promise<void> {
    const rest = new AbortController();
    const over = pause(this.#options.interval, undefined, { signal: rest.signal }).catch(() => {});
    await Promise.race([this.#woken.promise, over]);
    rest.abort();
  }
}
