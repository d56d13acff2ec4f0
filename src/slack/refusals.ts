import { WebAPIPlatformError } from '@slack/web-api';
import { isRefusal } from './identity.ts';

/** Answers of the Web API that may be others in a moment (docs.slack.dev, chat.postMessage, errors). */
const PASSING = new Set([
  'accesslimited',
  'fatal_error',
  'internal_error',
  'message_limit_exceeded',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/**
 * Slack's word for why it will not do this, now or later; `null` for anything that waiting may mend, a token that
 * is refused included: whoever runs the bot changes that.
 */
export function finalRefusal(error: unknown): string | null {
  if (!(error instanceof WebAPIPlatformError)) return null;
  const { error: word } = error.data;
  return PASSING.has(word) || isRefusal(word) ? null : word;
}
