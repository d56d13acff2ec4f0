import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import type { Secret } from '../config/secret.ts';
import {
  type FastlyError,
  FastlyOtherUser,
  FastlyUnexpectedAnswer,
  isAway,
  isFastlyError,
} from './errors.ts';
import { parseJson, problemOf, type Redaction, refusalOf, withoutToken } from './refusal.ts';
import { type Answer, type Call, type Read, Transport, type TransportListener } from './transport.ts';

export type CallsOptions = Partial<TransportListener> & {
  token: Secret;
  /** `https://api.fastly.com`, or a server that speaks its protocol. */
  baseUrl: string;
  /** Deadline of a whole call with all its attempts, in milliseconds. */
  timeout: number;
  /** Told of every answer about somebody else, whatever becomes of the error. */
  onOtherUser?: (error: FastlyOtherUser) => void;
  /** Told after each call with the token whether Fastly refuses it (401). */
  onTokenRefused?: (refused: boolean) => void;
  /** Told after each call whether Fastly could be used: why not, or null. A refusal and a rate limit are answers. */
  onReach?: (error: FastlyError | null) => void;
  dispatcher: Dispatcher;
};

/** Reads the body of an answer, or says why it is not what was expected. */
type Reader<T> = Read<z.ZodSafeParseResult<T>>;

export function asJson<T>(schema: z.ZodType<T>): Reader<T> {
  return async (pieces) => schema.safeParse(parseJson(await text(pieces)));
}

/** Makes calls, and decides which answers are believed: none of another shape, and none about another user. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #transport: Transport;

  constructor(options: CallsOptions) {
    const { baseUrl, timeout, dispatcher } = options;
    this.#options = options;
    this.#transport = new Transport(baseUrl, timeout, dispatcher, options);
  }

  /** A call with the bot's token. @param isMeant as for `make` */
  async withToken<T>(
    call: Omit<Call, 'headers'> & Partial<Pick<Call, 'headers'>>,
    read: Reader<T>,
    isMeant?: (answer: T) => boolean,
  ): Promise<T> {
    const { token, onTokenRefused } = this.#options;
    const headers = { ...call.headers, 'fastly-key': token.reveal() };
    try {
      const result = await this.make({ ...call, headers }, read, withoutToken(token), isMeant);
      onTokenRefused?.(false);
      return result;
    } catch (error) {
      if (isFastlyError(error) && error.kind === 'unauthorized') onTokenRefused?.(true);
      throw error;
    }
  }

  /**
   * Makes a call whose headers say who makes it.
   *
   * @param redacted what of a refusal's words goes into the error, as Fastly can quote what was sent
   * @param isMeant whether an answer is about whom the call was about
   */
  async make<T>(
    call: Call,
    read: Reader<T>,
    redacted: Redaction,
    isMeant: (answer: T) => boolean = () => true,
  ): Promise<T> {
    const { status, content } = await this.#reach(call, read, redacted);
    const changes = call.kind !== 'read';
    if (!content.success) {
      throw new FastlyUnexpectedAnswer(call.operation, status, problemOf(content.error), changes);
    }
    if (isMeant(content.data)) return content.data;
    const error = new FastlyOtherUser(call.operation, status, changes);
    this.#options.onOtherUser?.(error);
    throw error;
  }

  /** An answer below 300. A proxy's page, which is none of Fastly's, counts as an outage. */
  async #reach<T>(call: Call, read: Read<T>, redacted: Redaction): Promise<Answer<T>> {
    try {
      const headers = { accept: 'application/json', ...call.headers };
      const answer = await this.#transport.send({ ...call, headers }, read);
      if ('body' in answer) throw refusalOf(call, answer, redacted);
      this.#options.onReach?.(null);
      return answer;
    } catch (error) {
      if (isFastlyError(error)) this.#options.onReach?.(isAway(error) ? error : null);
      throw error;
    }
  }
}
