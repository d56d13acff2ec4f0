import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** What the bot is given for a call to Fastly, and what is longer. */
export const DEADLINE_MILLISECONDS = 2_000;
const LONGER_THAN_THE_DEADLINE = 10_000;
const OFTEN = 1_000;
const PAGE = '<html><body><h1>Service Unavailable</h1></body></html>';

/** What is made to go wrong with the request that changes something, by the begin of its line. */
type Fault = (call: string) => Partial<FastlyFaults>;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

export const FASTLY_FAULTS: Readonly<Record<string, Fault>> = {
  healthy: () => ({}),
  'refused connection': () => ({ down: true }),
  'slow past the deadline': (match) => ({ delay: { match, milliseconds: LONGER_THAN_THE_DEADLINE } }),
  'lost before': (match) => ({ drop: { match, when: 'before', times: OFTEN } }),
  'lost after': (match) => ({ drop: { match, when: 'after', times: OFTEN } }),
  // Within the bot's deadline or just after it: the real one is of 10 s, with 5 s to the reset.
  '429, soon over': () => ({ rateLimitUsedUp: { reset: inSeconds(1) } }),
  '429 for 50 minutes': () => ({ rateLimitUsedUp: { reset: inSeconds(3_000) } }),
  500: (match) => ({ fail: { match, status: 500, times: OFTEN } }),
  '502 after the work': (match) => ({ fail: { match, status: 502, when: 'after', times: OFTEN } }),
  '503 with a page': (match) => ({ fail: { match, status: 503, body: PAGE, times: OFTEN } }),
  'broken JSON': (match) => ({ fail: { match, status: 200, body: '{"id":"', when: 'after', times: OFTEN } }),
  'another user': (match) => ({ otherUser: { match } }),
  'endless body': (match) => ({ endless: { match, times: OFTEN } }),
};

export async function healFastly({ client }: Sandbox): Promise<void> {
  await client.fastlyFaults({
    down: false,
    fail: null,
    endless: null,
    drop: null,
    delay: null,
    rateLimitUsedUp: null,
    otherUser: false,
  });
}
