import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { BodyTooLarge, boundedText, MEBIBYTE } from '../../http/bounded-body.ts';
import { connectionProblem } from '../../http/connection-problem.ts';
import type { Message } from '../../messages/kit/message.ts';

export type Response =
  | { kind: 'post'; visibleTo: 'channel' | 'caller'; message: Message }
  /** Puts a message in the place of the one whose button was clicked. */
  | { kind: 'replace-original'; message: Message }
  /** Removes the message whose button was clicked, ephemeral ones included. */
  | { kind: 'delete-original' };

const TIMEOUT_MILLISECONDS = 10_000;
const LARGEST_ANSWER = MEBIBYTE;

/** The response URL expired (30 minutes) or is used up (5 times), the message is not valid, or Slack is away. */
export class ResponseUrlRefused extends Error {
  /** Slack's word for it, such as `invalid_blocks`; `null` where it gave none. */
  readonly code: string | null;

  constructor(why: string, code: string | null = null) {
    super(`the response URL did not take the message (${why})`);
    this.name = 'ResponseUrlRefused';
    this.code = code;
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
  response: Response,
  dispatcher: Dispatcher,
): Promise<void> {
  const { statusCode, body } = await request(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload(response)),
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    dispatcher,
  }).catch((error: Error) => {
    throw new ResponseUrlRefused(connectionProblem(error)?.what ?? error.name);
  });
  const answer = await boundedText(body, LARGEST_ANSWER).catch((error: unknown) => {
    throw error instanceof BodyTooLarge ? new ResponseUrlRefused(error.message) : error;
  });
  const code = errorCode(answer);
  if (statusCode === 200 && code === null) return;
  throw new ResponseUrlRefused(`status ${statusCode}: ${answer.slice(0, 100)}`, code);
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

function payload(response: Response): object {
  if (response.kind === 'delete-original') return { delete_original: true };
  const shown = { ...response.message, unfurl_links: false, unfurl_media: false };
  if (response.kind === 'replace-original') return { ...shown, replace_original: true };
  const response_type = response.visibleTo === 'channel' ? 'in_channel' : 'ephemeral';
  return { ...shown, response_type, replace_original: false };
}
