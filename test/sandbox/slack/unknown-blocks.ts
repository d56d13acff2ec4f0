import type { JsonObject } from '../control/protocol.ts';
import { stringOf } from './json.ts';
import { Refusal } from './refusal.ts';

/** Types of block that Slack does not take, ordered as a fault, and the word with which it refuses them. */
export type UnknownBlocks = { types: readonly string[]; error: string };

/** Refuses blocks of these types as Slack does, pointing at them. `at`: where the blocks are. */
export function refuseUnknown(
  blocks: readonly JsonObject[],
  { types, error }: UnknownBlocks,
  at: string,
): void {
  const problems = blocks.flatMap(({ type }, index) =>
    types.includes(stringOf(type)) ? [`unsupported type [json-pointer:${at}/${index}]`] : [],
  );
  if (problems.length === 0) return;
  throw new Refusal(error, {
    errors: problems,
    response_metadata: { messages: problems.map((each) => `[ERROR] ${each}`) },
  });
}
