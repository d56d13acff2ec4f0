import type { InputBlock, PlainTextOption } from '@slack/types';
import { label, plain, plainName } from './plain.ts';

/** Characters and options that Slack takes (docs.slack.dev: input block, select menu, checkboxes, option object). */
const LABEL_LENGTH = 2_000;
const PLACEHOLDER_LENGTH = 150;
const OPTION_LENGTH = 75;
export const MOST_OPTIONS = 100;
const MOST_CHECKBOXES = 10;

/** What all inputs have. `id` is the action id, and the block id where no other is given. */
type Input = { id: string; blockId?: string; label: string; hint?: string; optional?: boolean };

/** @param input `value` is never cut: when the form is submitted, a cut value would be taken for a new one */
export function textInput(
  input: Input & { value?: string | null; maxLength?: number; focused?: boolean },
): InputBlock {
  const { id, value, maxLength, focused } = input;
  return inputBlock(input, {
    type: 'plain_text_input',
    action_id: id,
    ...(maxLength !== undefined && { max_length: maxLength }),
    ...(value ? { initial_value: value } : {}),
    ...(focused && { focus_on_load: true }),
  });
}

/** @param input `chosen` is the value of an option; with any other value nothing is chosen */
export function select(
  input: Input & { options: readonly PlainTextOption[]; chosen?: string | null; placeholder?: string },
): InputBlock {
  const { id, chosen = null, placeholder } = input;
  const options = fittingOptions(input.options);
  const initial = options.find(({ value }) => value === chosen);
  return inputBlock(input, {
    type: 'static_select',
    action_id: id,
    ...(placeholder !== undefined && { placeholder: label(placeholder, PLACEHOLDER_LENGTH) }),
    options,
    ...(initial && { initial_option: initial }),
  });
}

/** A select whose options come from a type-ahead listener with this `id`. */
export function searchSelect(
  input: Input & { chosen: PlainTextOption | null; placeholder: string; focused?: boolean },
): InputBlock {
  const { id, chosen, placeholder, focused } = input;
  return inputBlock(input, {
    type: 'external_select',
    action_id: id,
    min_query_length: 0,
    placeholder: label(placeholder, PLACEHOLDER_LENGTH),
    ...(chosen && { initial_option: chosen }),
    ...(focused && { focus_on_load: true }),
  });
}

/** @param input `ticked` are values of options */
export function checkboxes(
  input: Input & { options: readonly PlainTextOption[]; ticked: readonly string[] },
): InputBlock {
  const { id, ticked } = input;
  const options = fittingOptions(input.options, MOST_CHECKBOXES);
  const initial = options.filter(({ value }) => value !== undefined && ticked.includes(value));
  return inputBlock(input, {
    type: 'checkboxes',
    action_id: id,
    options,
    ...(initial.length > 0 && { initial_options: initial }),
  });
}

/** A select of several options. @param input `chosen` are values of options */
export function multiSelect(
  input: Input & { options: readonly PlainTextOption[]; chosen: readonly string[]; placeholder: string },
): InputBlock {
  const { id, chosen, placeholder } = input;
  const options = fittingOptions(input.options);
  const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  return inputBlock(input, {
    type: 'multi_static_select',
    action_id: id,
    placeholder: label(placeholder, PLACEHOLDER_LENGTH),
    options,
    ...(initial.length > 0 && { initial_options: initial }),
  });
}

/** @param value comes back with the submission or the click, as input */
export function option(text: string, value: string, description?: string): PlainTextOption {
  return {
    text: label(plainName(text), OPTION_LENGTH),
    ...(description !== undefined && { description: label(plain(description), OPTION_LENGTH) }),
    value,
  };
}

/** Leaves out an option whose value is too long, and what is over `most`: Slack would refuse all the others with it. */
export function fittingOptions(options: readonly PlainTextOption[], most = MOST_OPTIONS): PlainTextOption[] {
  return options.filter(({ value }) => value !== undefined && value.length <= OPTION_LENGTH).slice(0, most);
}

function inputBlock(input: Input, element: InputBlock['element']): InputBlock {
  const { id, blockId = id, hint, optional } = input;
  return {
    type: 'input',
    block_id: blockId,
    ...(optional && { optional }),
    label: label(input.label, LABEL_LENGTH),
    ...(hint !== undefined && { hint: label(hint, LABEL_LENGTH) }),
    element,
  };
}
