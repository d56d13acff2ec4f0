import { z } from 'zod';
import type { Json, JsonObject } from '../../control/protocol.ts';
import { isObject, objectOf, objectsOf, stringOf } from '../json.ts';
import { blocksOn } from './blocks.ts';
import { choiceOption, selectOption } from './composition.ts';
import { interactiveElements, optionsOf } from './elements-of.ts';
import { homeView, modalView } from './views.ts';

/** What is wrong with a message's blocks in Slack's words, each with its JSON pointer. Empty when nothing is. */
export function problemsOfBlocks(blocks: Json): string[] {
  return [
    ...schemaProblems(blocksOn.message, blocks, '/blocks'),
    ...contentProblems(objectsOf(blocks), '/blocks'),
  ];
}

/** The same for a view: `/view/blocks/0/…`. */
export function problemsOfView(view: Json, type: 'modal' | 'home'): string[] {
  const blocks = isObject(view) ? objectsOf(view.blocks) : [];
  return [
    ...schemaProblems(type === 'modal' ? modalView : homeView, view, '/view'),
    ...contentProblems(blocks, '/view/blocks'),
  ];
}

const optionsAnswer = z.union([
  z.strictObject({ options: z.array(selectOption).max(100) }),
  z.strictObject({
    option_groups: z
      .array(z.strictObject({ label: choiceOption.shape.text, options: z.array(selectOption).max(100) }))
      .max(100),
  }),
]);

/** Whether an acknowledgement of a `block_suggestion` can be shown. */
export function isOptionsAnswer(answer: Json): boolean {
  return optionsAnswer.safeParse(answer).success;
}

function schemaProblems(schema: z.ZodType, value: Json, root: string): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue) => wordsFor(issue, root));
}

function wordsFor(issue: z.core.$ZodIssue, root: string): string[] {
  const pointer = `[json-pointer:${[root, ...issue.path.map(String)].join('/')}]`;
  switch (issue.code) {
    case 'too_big':
      return [
        issue.origin === 'string'
          ? `must be less than ${Number(issue.maximum) + 1} characters ${pointer}`
          : issue.origin === 'array'
            ? `no more than ${issue.maximum} items allowed ${pointer}`
            : `must be at most ${issue.maximum} ${pointer}`,
      ];
    case 'too_small':
      return [
        issue.origin === 'string'
          ? `must be more than ${Number(issue.minimum) - 1} characters ${pointer}`
          : issue.origin === 'array'
            ? `no fewer than ${issue.minimum} items allowed ${pointer}`
            : `must be at least ${issue.minimum} ${pointer}`,
      ];
    case 'unrecognized_keys':
      return issue.keys.map((key) => `invalid additional property: ${key} ${pointer}`);
    case 'invalid_type':
      return [
        issue.message.includes('received undefined')
          ? `missing required field: ${String(issue.path.at(-1))} [json-pointer:${[root, ...issue.path.slice(0, -1).map(String)].join('/')}]`
          : `must provide a ${issue.expected} ${pointer}`,
      ];
    case 'invalid_value':
      return [`must be one of ${issue.values.map(String).join(', ')} ${pointer}`];
    case 'invalid_union':
      return [
        issue.discriminator === undefined
          ? `failed to match all allowed schemas ${pointer}`
          : `unsupported type ${pointer}`,
      ];
    default:
      return [`${issue.message} ${pointer}`];
  }
}

/** What a schema of one block cannot see: ids used twice, a second table, a third chart, a second focus, choices nobody offered. */
function contentProblems(blocks: JsonObject[], root: string): string[] {
  const problems: string[] = [];
  const blockIds = new Set<string>();
  let tables = 0;
  let charts = 0;
  let focused = 0;
  for (const [index, block] of blocks.entries()) {
    const at = `${root}/${index}`;
    const blockId = stringOf(block.block_id);
    if (blockId !== '' && blockIds.has(blockId))
      problems.push(`\`block_id\` already exists [json-pointer:${at}/block_id]`);
    blockIds.add(blockId);
    if (block.type === 'table' || block.type === 'data_table') tables += 1;
    if (tables > 1) problems.push(`only_one_table_allowed [json-pointer:${at}]`);
    if (block.type === 'data_visualization') charts += 1;
    if (charts > 2) problems.push(`no more than 2 data_visualization blocks allowed [json-pointer:${at}]`);

    const actionIds = new Set<string>();
    for (const element of interactiveElements(block)) {
      const actionId = stringOf(element.action_id);
      if (actionId !== '' && actionIds.has(actionId))
        problems.push(
          `\`action_id\` \`${actionId}\` already exists for \`block_id\` [json-pointer:${at}/elements]`,
        );
      actionIds.add(actionId);
      if (element.focus_on_load === true) focused += 1;
      if (focused > 1) problems.push(`only one element can have focus_on_load [json-pointer:${at}]`);
      if (!offersItsInitialOptions(element))
        problems.push(`initial option must match one of the options [json-pointer:${at}]`);
      if (offersTwice(element)) problems.push(`option values must be unique [json-pointer:${at}]`);
    }
  }
  return problems;
}

function offersItsInitialOptions(element: JsonObject): boolean {
  const offered = optionsOf(element);
  if (offered.length === 0) return true;
  const initial = [
    ...objectsOf(element.initial_options),
    ...objectsOf([objectOf(element.initial_option) ?? null]),
  ];
  return initial.every((each) =>
    offered.some(
      (option) =>
        option.value === each.value &&
        stringOf(objectOf(option.text)?.text) === stringOf(objectOf(each.text)?.text),
    ),
  );
}

function offersTwice(element: JsonObject): boolean {
  const values = optionsOf(element).map((option) => option.value);
  return element.option_groups === undefined && new Set(values).size < values.length;
}
