import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CDN_TEAM } from '../cast.ts';
import type { JsonObject } from '../control/protocol.ts';
import { callSlack } from './bolt-app.ts';
import { type SlackServer, startSlack } from './server.ts';

const manifest = new URL('sample-manifest.yml', import.meta.url).pathname;
let slack: SlackServer;
beforeAll(async () => {
  slack = await startSlack({ manifest });
});
afterAll(() => slack.close());

const x = (length: number) => 'x'.repeat(length);
const plain = (length = 1) => ({ type: 'plain_text', text: x(length) });
const mrkdwn = (length = 1) => ({ type: 'mrkdwn', text: x(length) });
const some = <T>(count: number, each: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => each(index));
const option = (index = 0) => ({ text: plain(), value: `v${index}` });
const actions = (...elements: JsonObject[]) => ({ type: 'actions', elements });
const button = (fields: JsonObject = {}) => ({ type: 'button', text: plain(), ...fields });
const select = (fields: JsonObject) => actions({ type: 'static_select', ...fields });
const input = (element: JsonObject, fields: JsonObject = {}) => ({
  type: 'input',
  label: plain(),
  element,
  ...fields,
});
const typed = (fields: JsonObject) => input({ type: 'plain_text_input', ...fields });
const cell = (text = 'x') => ({ type: 'raw_text', text });
const table = (rows: JsonObject[][]) => ({ type: 'table', rows });
const rows = (height: number, width: number) => some(height, () => some(width, () => cell()));
const rich = (element: JsonObject) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [element] }],
});
const date = (fields: JsonObject = {}) =>
  rich({ type: 'date', timestamp: 1, format: '{date_num}', ...fields });
const richCell = date();
const dataTable = (all: JsonObject[][]) => ({ type: 'data_table', caption: 'People', rows: all });
const chart = (segments: JsonObject[], title = 'x') => ({
  type: 'data_visualization',
  title,
  chart: { type: 'pie', segments },
});
const segment = (label = 'x', value = 1) => ({ label, value });
const question = (fields: JsonObject) => actions(button({ confirm: { text: plain(), ...fields } }));

/** At the limit and one beyond it, with what Slack says of the latter. */
const limits: [string, JsonObject | JsonObject[], JsonObject | JsonObject[], string][] = [
  [
    '50 blocks',
    some(50, () => ({ type: 'divider' })),
    some(51, () => ({ type: 'divider' })),
    'no more than 50 items allowed [json-pointer:/blocks]',
  ],
  [
    'section text 3,000',
    { type: 'section', text: mrkdwn(3000) },
    { type: 'section', text: mrkdwn(3001) },
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'text at least 1',
    { type: 'section', text: plain(1) },
    { type: 'section', text: plain(0) },
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'field 2,000',
    { type: 'section', fields: [mrkdwn(2000)] },
    { type: 'section', fields: [mrkdwn(2001)] },
    'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
  ],
  [
    '10 fields',
    { type: 'section', fields: some(10, () => mrkdwn()) },
    { type: 'section', fields: some(11, () => mrkdwn()) },
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'header 150',
    { type: 'header', text: plain(150) },
    { type: 'header', text: plain(151) },
    'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'button text 75',
    actions(button({ text: plain(75) })),
    actions(button({ text: plain(76) })),
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'button value 2,000',
    actions(button({ value: x(2000) })),
    actions(button({ value: x(2001) })),
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
  ],
  [
    '25 elements',
    actions(...some(25, () => button())),
    actions(...some(26, () => button())),
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'action id 255',
    actions(button({ action_id: x(255) })),
    actions(button({ action_id: x(256) })),
    'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
  ],
  [
    'block id 255',
    { type: 'divider', block_id: x(255) },
    { type: 'divider', block_id: x(256) },
    'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
  ],
  [
    '100 options',
    select({ options: some(100, option) }),
    select({ options: some(101, option) }),
    'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    'option text 75',
    select({ options: [{ text: plain(75), value: 'v' }] }),
    select({ options: [{ text: plain(76), value: 'v' }] }),
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]',
  ],
  [
    'option value 75',
    select({ options: [{ text: plain(), value: x(75) }] }),
    select({ options: [{ text: plain(), value: x(76) }] }),
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/value]',
  ],
  [
    'option description 75',
    select({ options: [{ ...option(), description: plain(75) }] }),
    select({ options: [{ ...option(), description: plain(76) }] }),
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/description/text]',
  ],
  [
    'options or groups',
    select({ option_groups: [{ label: plain(75), options: [option()] }] }),
    select({}),
    'must have one of options and option_groups [json-pointer:/blocks/0/elements/0]',
  ],
  [
    '100 options a group',
    select({ option_groups: [{ label: plain(), options: some(100, option) }] }),
    select({ option_groups: [{ label: plain(), options: some(101, option) }] }),
    'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/option_groups/0/options]',
  ],
  [
    'initial option is offered',
    select({ options: [option(1)], initial_option: option(1) }),
    select({ options: [option(1)], initial_option: option(2) }),
    'initial option must match one of the options [json-pointer:/blocks/0]',
  ],
  [
    'placeholder 150',
    select({ options: [option()], placeholder: plain(150) }),
    select({ options: [option()], placeholder: plain(151) }),
    'must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]',
  ],
  [
    '10 radio buttons',
    actions({ type: 'radio_buttons', options: some(10, option) }),
    actions({ type: 'radio_buttons', options: some(11, option) }),
    'no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    '10 checkboxes',
    actions({ type: 'checkboxes', options: some(10, option) }),
    actions({ type: 'checkboxes', options: some(11, option) }),
    'no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    '5 in an overflow',
    actions({ type: 'overflow', options: some(5, option) }),
    actions({ type: 'overflow', options: some(6, option) }),
    'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    '10 in a context',
    { type: 'context', elements: some(10, () => mrkdwn()) },
    { type: 'context', elements: some(11, () => mrkdwn()) },
    'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'confirm title 100',
    question({ title: plain(100) }),
    question({ title: plain(101) }),
    'must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]',
  ],
  [
    'confirm text 300',
    question({ text: mrkdwn(300) }),
    question({ text: mrkdwn(301) }),
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
  [
    'confirm button 30',
    question({ confirm: plain(30) }),
    question({ confirm: plain(31) }),
    'must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]',
  ],
  [
    'deny button 30',
    question({ deny: plain(30) }),
    question({ deny: plain(31) }),
    'must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]',
  ],
  [
    'label 2,000',
    input({ type: 'plain_text_input' }, { label: plain(2000) }),
    input({ type: 'plain_text_input' }, { label: plain(2001) }),
    'must be less than 2001 characters [json-pointer:/blocks/0/label/text]',
  ],
  [
    'text input 3,000',
    typed({ max_length: 3000 }),
    typed({ max_length: 3001 }),
    'must be at most 3000 [json-pointer:/blocks/0/element/max_length]',
  ],
  [
    '100 rows of a table',
    table(rows(100, 1)),
    table(rows(101, 1)),
    'no more than 100 items allowed [json-pointer:/blocks/0/rows]',
  ],
  [
    '20 columns of a table',
    table(rows(1, 20)),
    table(rows(1, 21)),
    'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]',
  ],
  [
    '10,000 characters of a table',
    table([[cell(x(10_000))]]),
    table([[cell(x(10_001))]]),
    'no more than 10000 characters allowed in a table [json-pointer:/blocks/0/rows]',
  ],
  [
    'no empty cell',
    table([[cell()]]),
    table([[cell('')]]),
    'must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]',
  ],
  [
    'one table',
    [table([[cell()]])],
    [table([[cell()]]), table([[cell()]])],
    'only_one_table_allowed [json-pointer:/blocks/1]',
  ],
  [
    '6 segments of a pie',
    chart(some(6, () => segment())),
    chart(some(7, () => segment())),
    'no more than 6 items allowed [json-pointer:/blocks/0/chart/segments]',
  ],
  [
    "a pie's title 50",
    chart([segment()], x(50)),
    chart([segment()], x(51)),
    'must be less than 51 characters [json-pointer:/blocks/0/title]',
  ],
  [
    "a segment's label 20",
    chart([segment(x(20))]),
    chart([segment(x(21))]),
    'must be less than 21 characters [json-pointer:/blocks/0/chart/segments/0/label]',
  ],
  [
    '2 charts',
    some(2, () => chart([segment()])),
    some(3, () => chart([segment()])),
    'no more than 2 data_visualization blocks allowed [json-pointer:/blocks/2]',
  ],
  [
    '101 rows of a data table',
    dataTable(rows(101, 1)),
    dataTable(rows(102, 1)),
    'no more than 101 items allowed [json-pointer:/blocks/0/rows]',
  ],
  [
    'a plain header of a data table',
    dataTable([[cell()], [richCell]]),
    dataTable([[richCell], [cell()]]),
    'rich_text is not allowed in the header [json-pointer:/blocks/0/rows]',
  ],
  [
    'even rows of a data table',
    dataTable(rows(2, 2)),
    dataTable([...rows(1, 2), ...rows(1, 1)]),
    'rows must have the same length [json-pointer:/blocks/0/rows]',
  ],
  [
    'rich text of at least 1',
    rich({ type: 'text', text: 'x' }),
    rich({ type: 'text', text: '' }),
    'must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]',
  ],
  [
    'a date has a token',
    date(),
    date({ format: 'soon' }),
    'must contain a date token [json-pointer:/blocks/0/elements/0/elements/0/format]',
  ],
  [
    'block ids differ',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'b' },
    ],
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    '`block_id` already exists [json-pointer:/blocks/1/block_id]',
  ],
  [
    'action ids differ',
    actions(button({ action_id: 'a' }), button({ action_id: 'b' })),
    actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
    '`action_id` `a` already exists for `block_id` [json-pointer:/blocks/0/elements]',
  ],
  [
    'known keys only',
    { type: 'divider' },
    { type: 'divider', colour: 'red' },
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  [
    'required fields',
    { type: 'header', text: plain() },
    { type: 'header' },
    'missing required field: text [json-pointer:/blocks/0]',
  ],
  [
    'known blocks only',
    { type: 'divider' },
    { type: 'fireworks' },
    'unsupported type [json-pointer:/blocks/0/type]',
  ],
  [
    'buttons go into actions',
    actions(button()),
    actions({ type: 'plain_text_input' }),
    'unsupported type [json-pointer:/blocks/0/elements/0/type]',
  ],
  [
    'headers are plain',
    { type: 'header', text: plain() },
    { type: 'header', text: mrkdwn() },
    'must be one of plain_text [json-pointer:/blocks/0/text/type]',
  ],
  [
    'alerts are for modals',
    { type: 'divider' },
    { type: 'alert', text: plain() },
    'unsupported type [json-pointer:/blocks/0/type]',
  ],
];

describe('a message', () => {
  const post = (blocks: JsonObject | JsonObject[]) =>
    callSlack(slack, 'chat.postMessage', { channel: CDN_TEAM.id, blocks: [blocks].flat() });

  test.each(limits)('%s', async (_name, within, beyond, problem) => {
    expect(await post(within)).toMatchObject({ ok: true });
    expect(await post(beyond)).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      errors: [problem],
      response_metadata: { messages: [`[ERROR] ${problem}`] },
    });
  });

  test("comes back with Slack's ids and defaults", async () => {
    expect(await post(actions(button()))).toMatchObject({
      message: {
        blocks: [
          {
            block_id: expect.stringMatching(/^.{5}$/),
            elements: [
              { action_id: expect.any(String), text: { type: 'plain_text', text: 'x', emoji: true } },
            ],
          },
        ],
      },
    });
  });
});

describe('a view', () => {
  const modal = (fields: JsonObject = {}) => ({ type: 'modal', title: plain(), blocks: [], ...fields });
  const open = (view: JsonObject) => callSlack(slack, 'views.open', { trigger_id: 'none', view });
  const dividers = (count: number) => some(count, () => ({ type: 'divider' }));

  test.each<[string, JsonObject, JsonObject, string]>([
    [
      'title 24',
      { title: plain(24) },
      { title: plain(25) },
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ],
    [
      'submit 24',
      { submit: plain(24) },
      { submit: plain(25) },
      'must be less than 25 characters [json-pointer:/view/submit/text]',
    ],
    [
      'close 24',
      { close: plain(24) },
      { close: plain(25) },
      'must be less than 25 characters [json-pointer:/view/close/text]',
    ],
    [
      'metadata 3,000',
      { private_metadata: x(3000) },
      { private_metadata: x(3001) },
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
    [
      'callback id 255',
      { callback_id: x(255) },
      { callback_id: x(256) },
      'must be less than 256 characters [json-pointer:/view/callback_id]',
    ],
    [
      '100 blocks',
      { blocks: dividers(100) },
      { blocks: dividers(101) },
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    [
      'inputs need submit',
      { blocks: [typed({})], submit: plain() },
      { blocks: [typed({})] },
      '`submit` is required when an input block is within the blocks array [json-pointer:/view/submit]',
    ],
    [
      'alerts yes, tables no',
      { blocks: [{ type: 'alert', level: 'error', text: plain() }] },
      { blocks: [table([[cell()]])] },
      'unsupported type [json-pointer:/view/blocks/0/type]',
    ],
    [
      'one focus',
      { blocks: [typed({ focus_on_load: true })], submit: plain() },
      { blocks: some(2, () => typed({ focus_on_load: true })), submit: plain() },
      'only one element can have focus_on_load [json-pointer:/view/blocks/1]',
    ],
    ['known keys only', {}, { state: {} }, 'invalid additional property: state [json-pointer:/view]'],
  ])('%s', async (_name, within, beyond, problem) => {
    expect(await open(modal(within))).toMatchObject({ error: 'invalid_trigger_id' });
    expect(await open(modal(beyond))).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: [`[ERROR] ${problem}`] },
    });
  });

  test('of the Home tab takes no alert and no title', async () => {
    const publish = (view: JsonObject) =>
      callSlack(slack, 'views.publish', { user_id: 'U0NORA001', view: { type: 'home', ...view } });
    expect(await publish({ blocks: [typed({})] })).toMatchObject({ ok: true, view: { type: 'home' } });
    expect(await publish({ blocks: [{ type: 'alert', text: plain() }] })).toMatchObject({ ok: false });
    expect(await publish({ blocks: [], title: plain() })).toMatchObject({ ok: false });
    expect(await publish({ ...modal() })).toMatchObject({ error: 'invalid_arguments' });
  });
});
