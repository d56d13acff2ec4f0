import type { FaultyMethods, JsonObject, SlackFaults } from '../control/protocol.ts';

/** The faults a test has ordered of Slack, each counted down as it strikes. */
export class Faults {
  #ordered: SlackFaults = {
    down: false,
    rateLimit: null,
    refuse: null,
    lose: null,
    hold: null,
    delay: 0,
    unknownBlocks: [],
    hangUps: 0,
    connectionsElsewhere: 0,
    socketModeOff: false,
    unknownBlocksError: 'invalid_blocks',
    fail: null,
    page: null,
  };

  get down(): boolean {
    return this.#ordered.down;
  }

  get socketModeOff(): boolean {
    return this.#ordered.socketModeOff;
  }

  get connectionsElsewhere(): number {
    return this.#ordered.connectionsElsewhere;
  }

  /** Milliseconds by which each Web API answer is held back. */
  get delay(): number {
    return this.#ordered.delay;
  }

  /** Changes the faults given and leaves the others; answers with all. */
  set(faults: Partial<SlackFaults>): SlackFaults {
    this.#ordered = { ...this.#ordered, ...faults };
    return this.#ordered;
  }

  /** Seconds to wait, when a call of `method` is to be refused with 429. */
  takeRateLimit(method: string): number | null {
    const { rateLimit } = this.#ordered;
    if (rateLimit === null || rateLimit.times < 1 || !concerns(rateLimit.method, method)) return null;
    this.set({ rateLimit: { ...rateLimit, times: rateLimit.times - 1 } });
    return rateLimit.retryAfter;
  }

  takeHangUp(): boolean {
    const { hangUps } = this.#ordered;
    if (hangUps < 1) return false;
    this.set({ hangUps: hangUps - 1 });
    return true;
  }

  takeRefusal(method: string, args: JsonObject): string | null {
    const { refuse } = this.#ordered;
    if (refuse === null || refuse.times < 1) return null;
    if (!concerns(refuse.method, method) || (refuse.method === null && method === 'response_url'))
      return null;
    if (refuse.channel !== undefined && refuse.channel !== args.channel) return null;
    if (refuse.user !== undefined && refuse.user !== args.user) return null;
    this.set({ refuse: { ...refuse, times: refuse.times - 1 } });
    return refuse.error;
  }

  /** Whether a call of `method` is answered with a web page. */
  takePage(method: string): boolean {
    const { page } = this.#ordered;
    if (page === null || page.times < 1 || !concerns(page.method, method)) return false;
    this.set({ page: { ...page, times: page.times - 1 } });
    return true;
  }

  takeLoss(method: string): 'before' | 'after' | null {
    const { lose } = this.#ordered;
    if (lose === null || lose.times < 1 || !concerns(lose.method, method)) return null;
    this.set({ lose: { ...lose, times: lose.times - 1 } });
    return lose.when;
  }

  /** The status with which a call of `method` is to fail. */
  takeFailure(method: string): number | null {
    const { fail } = this.#ordered;
    if (fail === null || fail.times < 1 || !concerns(fail.method, method)) return null;
    this.set({ fail: { ...fail, times: fail.times - 1 } });
    return fail.status;
  }

  takeHold(method: string): 'before' | 'after' | null {
    const { hold } = this.#ordered;
    if (hold === null || hold.times < 1 || hold.method !== method) return null;
    this.set({ hold: { ...hold, times: hold.times - 1 } });
    return hold.when;
  }
}

function concerns(methods: FaultyMethods, method: string): boolean {
  if (methods === null) return true;
  return typeof methods === 'string' ? methods === method : methods.includes(method);
}
