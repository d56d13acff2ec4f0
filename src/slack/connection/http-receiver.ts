import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, isValidSlackRequest, type Receiver } from '@slack/bolt';
import type { Secret } from '../../config/secret.ts';
import { MEBIBYTE } from '../../http/bounded-body.ts';
import { listen } from '../../observability/listen.ts';
import type { Logger } from '../../observability/log.ts';
import { tracing } from '../../observability/trace.ts';
import { readIncoming } from '../incoming.ts';
import { HttpConnections } from './http-connections.ts';
import { isForm, readDelivery } from './http-delivery.ts';
import {
  formRefusal,
  type OnRefusedDelivery,
  RefusedSignatures,
  type SignatureRefusal,
} from './refused-signatures.ts';

/** What a sender may take up. Times are in milliseconds, sizes in bytes. */
export const HTTP_LIMITS = {
  /** From the start of a request, or of its connection, until its headers are there. */
  headers: 5_000,
  /** The same until the request is there whole. */
  request: 10_000,
  /** How often Node looks for requests that are late. Its own default is 30 s. */
  checkInterval: 1_000,
  /** Longer than the 60 s of most proxies: whoever closes first may lose a delivery that is on its way just then. */
  keepAlive: 75_000,
  connections: 200,
  body: MEBIBYTE,
  /** Slack waits 3 seconds for an answer (docs.slack.dev, acknowledging interactions). */
  answer: 2_900,
};
export type HttpLimits = typeof HTTP_LIMITS;

const PATH = '/slack/events';
/** What Slack allows a request to be late or early (docs.slack.dev, verifying requests from Slack), in seconds. */
const CLOCK_TOLERANCE = 300;
/** `ssl_check=1&token=…`, which Slack sends unsigned, is all that may come without a signature. In bytes. */
const LARGEST_UNSIGNED_BODY = 1024;

/**
 * Takes Slack's requests at `/slack/events`. Whatever is sent gets an answer or loses its connection, and ends nothing.
 * It stands in for Bolt's `HTTPReceiver`, which keeps up to 4 MB of anybody's body before it checks the signature, and
 * whose rejections nobody handles.
 */
export class HttpReceiver implements Receiver {
  readonly #signingSecret: string;
  readonly #limits: HttpLimits;
  readonly #log: Logger;
  readonly #server: Server;
  readonly #connections: HttpConnections;
  #app: App | null = null;
  #closing = false;
  readonly #refused: RefusedSignatures;
  readonly #onRefused: OnRefusedDelivery;

  constructor(
    signingSecret: Secret,
    log: Logger,
    onRefused: OnRefusedDelivery = () => {},
    limits: HttpLimits = HTTP_LIMITS,
  ) {
    this.#signingSecret = signingSecret.reveal();
    this.#log = log;
    this.#refused = new RefusedSignatures(log, onRefused);
    this.#onRefused = onRefused;
    this.#limits = limits;
    this.#server = createServer(
      {
        headersTimeout: limits.headers,
        requestTimeout: limits.request,
        connectionsCheckingInterval: limits.checkInterval,
        keepAliveTimeout: limits.keepAlive,
      },
      (request, response) => void this.#take(request, response),
    );
    this.#connections = new HttpConnections(this.#server, limits.connections);
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Resolves with where it listens. @throws {FatalError} when it can't listen there */
  async start(host: string, port: number): Promise<AddressInfo | string | null> {
    await listen(this.#server, { host, port, variables: { host: 'HOST', port: 'PORT' } });
    this.#server.on('error', (error) => this.#log.error({ err: error }, 'a connection could not be taken'));
    return this.#server.address();
  }

  /** Closes unfinished requests. Resolves when those that had arrived are answered. */
  async stop(): Promise<void> {
    this.#closing = true;
    await this.#connections.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, new Answer(response, () => this.#closing));
    } catch (error) {
      // What broke off while it arrived has nobody to be answered.
      if (!request.complete) return;
      this.#log.error({ err: error }, 'a request could not be handled');
      new Answer(response, () => true).status(500);
    }
  }

  async #answer(request: IncomingMessage, answer: Answer): Promise<void> {
    if (request.url?.split('?')[0] !== PATH) return answer.refuse(404);
    if (request.method !== 'POST') return answer.refuse(405, { allow: 'POST' });
    const signed = signatureOf(request);
    const unsigned = typeof signed === 'string';
    if (unsigned && !isForm(request)) return this.#refuseSignature(signed, answer);
    const body = await bodyOf(request, unsigned ? LARGEST_UNSIGNED_BODY : this.#limits.body);
    if (body === null && unsigned) return this.#refuseSignature(signed, answer);
    if (body === null) {
      this.#onRefused('size');
      return answer.refuse(413);
    }
    this.#connections.busy(request, answer.response);
    const text = body.toString();
    const signingSecret = this.#signingSecret;
    const valid = !unsigned && isValidSlackRequest({ headers: signed, signingSecret, body: text });
    // Reading 1 MiB of a form can take 2 seconds, in which nobody else is answered.
    const mayBeRead = valid || body.length <= LARGEST_UNSIGNED_BODY;
    if (mayBeRead && isForm(request) && new URLSearchParams(text).get('ssl_check') === '1')
      return answer.status(200);
    if (!valid) return this.#refuseSignature(unsigned ? signed : 'wrong-signature', answer);
    const delivery = readDelivery(request, text);
    if (delivery === null) {
      this.#log.warn('a request of an unknown form was refused');
      this.#onRefused('form');
      return answer.status(400);
    }
    if (delivery.type === 'url_verification') return answer.json({ challenge: delivery.challenge });
    await tracing({}, () => this.#process(delivery, request, answer));
  }

  /** Bolt rejects what it cannot read. What a listener throws is logged by then, and Bolt resolves. */
  async #process(body: Record<string, unknown>, { headers }: IncomingMessage, answer: Answer): Promise<void> {
    const late = setTimeout(() => {
      if (answer.given) return;
      this.#log.error('a delivery was not acknowledged within 3 seconds');
      answer.status(503);
    }, this.#limits.answer);
    const ack = async (content?: unknown) => answer.acknowledge(content);
    const [retryNum, retryReason] = [headers['x-slack-retry-num'], headers['x-slack-retry-reason']];
    const retry = {
      ...(retryNum !== undefined && { retryNum: Number(retryNum) }),
      ...(retryReason !== undefined && { retryReason: String(retryReason) }),
    };
    try {
      await this.#app?.processEvent({ body, ack, ...retry });
      if (answer.given) return;
      if (readIncoming(body) !== null) return answer.status(500);
      this.#onRefused(formRefusal(body.type));
      this.#log.warn('a delivery of an unknown form was acknowledged and left at that');
      answer.status(200);
    } catch (error) {
      this.#onRefused('form');
      this.#log.warn({ err: error }, 'a delivery of an unknown form was refused');
      answer.status(400);
    } finally {
      clearTimeout(late);
    }
  }

  #refuseSignature(reason: SignatureRefusal, answer: Answer): void {
    this.#refused.add(reason);
    answer.refuse(401);
  }
}

function signatureOf({ headers }: IncomingMessage) {
  const signature = headers['x-slack-signature'];
  const timestamp = headers['x-slack-request-timestamp'];
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp))
    return 'unsigned';
  const seconds = Number(timestamp);
  if (Math.abs(Date.now() / 1000 - seconds) > CLOCK_TOLERANCE) return 'wrong-time';
  return { 'x-slack-signature': signature, 'x-slack-request-timestamp': seconds };
}

/** The body; null when it says that it is larger than `most` bytes, or turns out to be. @throws when it breaks off */
async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > most) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The one answer to a request. What comes after the first is dropped. */
class Answer {
  readonly response: ServerResponse;
  readonly #closes: () => boolean;

  /** @param closes whether the connection ends with the answer */
  constructor(response: ServerResponse, closes: () => boolean) {
    this.response = response;
    this.#closes = closes;
  }

  get given(): boolean {
    return this.response.headersSent;
  }

  status(status: number): void {
    this.#give(status, {}, '');
  }

  /** Without the rest of a request that is not wanted. */
  refuse(status: number, headers: Record<string, string> = {}): void {
    this.#give(status, { ...headers, connection: 'close' }, '');
  }

  json(content: object): void {
    this.#give(200, { 'content-type': 'application/json' }, JSON.stringify(content));
  }

  /** Answers with what a listener acknowledges with. @throws when the request is answered by now */
  acknowledge(content: unknown): void {
    if (this.given) throw new Error('the request has been answered');
    if (typeof content === 'object' && content !== null) this.json(content);
    else this.#give(200, {}, typeof content === 'string' ? content : '');
  }

  #give(status: number, headers: Record<string, string>, body: string): void {
    if (this.given) return;
    this.response.writeHead(status, { ...headers, ...(this.#closes() && { connection: 'close' }) }).end(body);
  }
}
