import { z } from 'zod';
import type { FastlyFaults } from '../control/protocol.ts';
import type { Answer } from './call.ts';
import { type Allowance, topOfTheHour } from './rate-limit.ts';

const match = z.string().nullable();
const times = z.number().int().positive();
/** Some of the faults, as JSON asks for them. */
export const fastlyFaults = z.strictObject({
  down: z.boolean().exactOptional(),
  fail: z
    .strictObject({
      match,
      status: z.int().min(200).max(599),
      body: z.string().exactOptional(),
      contentType: z.string().exactOptional(),
      headers: z.record(z.string(), z.string()).exactOptional(),
      when: z.enum(['before', 'after']).exactOptional(),
      times,
    })
    .nullable()
    .exactOptional(),
  endless: z.strictObject({ match, times }).nullable().exactOptional(),
  drop: z
    .strictObject({ match, when: z.enum(['before', 'after']), times })
    .nullable()
    .exactOptional(),
  hold: z
    .strictObject({ match, when: z.enum(['before', 'after']), times })
    .nullable()
    .exactOptional(),
  delay: z.strictObject({ match, milliseconds: z.number().nonnegative() }).nullable().exactOptional(),
  rateLimitUsedUp: z.strictObject({ reset: z.number().int().nullable() }).nullable().exactOptional(),
  directCreation: z.literal(['allowed', 403, 404, 405, 410]).exactOptional(),
  tokenRefused: z.boolean().exactOptional(),
  otherUser: z.union([z.boolean(), z.strictObject({ match: z.string() })]).exactOptional(),
  noCurrentUser: z.boolean().exactOptional(),
  tokensAtDeletion: z.enum(['end', 'refuse', 'stay']).exactOptional(),
  tokensUnreadable: z.boolean().exactOptional(),
});

/** What is made to go wrong; nothing, to begin with. A request is matched by its line, `GET /user/abc`. */
export class Faults {
  #faults: FastlyFaults = {
    down: false,
    fail: null,
    endless: null,
    drop: null,
    hold: null,
    delay: null,
    rateLimitUsedUp: null,
    directCreation: 'allowed',
    tokenRefused: false,
    otherUser: false,
    noCurrentUser: false,
    tokensAtDeletion: 'end',
    tokensUnreadable: false,
  };

  get current(): FastlyFaults {
    return structuredClone(this.#faults);
  }

  /** Changes what is given. A reset of null becomes the top of the hour after `now` (Unix milliseconds). */
  set(changes: Partial<FastlyFaults>, now: number): void {
    this.#faults = { ...this.#faults, ...structuredClone(changes) };
    const usedUp = this.#faults.rateLimitUsedUp;
    if (usedUp !== null) usedUp.reset ??= topOfTheHour(now);
  }

  /** When to cut this request's connection, if at all; counts down. */
  takeDrop(line: string): 'before' | 'after' | undefined {
    const { drop } = this.#faults;
    if (drop === null || !matches(drop.match, line)) return undefined;
    drop.times -= 1;
    if (drop.times === 0) this.#faults.drop = null;
    return drop.when;
  }

  /** When to hold this request, if at all; counts down. */
  takeHold(line: string): 'before' | 'after' | undefined {
    const { hold } = this.#faults;
    if (hold === null || !matches(hold.match, line)) return undefined;
    hold.times -= 1;
    if (hold.times === 0) this.#faults.hold = null;
    return hold.when;
  }

  /** How to fail this request, if at all, and whether before its work or after; counts down. */
  takeFailure(line: string): { when: 'before' | 'after'; answer: Answer } | undefined {
    const { fail } = this.#faults;
    if (fail === null || !matches(fail.match, line)) return undefined;
    fail.times -= 1;
    if (fail.times === 0) this.#faults.fail = null;
    const contentType = fail.contentType ?? (fail.body?.startsWith('<') ? 'text/html' : 'application/json');
    const headers = { ...(fail.body === undefined ? {} : { 'content-type': contentType }), ...fail.headers };
    const answer = { status: fail.status, body: fail.body ?? null, headers };
    return { when: fail.when ?? 'before', answer };
  }

  /** Whether the answer to this request never ends; counts down. */
  takeEndless(line: string): boolean {
    const { endless } = this.#faults;
    if (endless === null || !matches(endless.match, line)) return false;
    endless.times -= 1;
    if (endless.times === 0) this.#faults.endless = null;
    return true;
  }

  /** Milliseconds to hold this request's answer back. */
  delayOf(line: string): number {
    const { delay } = this.#faults;
    return delay !== null && matches(delay.match, line) ? delay.milliseconds : 0;
  }

  /** The allowance of a user whose writes are used up, until its reset. */
  usedUp(now: number): Allowance | undefined {
    const reset = this.#faults.rateLimitUsedUp?.reset ?? 0;
    return now < reset * 1000 ? { remaining: 0, reset, exhausted: true } : undefined;
  }

  get directCreation(): FastlyFaults['directCreation'] {
    return this.#faults.directCreation;
  }

  get tokenRefused(): boolean {
    return this.#faults.tokenRefused;
  }

  /** Whether the answer to this request is about somebody else. */
  isAboutSomebodyElse(line: string): boolean {
    const { otherUser } = this.#faults;
    if (typeof otherUser === 'object') return line.startsWith(otherUser.match);
    return otherUser && !ABOUT_THE_TOKEN.includes(line);
  }

  get noCurrentUser(): boolean {
    return this.#faults.noCurrentUser;
  }

  get tokensAtDeletion(): FastlyFaults['tokensAtDeletion'] {
    return this.#faults.tokensAtDeletion;
  }

  get tokensUnreadable(): boolean {
    return this.#faults.tokensUnreadable;
  }
}

/** What is asked about the token, and so about nobody by name. */
const ABOUT_THE_TOKEN = ['GET /current_user', 'GET /current_customer', 'GET /tokens/self'];

function matches(match: string | null, line: string): boolean {
  return match === null || line.startsWith(match);
}
