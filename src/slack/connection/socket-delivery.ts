import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Logger } from '../../observability/log.ts';
import { tracing } from '../../observability/trace.ts';
import { readIncoming } from '../incoming.ts';

/** What Slack sends over a Socket Mode connection (docs.slack.dev, using Socket Mode). */
export type SocketMessage =
  /** `connections`: how many this app has; null where Slack does not say. */
  { kind: 'hello'; connections: number | null } | { kind: 'disconnect'; reason: string } | Delivery;

/** What is to be acknowledged by its id within 3 seconds. */
export type Delivery =
  | {
      kind: 'envelope';
      id: string;
      type: string;
      payload: Record<string, unknown>;
      retryNum?: number | undefined;
      retryReason?: string | undefined;
    }
  /** `id` is null where there is none to acknowledge. `about` may be logged. */
  | { kind: 'unreadable'; id: string | null; about: { type: string | null; payloadType: string | null } };

/** What Slack says of the connection itself is no envelope, and needs no acknowledgement. */
const unaddressed = { envelope_id: z.undefined().optional() };
const Hello = z.object({
  ...unaddressed,
  type: z.literal('hello'),
  num_connections: z.int().nullable().catch(null),
});
const Disconnect = z.object({
  ...unaddressed,
  type: z.literal('disconnect'),
  reason: z.string().catch('unknown'),
});

const addressed = {
  envelope_id: z.string(),
  retry_attempt: z.int().optional().catch(undefined),
  retry_reason: z.string().optional().catch(undefined),
};
const Envelope = z.discriminatedUnion('type', [
  z.object({
    ...addressed,
    type: z.enum(['slash_commands', 'interactive']),
    payload: z.looseObject({}),
  }),
  z.object({
    ...addressed,
    type: z.literal('events_api'),
    // Not every one has an event: `app_rate_limited` says that Slack left some out.
    payload: z.looseObject({ event: z.looseObject({ type: z.string() }) }),
  }),
]);

const word = z
  .string()
  .transform((text) => text.slice(0, 100))
  .nullable()
  .catch(null);
const Remains = z.object({
  envelope_id: z.string().nullable().catch(null),
  type: word,
  payload: z.object({ type: word }).catch({ type: null }),
});

/** Reads any message, whatever is in it. `text` is null for a binary one. */
export function readMessage(text: string | null): SocketMessage {
  const value = text === null ? undefined : parsed(text);
  const hello = Hello.safeParse(value);
  if (hello.success) return { kind: 'hello', connections: hello.data.num_connections };
  const disconnect = Disconnect.safeParse(value);
  if (disconnect.success) return { kind: 'disconnect', reason: disconnect.data.reason };
  const { success, data } = Envelope.safeParse(value);
  if (!success) return unreadable(value);
  const { envelope_id: id, type, payload, retry_attempt: retryNum, retry_reason: retryReason } = data;
  return { kind: 'envelope', id, type, payload, retryNum, retryReason };
}

function unreadable(value: unknown): SocketMessage {
  const { data } = Remains.safeParse(value);
  const about = { type: data?.type ?? null, payloadType: data?.payload.type ?? null };
  return { kind: 'unreadable', id: data?.envelope_id ?? null, about };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Way = {
  app: App | null;
  /** Sends the acknowledgement. @throws when no connection takes it */
  send(acknowledgement: object): Promise<void>;
  /** Told of a delivery that this bot cannot read, with its payload's type. */
  onUnreadable?: ((type: unknown) => void) | undefined;
  log: Logger;
};

/** Hands a delivery to Bolt. Whatever it is and whatever comes of it, Slack gets an acknowledgement; never throws. */
export async function deliver(delivery: Delivery, way: Way): Promise<void> {
  await tracing({}, () => handOver(delivery, way));
}

async function handOver(delivery: Delivery, { app, send, onUnreadable, log }: Way): Promise<void> {
  let acknowledged = false;
  const ack = async (response: unknown = {}) => {
    if (acknowledged || delivery.id === null) return;
    acknowledged = true;
    const payload = typeof response === 'string' ? { text: response } : response;
    await send({ envelope_id: delivery.id, payload });
  };
  if (delivery.kind === 'unreadable') {
    log.warn(delivery.about, 'Slack sent what this bot cannot read');
    onUnreadable?.(delivery.about.payloadType);
  } else {
    const { type, payload: body, retryNum, retryReason } = delivery;
    try {
      await app?.processEvent({
        body,
        ack,
        ...(retryNum !== undefined && { retryNum }),
        ...(retryReason !== undefined && { retryReason }),
      });
      if (!acknowledged) log.warn({ type }, 'a delivery was not answered');
      if (!acknowledged && readIncoming(body) === null) onUnreadable?.(body.type);
    } catch (error) {
      log.error({ type, err: error }, 'a delivery failed');
    }
  }
  await ack().catch((error: unknown) => log.warn({ err: error }, 'a delivery could not be acknowledged'));
}
