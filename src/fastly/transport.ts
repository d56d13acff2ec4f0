import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { BodyTooLarge, boundedPieces, MEBIBYTE } from '../http/bounded-body.ts';
import { codeOf, connectionProblem } from '../http/connection-problem.ts';
import {
  FastlyCutOff,
  type FastlyError,
  FastlyRateLimited,
  FastlyTimedOut,
  FastlyUnavailable,
  FastlyUnexpectedAnswer,
} from './errors.ts';
import { type AttemptFailure, type CallKind, pauseBeforeRetry } from './retry.ts';

export type Call = {
  operation: string;
  kind: CallKind;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the base URL on, encoded. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** How many bytes the answer may have; 1 MiB where it is not given. */
  largestAnswer?: number;
};

/** An answer of 3xx or 4xx that is not 429. */
export type Refused = { status: number; headers: IncomingHttpHeaders; body: string };

/** An answer below 300, and what its body was read as. */
export type Answer<T> = { status: number; content: T };

/** Reads the body of an answer below 300 while it arrives, for each attempt anew. */
export type Read<T> = (pieces: AsyncIterable<string>) => Promise<T>;

const LARGEST_ANSWER = MEBIBYTE;

/** What the `attempt`th attempt at a call came to. `status`: HTTP's, or what kept Fastly from answering. */
export type Attempt = {
  operation: string;
  status: number | 'timed_out' | 'cut_off';
  milliseconds: number;
  attempt: number;
};

export type TransportListener = {
  onAttempt(attempt: Attempt): void;
  /** How many writes the token has until `resetAt` (Unix seconds). */
  onWritesRemaining(remaining: number, resetAt: number): void;
};

/**
 * Carries calls to Fastly: one deadline over all attempts of a call, connections kept alive, attempts repeated
 * only as `retry.ts` allows. undici's own retry interceptor is not used: it resumes a read that broke off with a
 * `Range` request, which this API does not speak, and cannot tell whether a lost request had been sent.
 */
export class Transport {
  readonly #baseUrl: string;
  readonly #deadline: number;
  readonly #dispatcher: Dispatcher;
  readonly #listener: Partial<TransportListener>;

  /** @param deadline for a whole call with all its attempts, in milliseconds */
  constructor(
    baseUrl: string,
    deadline: number,
    dispatcher: Dispatcher,
    listener: Partial<TransportListener> = {},
  ) {
    this.#listener = listener;
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#deadline = deadline;
    this.#dispatcher = dispatcher;
  }

  /**
   * @throws {FastlyRateLimited} on 429 when the wait does not fit the deadline
   * @throws {FastlyUnavailable} on 5xx
   * @throws {FastlyTimedOut} when no attempt was answered in time
   * @throws {FastlyUnexpectedAnswer} when the answer is too large
   * @throws {FastlyCutOff} when Fastly cannot be reached or the connection breaks
   */
  async send<T>(call: Call, read: Read<T>): Promise<Answer<T> | Refused> {
    const end = Date.now() + this.#deadline;
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#attempt(call, read, attempt, end - Date.now());
      if (result.answer !== undefined) return result.answer;
      const wait = pauseBeforeRetry(call.kind, result.failure, attempt, end - Date.now());
      if (wait === null) throw errorFor(call, result.failure);
      await pause(wait);
    }
  }

  async #attempt<T>(
    call: Call,
    read: Read<T>,
    attempt: number,
    remaining: number,
  ): Promise<AttemptResult<T>> {
    // A read that hangs is worth a second attempt within the deadline; a change gets all the time there is.
    const share = call.kind === 'read' && attempt === 1 ? remaining / 2 : remaining;
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(share)));
    const sending = { started: false };
    const began = performance.now();
    const { operation } = call;
    const ended = (status: Attempt['status']) => {
      this.#listener.onAttempt?.({ operation, status, milliseconds: performance.now() - began, attempt });
    };
    try {
      const { statusCode, headers, body } = await request(`${this.#baseUrl}${call.path}`, {
        method: call.method,
        headers: call.headers,
        body: call.body ?? null,
        dispatcher: this.#dispatcher.compose(noticeSending(sending)),
        signal,
      });
      this.#noteAllowance(call, headers);
      const pieces = boundedPieces(body, call.largestAnswer ?? LARGEST_ANSWER);
      const whole = async <C>(reading: Promise<C>): Promise<C> => {
        const content = await reading.catch((error: unknown) => {
          if (!(error instanceof BodyTooLarge)) throw error;
          ended(statusCode);
          throw tooLarge(call, statusCode);
        });
        ended(statusCode);
        return content;
      };
      if (statusCode < 300) {
        return { answer: { status: statusCode, content: await whole(read(pieces)) } };
      }
      return judge({ status: statusCode, headers, body: await whole(text(pieces)) });
    } catch (error) {
      if (error instanceof FastlyUnexpectedAnswer) throw error;
      const { started: sent } = sending;
      const { aborted: timedOut } = signal;
      ended(timedOut ? 'timed_out' : 'cut_off');
      const problem = connectionProblem(error);
      return { failure: { kind: 'no_answer', sent, timedOut, cause: causeOf(error), problem } };
    }
  }

  /** Fastly counts the writes of each user: an answer to somebody's password says nothing about the token's. */
  #noteAllowance({ headers: sent }: Call, headers: IncomingHttpHeaders): void {
    const remaining = headers['fastly-ratelimit-remaining'];
    const reset = Number(headers['fastly-ratelimit-reset']);
    if (!('fastly-key' in sent) || !/^\d{1,9}$/.test(String(remaining))) return;
    if (reset > 0 && reset <= LAST_SECOND) this.#listener.onWritesRemaining?.(Number(remaining), reset);
  }
}

type AttemptResult<T> = { answer: Answer<T> | Refused } | { answer?: never; failure: AttemptFailure };

function judge(answer: Refused): AttemptResult<never> {
  if (answer.status === 429) {
    return { failure: { kind: 'rate_limited', resetAt: rateLimitReset(answer.headers) } };
  }
  if (answer.status >= 500) return { failure: { kind: 'server_error', status: answer.status } };
  return { answer };
}

function tooLarge({ operation, kind }: Call, status: number): FastlyUnexpectedAnswer {
  return new FastlyUnexpectedAnswer(operation, status, 'the answer is too large', kind !== 'read');
}

function errorFor(call: Call, failure: AttemptFailure): FastlyError {
  const changes = call.kind !== 'read';
  switch (failure.kind) {
    case 'rate_limited':
      return new FastlyRateLimited(call.operation, 429, failure.resetAt);
    case 'server_error':
      return new FastlyUnavailable(call.operation, failure.status, changes);
    case 'no_answer':
      return failure.timedOut
        ? new FastlyTimedOut(call.operation, changes && failure.sent)
        : new FastlyCutOff(call.operation, changes && failure.sent, failure.cause, failure.problem);
  }
}

/** Learns from undici whether the request was handed to a connection, which alone tells 'not sent' for sure. */
function noticeSending(sending: { started: boolean }): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        sending.started = true;
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}

/** The error's code, such as `ECONNREFUSED`: its message could quote what was sent. */
function causeOf(error: unknown): string {
  return codeOf(error) || (error instanceof Error ? error.name : 'unknown');
}

/**
 * When a refused call may be tried again, in Unix seconds: `Fastly-RateLimit-Reset`, else `Retry-After` (seconds
 * from now, or a date). `null` when neither says.
 */
export function rateLimitReset(headers: IncomingHttpHeaders, now = Date.now()): number | null {
  const reset = Number(headers['fastly-ratelimit-reset']);
  if (reset > 0 && reset <= LAST_SECOND) return reset;
  const retryAfter = headers['retry-after'];
  if (retryAfter === undefined) return null;
  const seconds = Number(retryAfter);
  if (Math.abs(seconds) <= LAST_SECOND / 2) return Math.ceil(now / 1000 + seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.ceil(date / 1000);
}

/** The last moment a `Date` can hold, in Unix seconds; what lies beyond is no moment. */
const LAST_SECOND = 8_640_000_000_000;
