import type { Json, JsonObject } from '../control/protocol.ts';
import { asSlackKeeps } from './block-kit/elements-of.ts';
import { problemsOfBlocks } from './block-kit/validate.ts';
import { objectsOf, stringOf } from './json.ts';
import { Refusal } from './refusal.ts';

/** Longest top-level text, in characters. https://docs.slack.dev/reference/methods/chat.update#errors */
const LONGEST_TEXT = 4_000;

export type MessageContent = {
  /** Undefined: left out. */
  text: string | undefined;
  blocks: JsonObject[] | undefined;
};

/** A message's text and blocks, or the refusal Slack answers with. It knows no blocks of the types in `unknown`. */
export function messageContent(
  text: string | undefined,
  blocks: Json | undefined,
  unknown: readonly string[],
): MessageContent {
  const kept = blocks === undefined || blocks === null ? undefined : checkedBlocks(blocks, unknown);
  if (!text && (kept === undefined || kept.length === 0)) throw new Refusal('no_text');
  if ((text ?? '').length > LONGEST_TEXT) throw new Refusal('msg_too_long');
  return { text, blocks: kept };
}

function checkedBlocks(blocks: Json, unknown: readonly string[]): JsonObject[] {
  if (!Array.isArray(blocks) || objectsOf(blocks).length < blocks.length) {
    throw new Refusal('invalid_blocks_format');
  }
  const problems = [...problemsOfBlocks(blocks), ...unknownTypes(objectsOf(blocks), unknown)];
  if (problems.length > 0) {
    throw new Refusal('invalid_blocks', {
      errors: problems,
      response_metadata: { messages: problems.map((each) => `[ERROR] ${each}`) },
    });
  }
  return asSlackKeeps(objectsOf(blocks));
}

function unknownTypes(blocks: JsonObject[], unknown: readonly string[]): string[] {
  return blocks.flatMap(({ type }, index) =>
    unknown.includes(stringOf(type)) ? [`unsupported type [json-pointer:/blocks/${index}]`] : [],
  );
}
