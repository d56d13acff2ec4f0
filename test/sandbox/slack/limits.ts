import type { JsonObject } from '../control/protocol.ts';

const MINUTE = 60_000;
const SECOND = 1_000;

/** How many calls of a method Slack takes in a minute: tiers 2, 3 and 4. A method that is not here is not limited. */
const CALLS_A_MINUTE: { readonly [method: string]: number } = {
  'chat.update': 50,
  'conversations.info': 50,
  'conversations.open': 50,
  'users.info': 100,
  'users.list': 20,
  'users.lookupByEmail': 50,
  'views.open': 100,
  'views.publish': 100,
  'views.update': 100,
};

/**
 * The limits that Slack documents, without the bursts that it lets pass: so many calls of a method a minute, and one
 * message a second to each channel (https://docs.slack.dev/apis/web-api/rate-limits).
 */
export class Limits {
  readonly #minute: number;
  readonly #windows = new Map<string, { until: number; calls: number }>();

  /** @param faster how many times shorter than sixty seconds a minute is; a second stays a second */
  constructor(faster: number) {
    this.#minute = MINUTE / faster;
  }

  /** Seconds to wait, where Slack does not take the call at `now` (milliseconds); null where it does. */
  take(method: string, args: JsonObject, now = performance.now()): number | null {
    if (method === 'chat.postMessage') return this.#spend(`to ${String(args.channel)}`, 1, SECOND, now);
    const calls = CALLS_A_MINUTE[method];
    return calls === undefined ? null : this.#spend(method, calls, this.#minute, now);
  }

  #spend(what: string, most: number, length: number, now: number): number | null {
    const kept = this.#windows.get(what);
    const window = kept && kept.until > now ? kept : { until: now + length, calls: 0 };
    this.#windows.set(what, window);
    if (window.calls >= most) return Math.max(1, Math.ceil((window.until - now) / SECOND));
    window.calls += 1;
    return null;
  }
}
