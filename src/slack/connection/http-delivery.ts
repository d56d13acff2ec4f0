import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

const Delivery = z.record(z.string(), z.unknown());

export function isForm(request: IncomingMessage): boolean {
  return mediaTypeOf(request) === 'application/x-www-form-urlencoded';
}

/**
 * The delivery in a request's body: JSON for events, a form for commands, and for everything else a form whose field
 * `payload` is JSON (docs.slack.dev, interactivity). Null for anything but an object.
 */
export function readDelivery(request: IncomingMessage, body: string): Record<string, unknown> | null {
  const form = isForm(request) ? new URLSearchParams(body) : null;
  const json = form ? form.get('payload') : body;
  if (form && json === null) return Object.fromEntries(form);
  try {
    return Delivery.safeParse(JSON.parse(json ?? '')).data ?? null;
  } catch {
    return null;
  }
}

/** RFC 9110, 8.3.1: case does not count; spaces may surround the semicolon before a parameter. */
function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
