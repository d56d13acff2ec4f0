import type { Json, JsonObject } from '../control/protocol.ts';
import { asSlackKeeps } from './block-kit/elements-of.ts';
import { problemsOfBlocks } from './block-kit/validate.ts';
import { objectsOf } from './json.ts';
import { Refusal } from './refusal.ts';
import { refuseUnknown, type UnknownBlocks } from './unknown-blocks.ts';

/** Longest top-level text, in characters. https://docs.slack.dev/reference/methods/chat.update#errors */
const LONGEST_TEXT = 4_000;

export type MessageContent = {
  /** Undefined: left out. */
  text: string | undefined;
  blocks: JsonObject[] | undefined;
};

/** A message's text and blocks, or the refusal Slack answers with. Blocks in `unknown` are refused. */
export function messageContent(
  text: string | undefined,
  blocks: Json | undefined,
  unknown: UnknownBlocks,
): MessageContent {
  const kept = blocks === undefined || blocks === null ? undefined : checkedBlocks(blocks, unknown);
  if (!text && (kept === undefined || kept.length === 0)) throw new Refusal('no_text');
  if ((text ?? '').length > LONGEST_TEXT) throw new Refusal('msg_too_long');
  return { text, blocks: kept };
}

function checkedBlocks(blocks: Json, unknown: UnknownBlocks): JsonObject[] {
  if (!Array.isArray(blocks) || objectsOf(blocks).length < blocks.length) {
    throw new Refusal('invalid_blocks_format');
  }
  refuseUnknown(objectsOf(blocks), unknown, '/blocks');
  const problems = problemsOfBlocks(blocks);
  if (problems.length > 0) {
    throw new Refusal('invalid_blocks', {
      errors: problems,
      response_metadata: { messages: problems.map((each) => `[ERROR] ${each}`) },
    });
  }
  return asSlackKeeps(objectsOf(blocks));
}
