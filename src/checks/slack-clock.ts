import type { Network } from '../http/network.ts';
import { slackFetch } from '../slack/connection/clients.ts';
import { type Finding, fine, notKnown, warning, wrong } from './finding.ts';
import { notTold } from './slack-call.ts';

const PATIENCE_MILLISECONDS = 5_000;
const NOTICEABLE_SECONDS = 60;
/** How far off a signed request may be (docs.slack.dev, verifying requests from Slack). */
const SIGNATURES_SECONDS = 300;

/** How far this machine's clock is from Slack's, by the `Date` of an answer. @param apiUrl ends in `/` */
export async function checkSlackClock(
  network: Network,
  apiUrl: string,
  mode: 'socket' | 'http',
): Promise<Finding> {
  try {
    const asked = Date.now();
    const { headers, body } = await slackFetch(network)(`${apiUrl}api.test`, {
      method: 'POST',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    const now = (asked + Date.now()) / 2;
    await body?.cancel();
    const slacks = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(slacks)) return notKnown("Slack's answer doesn't say what time it is.");
    return comparison(Math.round((now - slacks) / 1000), mode);
  } catch (error) {
    return notTold("What time it is by Slack's clock is not known", error);
  }
}

/** @param ahead how many seconds this machine's clock is ahead of Slack's */
function comparison(ahead: number, mode: 'socket' | 'http'): Finding {
  const off = Math.abs(ahead);
  if (off <= NOTICEABLE_SECONDS) return fine("This machine's clock agrees with Slack's.");
  const what = `This machine's clock is ${durationText(off)} ${ahead > 0 ? 'ahead of' : 'behind'} Slack's`;
  const remedy = 'Correct the clock, and have it kept correct (NTP).';
  return off > SIGNATURES_SECONDS && mode === 'http'
    ? wrong(`${what}, so the bot refuses every command: its signature seems too old.`, remedy)
    : warning(`${what}.`, remedy);
}

function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return seconds < 120 ? `${seconds} seconds` : `${minutes} minutes`;
}
