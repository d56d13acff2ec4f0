import { z } from 'zod';
import { BOT } from '../cast.ts';
import type { Json } from '../control/protocol.ts';
import { newSecret } from './identifiers.ts';
import { messageContent } from './message-content.ts';
import { Refusal } from './refusal.ts';
import type { Conversation, Message, Workspace } from './workspace.ts';

const MOST_USES = 5;
const LIFETIME_MILLISECONDS = 30 * 60 * 1000;

/** Where a response URL leads: to a member in a conversation, and to the message that was clicked, if one was. */
export type ResponseTarget = { memberId: string; conversation: Conversation; message: Message | null };

export type ResponseUrlAnswer = { status: 200 | 400 | 404; body: string };

const respondArguments = z.object({
  text: z.string().optional(),
  blocks: z.json().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: five uses within 30 minutes. */
export class ResponseUrls {
  readonly #targets = new Map<string, ResponseTarget & { issued: number; uses: number }>();
  readonly #workspace: Workspace;
  readonly #now: () => number;
  readonly #base: () => string;

  /** `base`: what the URLs start with, once it is known. */
  constructor(workspace: Workspace, now: () => number, base: () => string) {
    this.#workspace = workspace;
    this.#now = now;
    this.#base = base;
  }

  issue(kind: 'commands' | 'actions', target: ResponseTarget): string {
    const path = `${kind}/${newSecret()}`;
    this.#targets.set(path, { ...target, issued: this.#now(), uses: 0 });
    return `${this.#base()}/${path}`;
  }

  /** Takes what the app posted to the URL ending in `path`. */
  respond(path: string, body: Json | undefined): ResponseUrlAnswer {
    const target = this.#targets.get(path);
    if (target === undefined) return refused(404, 'invalid_url');
    if (this.#now() - target.issued > LIFETIME_MILLISECONDS) return refused(404, 'expired_url');
    if (target.uses >= MOST_USES) return refused(404, 'used_url');
    const { data } = respondArguments.safeParse(body);
    if (data === undefined) return refused(400, 'invalid_payload');
    try {
      answer(this.#workspace, target, data);
    } catch (error) {
      if (error instanceof Refusal) return refused(400, error.code, error.details);
      throw error;
    }
    target.uses += 1;
    return { status: 200, body: 'ok' };
  }
}

/** Shows what an app answered an interaction with, whether to its response URL or in an acknowledgement. */
export function answer(
  workspace: Workspace,
  { memberId, conversation, message }: ResponseTarget,
  response: z.infer<typeof respondArguments>,
): void {
  if (response.delete_original === true && message !== null) {
    workspace.remove(conversation, message);
    return;
  }
  const { text, blocks } = messageContent(response.text, response.blocks, workspace.unknownBlocks);
  const standing = message !== null && conversation.messages.includes(message);
  const replaces = response.replace_original ?? response.response_type === undefined;
  if (standing && replaces) {
    message.text = text ?? '';
    message.blocks = blocks ?? [];
    message.edited = message.visibleTo === null;
    message.chosen.clear();
    workspace.changed();
    return;
  }
  workspace.post(conversation, {
    author: BOT.userId,
    text: text ?? '',
    blocks: blocks ?? [],
    threadTs: response.thread_ts ?? message?.threadTs ?? null,
    visibleTo: response.response_type === 'in_channel' ? null : memberId,
  });
}

function refused(status: 400 | 404, error: string, details = {}): ResponseUrlAnswer {
  return { status, body: JSON.stringify({ ok: false, error, ...details }) };
}
