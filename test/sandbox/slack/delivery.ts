import { randomUUID } from 'node:crypto';
import type { Json, JsonObject, SlackDelivery } from '../control/protocol.ts';
import { parseJson } from './json.ts';

/** The three kinds of envelope Slack sends. https://docs.slack.dev/apis/events-api/using-socket-mode#events */
export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

export type Envelope = {
  id: string;
  type: EnvelopeType;
  payload: JsonObject;
  acceptsResponsePayload: boolean;
  /** Set when an event is sent again. */
  retry?: { attempt: number; reason: 'timeout' | 'http_error' };
};

/** `unreachable`: nobody to send it to, or an HTTP answer other than 200. `timeout`: no acknowledgement in time. */
export type Delivered = { acknowledged: JsonObject } | { failed: 'unreachable' | 'timeout' };

/** A way to the app: Socket Mode or a request URL. Answers at the app's own pace. */
export type Transport = (envelope: Envelope, signal: AbortSignal) => Promise<Delivered>;

const MOST_RETRIES = 3;

/** What Slack sends to the app, and what the app acknowledged it with. */
export class Deliveries {
  readonly #sent: { envelope: Envelope; acknowledged: Json }[] = [];
  readonly #transport: () => Transport;
  readonly #acknowledgeWithin: number;
  readonly #closing = new AbortController();

  /** `acknowledgeWithin`: milliseconds of real time the app has for each. */
  constructor(transport: () => Transport, acknowledgeWithin: number) {
    this.#transport = transport;
    this.#acknowledgeWithin = acknowledgeWithin;
  }

  list(): SlackDelivery[] {
    return this.#sent.map(({ envelope, acknowledged }) => ({
      id: envelope.id,
      payload: envelope.payload,
      acknowledged,
    }));
  }

  send(type: Exclude<EnvelopeType, 'events_api'>, payload: JsonObject, accepts = true): Promise<Delivered> {
    return this.#attempt({ id: randomUUID(), type, payload, acceptsResponsePayload: accepts });
  }

  /** Events are sent again, up to three times, until one is acknowledged. The real Slack waits minutes between. */
  async sendEvent(payload: JsonObject): Promise<Delivered> {
    const envelope: Envelope = {
      id: randomUUID(),
      type: 'events_api',
      payload,
      acceptsResponsePayload: false,
    };
    let delivered = await this.#attempt(envelope);
    for (let attempt = 1; attempt <= MOST_RETRIES && 'failed' in delivered; attempt += 1) {
      if (this.#closing.signal.aborted) break;
      const reason = delivered.failed === 'timeout' ? 'timeout' : 'http_error';
      delivered = await this.#attempt({ ...envelope, id: randomUUID(), retry: { attempt, reason } });
    }
    return delivered;
  }

  /** Sends an envelope once more, as Slack may around a reconnect; undefined when there was none with that id. */
  async sendAgain(id: string): Promise<Delivered | undefined> {
    const sent = this.#sent.find((each) => each.envelope.id === id);
    return sent === undefined ? undefined : this.#attempt(sent.envelope);
  }

  close(): void {
    this.#closing.abort();
  }

  async #attempt(envelope: Envelope): Promise<Delivered> {
    const record: { envelope: Envelope; acknowledged: Json } = { envelope, acknowledged: null };
    this.#sent.push(record);
    const delivered = await this.within((signal) => this.#transport()(envelope, signal));
    if ('acknowledged' in delivered) record.acknowledged = delivered.acknowledged;
    return delivered;
  }

  /** Sends something that the app has to acknowledge in time. */
  async within(send: (signal: AbortSignal) => Promise<Delivered>): Promise<Delivered> {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), this.#acknowledgeWithin);
    const signal = AbortSignal.any([over.signal, this.#closing.signal]);
    try {
      return await Promise.race([send(signal), timeout(signal)]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function timeout(signal: AbortSignal): Promise<Delivered> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve({ failed: 'timeout' });
    signal.addEventListener('abort', () => resolve({ failed: 'timeout' }), { once: true });
  });
}

/** An acknowledgement's body: JSON, or text that stands for a message. */
export function acknowledgementOf(body: string): JsonObject {
  if (body.trim() === '') return {};
  const value = parseJson(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return { text: body };
}
