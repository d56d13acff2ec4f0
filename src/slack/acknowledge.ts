import type { Logger } from 'pino';
import { z } from 'zod';

/** Tells Slack, within 3 seconds, that a delivery arrived, and answers it where it takes an answer. */
export type Acknowledge = (response?: object) => Promise<void>;

const Ack = z.custom<(response?: unknown) => Promise<void>>((value) => typeof value === 'function');

/**
 * Bolt's `ack` for a delivery. Around a reconnect of Socket Mode it throws; the work goes on all the same, so that
 * is logged and nothing else. Events carry none: Bolt has acknowledged them.
 */
export function acknowledgeOf(ack: unknown, log: Logger): Acknowledge {
  const parsed = Ack.safeParse(ack);
  if (!parsed.success) return async () => {};
  return async (response) => {
    try {
      await parsed.data(response);
    } catch (error) {
      log.warn({ err: error }, 'a delivery could not be acknowledged');
    }
  };
}
