import type { Json, JsonObject } from '../../control/protocol.ts';
import { newBlockId } from '../identifiers.ts';
import { isObject, objectsOf, stringOf } from '../json.ts';

const STILL = new Set(['image', 'plain_text', 'mrkdwn', 'rich_text_section', 'rich_text_list']);

/** A block's elements that a person can use: of an actions block, a section's accessory, an input, a card. */
export function interactiveElements(block: JsonObject): JsonObject[] {
  const candidates = [
    ...(block.type === 'actions' || block.type === 'context_actions' ? objectsOf(block.elements) : []),
    ...(block.type === 'section' ? objectsOf([block.accessory ?? null]) : []),
    ...(block.type === 'input' ? objectsOf([block.element ?? null]) : []),
    ...(block.type === 'card' ? objectsOf(block.actions) : []),
  ];
  return candidates.filter((element) => !STILL.has(stringOf(element.type)));
}

/** All the options an element offers, in groups or not. */
export function optionsOf(element: JsonObject): JsonObject[] {
  return [
    ...objectsOf(element.options),
    ...objectsOf(element.option_groups).flatMap((group) => objectsOf(group.options)),
  ];
}

/** Blocks as Slack hands them out again: ids for what came without, and the texts' own defaults written out. */
export function asSlackKeeps(blocks: JsonObject[]): JsonObject[] {
  return blocks.map((block) => {
    const kept = withTextDefaults(block);
    if (kept.block_id === undefined) kept.block_id = newBlockId();
    for (const element of interactiveElements(kept)) element.action_id ??= newBlockId();
    return kept;
  });
}

function withTextDefaults(object: JsonObject): JsonObject {
  const copy = Object.fromEntries(Object.entries(object).map(([key, value]) => [key, copied(value)]));
  if (copy.type === 'plain_text') copy.emoji ??= true;
  if (copy.type === 'mrkdwn') copy.verbatim ??= false;
  return copy;
}

function copied(value: Json): Json {
  if (Array.isArray(value)) return value.map(copied);
  return isObject(value) ? withTextDefaults(value) : value;
}
