import type { InputBlock, PlainTextOption } from '@slack/types';
import { describe, expect, it } from 'vitest';
import {
  checkboxes,
  fittingOptions,
  option,
  searchSelect,
  select,
  textInput,
} from '../../../src/messages/kit/inputs.ts';
import { isOptionsAnswer, problemsOfBlocks, problemsOfView } from '../../sandbox/slack/block-kit/validate.ts';

const LONG = 'x'.repeat(3_000);

function options(count: number): PlainTextOption[] {
  return Array.from({ length: count }, (_, index) => option(`Option ${index} ${LONG}`, `${index}`, LONG));
}

/** What Slack would refuse in a form with this input. */
function problemsOf(...blocks: InputBlock[]): string[] {
  return problemsOfView(
    json({ type: 'modal', title: label('A form'), submit: label('Send'), blocks }),
    'modal',
  );
}

function label(text: string) {
  return { type: 'plain_text', text } as const;
}

function json(value: unknown) {
  return JSON.parse(JSON.stringify(value));
}

describe('inputs', () => {
  it('have the block id of their action id, unless another is given', () => {
    expect(textInput({ id: 'name', label: 'Name' })).toMatchObject({
      block_id: 'name',
      element: { action_id: 'name' },
    });
    expect(textInput({ id: 'name', blockId: 'name 2', label: 'Name' })).toMatchObject({
      block_id: 'name 2',
      element: { action_id: 'name' },
    });
  });

  it('are required, unless they are optional', () => {
    expect(textInput({ id: 'name', label: 'Name' })).not.toHaveProperty('optional');
    expect(textInput({ id: 'name', label: 'Name', optional: true })).toHaveProperty('optional', true);
  });

  it.each([null, '', undefined])('of text are empty for %j', (value) => {
    const { element } = textInput({ id: 'name', label: 'Name', ...(value !== undefined && { value }) });
    expect(element).not.toHaveProperty('initial_value');
  });

  it('of text keep the whole value', () => {
    const { element } = textInput({ id: 'name', label: 'Name', value: LONG, maxLength: 10 });
    expect(element).toMatchObject({ initial_value: LONG, max_length: 10 });
  });

  it.each([
    ['a text input', textInput({ id: 'a', label: LONG, hint: LONG })],
    ['a select', select({ id: 'a', label: LONG, hint: LONG, placeholder: LONG, options: options(101) })],
    ['a search', searchSelect({ id: 'a', label: LONG, placeholder: LONG, chosen: option(LONG, 'a') })],
    ['checkboxes', checkboxes({ id: 'a', label: LONG, options: options(11), ticked: ['0', '10'] })],
  ])('are cut to what Slack takes: %s', (_, input) => {
    expect(problemsOf(input)).toEqual([]);
  });

  it('of one choice have the chosen option, where it is offered', () => {
    const chosen = (value: string | null) =>
      select({ id: 'a', label: 'A', options: options(3), chosen: value }).element;
    expect(chosen('1')).toMatchObject({ initial_option: { value: '1' } });
    expect(chosen('7')).not.toHaveProperty('initial_option');
    expect(chosen(null)).not.toHaveProperty('initial_option');
  });

  it('of several choices have the ticked options, where they are offered', () => {
    const ticked = (values: string[]) =>
      checkboxes({ id: 'a', label: 'A', options: options(3), ticked: values }).element;
    expect(ticked(['2', '0', '7'])).toMatchObject({ initial_options: [{ value: '0' }, { value: '2' }] });
    expect(ticked([])).not.toHaveProperty('initial_options');
  });
});

describe('options', () => {
  it('show data as it is: no emoji codes, nothing invisible', () => {
    expect(option(':wave:\u202e', 'a').text).toEqual({
      type: 'plain_text',
      text: ':wave:‹U+202E›',
      emoji: false,
    });
  });

  it('are left out where their value is too long, as Slack would refuse all of them', () => {
    const offered = [option('Long', 'x'.repeat(76)), option('Fits', 'x'.repeat(75))];
    expect(fittingOptions(offered)).toEqual([offered[1]]);
    const message = [
      { type: 'actions', elements: [select({ id: 'a', label: 'A', options: offered }).element] },
    ];
    expect(problemsOfBlocks(json(message))).toEqual([]);
  });

  it('are 100 at most, the first ones', () => {
    const fitting = fittingOptions(options(101));
    expect(fitting).toEqual(options(101).slice(0, 100));
    expect(isOptionsAnswer(json({ options: fitting }))).toBe(true);
  });
});
