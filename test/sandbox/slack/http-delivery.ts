import { createHmac } from 'node:crypto';
import type { JsonObject } from '../control/protocol.ts';
import { acknowledgementOf, type Envelope, type Transport } from './delivery.ts';

/**
 * Deliveries to a request URL, signed with `signingSecret` and the time of this machine, with which the app compares it:
 * the workspace's own clock may be ahead. https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function httpDelivery(url: string, signingSecret: string): Transport {
  return async (envelope, signal) => {
    const { body, contentType } = encode(envelope);
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': contentType,
          // An app closes a connection that is idle, and with it a request that is on its way just then.
          connection: 'close',
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': String(timestamp),
          'x-slack-signature': `v0=${signature}`,
          ...(envelope.retry && {
            'x-slack-retry-num': String(envelope.retry.attempt),
            'x-slack-retry-reason': envelope.retry.reason === 'timeout' ? 'http_timeout' : 'http_error',
          }),
        },
        body,
        signal,
      });
      const answer = await response.text();
      return response.status === 200
        ? { acknowledged: acknowledgementOf(answer) }
        : { failed: 'unreachable' };
    } catch {
      return { failed: signal.aborted ? 'timeout' : 'unreachable' };
    }
  };
}

function encode({ type, payload }: Envelope): { body: string; contentType: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  return {
    body: String(
      type === 'slash_commands'
        ? new URLSearchParams(fields(payload))
        : new URLSearchParams({ payload: JSON.stringify(payload) }),
    ),
    contentType: 'application/x-www-form-urlencoded',
  };
}

function fields(payload: JsonObject): [string, string][] {
  return Object.entries(payload).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []));
}
