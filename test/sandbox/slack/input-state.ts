import type { Json, JsonObject } from '../control/protocol.ts';
import { interactiveElements, optionsOf } from './block-kit/elements-of.ts';
import { stringOf } from './json.ts';
import { Impossible } from './refusal.ts';

/** `state.values` of a view or message: by block id, then action id. */
export type StateValues = { [blockId: string]: { [actionId: string]: JsonObject } };

type Initial = { key: string; value: Json };

function initialOf(element: JsonObject): Initial | undefined {
  const single = (key: string, initial: string): Initial => ({ key, value: element[initial] ?? null });
  const several = (key: string, initial: string): Initial => ({ key, value: element[initial] ?? [] });
  switch (element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return single('value', 'initial_value');
    case 'rich_text_input':
      return single('rich_text_value', 'initial_value');
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return single('selected_option', 'initial_option');
    case 'checkboxes':
    case 'multi_static_select':
    case 'multi_external_select':
      return several('selected_options', 'initial_options');
    case 'users_select':
      return single('selected_user', 'initial_user');
    case 'conversations_select':
      return single('selected_conversation', 'initial_conversation');
    case 'channels_select':
      return single('selected_channel', 'initial_channel');
    case 'multi_users_select':
      return several('selected_users', 'initial_users');
    case 'multi_conversations_select':
      return several('selected_conversations', 'initial_conversations');
    case 'multi_channels_select':
      return several('selected_channels', 'initial_channels');
    case 'datepicker':
      return single('selected_date', 'initial_date');
    case 'timepicker':
      return single('selected_time', 'initial_time');
    case 'datetimepicker':
      return single('selected_date_time', 'initial_date_time');
    case 'file_input':
      return { key: 'files', value: [] };
    default:
      return undefined;
  }
}

/** The key an element's value has in the state, such as `selected_option`; undefined for what holds no value. */
export function stateKey(element: JsonObject): string | undefined {
  return initialOf(element)?.key;
}

/**
 * What the inputs of `blocks` hold: what `before` holds for the same block id, action id and type, whatever the
 * initial value says now, else the initial value. https://docs.slack.dev/surfaces/modals#updating_views
 */
export function stateOf(blocks: JsonObject[], before: StateValues = {}): StateValues {
  const values: StateValues = {};
  for (const block of blocks) {
    const blockId = stringOf(block.block_id);
    for (const element of interactiveElements(block)) {
      const initial = initialOf(element);
      if (initial === undefined) continue;
      const actionId = stringOf(element.action_id);
      const kept = before[blockId]?.[actionId];
      const value: JsonObject =
        kept !== undefined && kept.type === element.type && stillOffered(element, kept)
          ? kept
          : { type: element.type ?? null, [initial.key]: initial.value };
      values[blockId] = { ...values[blockId], [actionId]: value };
    }
  }
  return values;
}

function stillOffered(element: JsonObject, kept: JsonObject): boolean {
  const offered = optionsOf(element).map((option) => stringOf(option.value));
  return offered.length === 0 || chosenValues(kept).every((value) => offered.includes(value));
}

/** The values of the options chosen. */
function chosenValues(state: JsonObject): string[] {
  const options = [state.selected_option ?? null, state.selected_options ?? []].flat();
  return options.flatMap((each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? [stringOf(each.value)] : [],
  );
}

/** The state an element has once a person has filled in `value`; `offered` are the options of an external select. */
export function filled(
  element: JsonObject,
  value: string | string[] | null,
  offered: JsonObject[],
): JsonObject {
  const key = stateKey(element);
  if (key === undefined) throw new Impossible(`${stringOf(element.action_id)} takes no value.`);
  const options = [...optionsOf(element), ...offered];
  const choice = (wanted: string) => {
    const option = options.find((each) => each.value === wanted);
    if (option === undefined) {
      const known = options.map((each) => stringOf(each.value)).join(', ') || 'no options';
      throw new Impossible(`${stringOf(element.action_id)} offers ${known}, not ${wanted}.`);
    }
    return option;
  };
  const several = (): string[] => (value === null ? [] : [value].flat());
  const one = (): string | null => {
    if (Array.isArray(value)) throw new Impossible(`${stringOf(element.action_id)} takes one value.`);
    return value === '' ? null : value;
  };
  const type = element.type ?? null;
  switch (key) {
    case 'selected_option': {
      const wanted = one();
      return { type, selected_option: wanted === null ? null : choice(wanted) };
    }
    case 'selected_options':
      return { type, selected_options: several().map(choice) };
    case 'selected_users':
    case 'selected_conversations':
    case 'selected_channels':
      return { type, [key]: several() };
    case 'selected_date_time': {
      const seconds = one();
      return { type, selected_date_time: seconds === null ? null : Number(seconds) };
    }
    case 'rich_text_value':
      return { type, rich_text_value: richText(one()) };
    case 'files':
      throw new Impossible('Files cannot be uploaded here.');
    default:
      return { type, [key]: one() };
  }
}

function richText(text: string | null): Json {
  if (text === null) return null;
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
  };
}

/** What Slack says at a field that cannot be submitted as it is; null when it can. */
export function refusalToSubmit(block: JsonObject, element: JsonObject, state: JsonObject): string | null {
  const key = stateKey(element);
  const value = key === undefined ? null : (state[key] ?? null);
  const empty = value === null || (Array.isArray(value) && value.length === 0);
  if (empty) return block.optional === true ? null : 'Please complete this required field.';
  if (typeof value !== 'string') return null;
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && value.length < min) return `Please use at least ${min} characters.`;
  if (value.length > (typeof max === 'number' ? max : 3000))
    return `Please use at most ${typeof max === 'number' ? max : 3000} characters.`;
  if (element.type === 'email_text_input' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
    return 'Please enter a valid email address.';
  if (element.type === 'url_text_input' && !URL.canParse(value)) return 'Please enter a valid URL.';
  return element.type === 'number_input' ? refusedNumber(element, value) : null;
}

function refusedNumber(element: JsonObject, value: string): string | null {
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) return 'Please enter a number.';
  if (element.is_decimal_allowed !== true && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (number < Number(element.min_value ?? Number.NEGATIVE_INFINITY))
    return `Please enter ${stringOf(element.min_value)} or more.`;
  if (number > Number(element.max_value ?? Number.POSITIVE_INFINITY))
    return `Please enter ${stringOf(element.max_value)} or less.`;
  return null;
}
