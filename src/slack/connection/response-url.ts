import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { boundedText, MEBIBYTE } from '../../http/bounded-body.ts';
import { connectionProblem } from '../../http/connection-problem.ts';
import { type Message, type MessageForm, withoutNoBlocks } from '../../messages/kit/message.ts';
import { reasonOf } from '../../observability/reason-of.ts';

export type Response<Shown = Message> =
  | { kind: 'post'; visibleTo: 'channel' | 'caller'; message: Shown }
  /** Puts a message in the place of the one whose button was clicked. */
  | { kind: 'replace-original'; message: Shown }
  /** Removes the message whose button was clicked, ephemeral ones included. */
  | { kind: 'delete-original' };

const TIMEOUT_MILLISECONDS = 10_000;
const LARGEST_ANSWER = MEBIBYTE;

/** The response URL expired (30 minutes) or is used up (5 times), the message is not valid, or Slack is away. */
export class ResponseUrlRefused extends Error {
  /** Slack's word for it, such as `invalid_blocks`; `null` where it gave none. */
  readonly code: string | null;
  /** For how many milliseconds Slack takes nothing, where it limits the bot; else null. */
  readonly retryAfter: number | null;

  constructor(why: string, code: string | null = null, retryAfter: number | null = null) {
    super(`the response URL did not take the message (${why})`);
    this.name = 'ResponseUrlRefused';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * Answers through a command's or click's `response_url`, which works where the bot is no member
 * (docs.slack.dev, handling user interaction).
 *
 * @throws {ResponseUrlRefused}
 */
export async function respond(
  responseUrl: string,
  response: Response<MessageForm>,
  dispatcher: Dispatcher,
): Promise<void> {
  const { statusCode, headers, body } = await request(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload(response)),
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    dispatcher,
  }).catch((error: Error) => {
    throw new ResponseUrlRefused(connectionProblem(error)?.what ?? error.name);
  });
  const answer = await boundedText(body, LARGEST_ANSWER).catch((error: unknown) => {
    throw new ResponseUrlRefused(reasonOf(error));
  });
  const code = errorCode(answer);
  if (statusCode === 200 && code === null && !isPage(answer)) return;
  const limited = statusCode === 429 ? retryAfter(headers['retry-after']) : null;
  throw new ResponseUrlRefused(`status ${statusCode}: ${answer.slice(0, 100)}`, code, limited);
}

const SECONDS_WHERE_NONE_ARE_NAMED = 5;
const MOST_SECONDS = 60 * 60;

/** In milliseconds (docs.slack.dev, rate limits). */
function retryAfter(header: string | string[] | undefined): number {
  const seconds = z.coerce.number().positive().catch(SECONDS_WHERE_NONE_ARE_NAMED).parse(header);
  return Math.min(seconds, MOST_SECONDS) * 1000;
}

const Refused = z.object({ ok: z.literal(false), error: z.string() });

/** Slack refuses with JSON that is not `ok`, whatever the status, or with the bare word. */
function errorCode(answer: string): string | null {
  if (/^[a-z]+(_[a-z]+)+$/.test(answer.trim())) return answer.trim();
  try {
    return Refused.safeParse(JSON.parse(answer)).data?.error ?? null;
  } catch {
    return null;
  }
}

/** A page in place of an answer comes from something between the bot and Slack, such as a proxy that wants a login. */
function isPage(answer: string): boolean {
  return /^\s*</.test(answer);
}

function payload(response: Response<MessageForm>): object {
  if (response.kind === 'delete-original') return { delete_original: true };
  const shown = { ...withoutNoBlocks(response.message), unfurl_links: false, unfurl_media: false };
  if (response.kind === 'replace-original') return { ...shown, replace_original: true };
  const response_type = response.visibleTo === 'channel' ? 'in_channel' : 'ephemeral';
  return { ...shown, response_type, replace_original: false };
}
