import type { App, ViewSubmitAction } from '@slack/bolt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { NORA, PRIYA, TEAM } from '../cast.ts';
import type { JsonObject } from '../control/protocol.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { callSlack, startSocketModeApp } from './bolt-app.ts';

const manifest = new URL('sample-manifest.yml', import.meta.url).pathname;
const TROUBLE = 'We had some trouble connecting. Try again?';
let sandbox: Sandbox;
let stop: () => Promise<void>;
let submitted: ViewSubmitAction[];
let closed: unknown[];
let dispatched: unknown[];
/** What the app acknowledges a submission with; null: not at all. */
let answer: JsonObject | null;

beforeAll(async () => {
  sandbox = await startSandbox({ manifest, acknowledgeWithin: 1000 });
  stop = await startSocketModeApp(sandbox.slack, register);
});
afterAll(async () => {
  await stop();
  await sandbox.close();
});
beforeEach(() => {
  submitted = [];
  closed = [];
  dispatched = [];
  answer = {};
});
afterEach(async () => {
  const { modals } = await nora().sees();
  if (modals.length > 0) await nora().close(true);
});

const text = (value: string) => ({ type: 'plain_text', text: value });
const option = (value: string) => ({ text: text(value), value });
const input = (name: string, element: JsonObject, fields: JsonObject = {}) => ({
  type: 'input',
  block_id: `${name}_block`,
  label: text(name),
  element: { action_id: name, ...element },
  ...fields,
});
const modal = (fields: JsonObject = {}): JsonObject => ({
  type: 'modal',
  callback_id: 'form',
  title: text('Form'),
  submit: text('Send'),
  private_metadata: 'kept',
  blocks: [input('login', { type: 'plain_text_input' })],
  ...fields,
});

const paragraph = { type: 'section', text: text('x'.repeat(2_500)) };
const large = modal({ blocks: [paragraph, paragraph] });

function register(app: App): void {
  app.command('/sample', ({ ack }) => ack());
  app.shortcut('sample_shortcut', ({ ack }) => ack());
  app.view<ViewSubmitAction>({ callback_id: 'form', type: 'view_submission' }, async ({ ack, body }) => {
    submitted.push(body);
    if (answer !== null) await Reflect.apply(ack, undefined, [answer]);
  });
  app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack, body }) => {
    closed.push(body);
    await ack();
  });
  app.action(/.*/, async ({ ack, body }) => {
    dispatched.push(body);
    await ack();
  });
  app.options('person', async ({ ack, options }) => {
    const found = ['Nora', 'Tomas'].filter((name) => name.startsWith(options.value));
    await Reflect.apply(ack, undefined, [{ options: found.map(option) }]);
  });
}

const nora = () => sandbox.client.as(NORA);
const call = (method: string, args: JsonObject) => callSlack(sandbox.slack, method, args);
const lastTrigger = async () => String((await sandbox.client.deliveries()).at(-1)?.payload.trigger_id);
const top = async () => (await nora().sees()).modals.at(-1);

/** Opens a modal for Nora and gives its id and hash. */
async function open(view: JsonObject = modal()): Promise<{ id: string; hash: string }> {
  await nora().shortcut('sample_shortcut');
  expect(await call('views.open', { trigger_id: await lastTrigger(), view })).toMatchObject({ ok: true });
  const opened = await top();
  if (opened === undefined) throw new Error('no modal');
  return opened;
}

test('a submission carries the view, its state and its metadata, and an empty answer closes it', async () => {
  const { id } = await open();
  expect(await nora().submit({ login: 'nora@example.com' })).toEqual({ acknowledged: true, response: {} });
  expect(submitted).toMatchObject([
    {
      type: 'view_submission',
      team: { id: TEAM.id },
      user: { id: NORA.id, team_id: TEAM.id },
      trigger_id: expect.any(String),
      response_urls: [],
      view: {
        id,
        callback_id: 'form',
        private_metadata: 'kept',
        root_view_id: id,
        previous_view_id: null,
        app_installed_team_id: TEAM.id,
        state: {
          values: { login_block: { login: { type: 'plain_text_input', value: 'nora@example.com' } } },
        },
      },
    },
  ]);
  expect(await top()).toBeUndefined();
  expect(JSON.stringify(submitted)).not.toContain('channel');
});

test('errors stay at their fields until those are filled in again', async () => {
  await open();
  answer = { response_action: 'errors', errors: { login_block: 'Nobody has that login.' } };
  await nora().submit({ login: 'x' });
  expect((await top())?.errors).toEqual({ login_block: 'Nobody has that login.' });
  await nora().fill('login', 'y');
  expect((await top())?.errors).toEqual({});
});

test.each([
  ['errors at a block that is no input', { response_action: 'errors', errors: { other: 'x' } }],
  ['a broken view', { response_action: 'update', view: modal({ title: text('x'.repeat(25)) }) }],
  ['a view of 5 KB', { response_action: 'update', view: large }],
  ['an unknown answer', { response_action: 'explode' }],
  ['a message', { text: 'done' }],
  ['no acknowledgement', null],
])('a submission answered with %s tells the member of trouble and stays', async (_name, given) => {
  const { hash } = await open();
  answer = given;
  expect(await nora().submit({ login: 'x' })).toEqual({ acknowledged: false, notice: TROUBLE });
  expect(await top()).toMatchObject({ hash });
  expect((await nora().sees()).notices.at(-1)).toEqual({ text: TROUBLE });
});

test('update changes the view in place, push puts one on top, clear takes all away', async () => {
  const { id } = await open();
  answer = { response_action: 'update', view: modal({ title: text('Second') }) };
  await nora().submit({ login: 'x' });
  expect(await top()).toMatchObject({ id, title: 'Second' });
  answer = { response_action: 'push', view: modal({ title: text('On top') }) };
  await nora().submit();
  expect((await nora().sees()).modals).toMatchObject([{ id, title: 'Second' }, { title: 'On top' }]);
  answer = { response_action: 'clear' };
  await nora().submit({ login: 'x' });
  expect((await nora().sees()).modals).toEqual([]);
});

test('three views are the most a stack holds', async () => {
  await open();
  for (const title of ['Two', 'Three']) {
    answer = { response_action: 'push', view: modal({ title: text(title) }) };
    await nora().submit({ login: 'x' });
  }
  expect(await nora().submit({ login: 'x' })).toMatchObject({ notice: TROUBLE });
  const pushed = await call('views.push', { trigger_id: await lastTrigger(), view: modal() });
  expect(pushed).toMatchObject({ error: 'push_limit_reached' });
  answer = {};
  await nora().submit({ login: 'x' });
  expect((await top())?.title).toBe('Two');
});

test('views.push needs a trigger from within the modal', async () => {
  const { id } = await open();
  await nora().shortcut('sample_shortcut');
  const outside = await call('views.push', { trigger_id: await lastTrigger(), view: modal() });
  expect(outside).toMatchObject({ error: 'invalid_trigger_id' });
  answer = { response_action: 'errors', errors: { login_block: 'no' } };
  await nora().submit({ login: 'x' });
  const inside = await call('views.push', { trigger_id: await lastTrigger(), view: modal() });
  expect(inside).toMatchObject({ ok: true, view: { root_view_id: id, previous_view_id: id } });
});

test('an update keeps what was typed under the same ids and ignores initial values', async () => {
  const { id } = await open();
  await nora().fill('login', 'typed');
  const blocks = [
    input('login', { type: 'plain_text_input', initial_value: 'ignored' }),
    input('name', { type: 'plain_text_input', initial_value: 'fresh' }),
  ];
  await call('views.update', { view_id: id, view: modal({ blocks }) });
  expect((await top())?.values).toMatchObject({
    login_block: { login: { value: 'typed' } },
    name_block: { name: { value: 'fresh' } },
  });
});

test('a view of 5 KB is no matter for views.update', async () => {
  const { id } = await open();
  expect(await call('views.update', { view_id: id, view: large })).toMatchObject({ ok: true });
});

test('a hash protects against races', async () => {
  const { id, hash } = await open();
  expect(await call('views.update', { view_id: id, hash, view: modal() })).toMatchObject({ ok: true });
  expect(await call('views.update', { view_id: id, hash, view: modal() })).toMatchObject({
    error: 'hash_conflict',
  });
});

test('an external id names one view only', async () => {
  await open(modal({ external_id: 'mine' }));
  const updated = await call('views.update', { external_id: 'mine', view: modal({ external_id: 'mine' }) });
  expect(updated).toMatchObject({ ok: true, view: { external_id: 'mine' } });
  await nora().shortcut('sample_shortcut');
  const second = { trigger_id: await lastTrigger(), view: modal({ external_id: 'mine' }) };
  expect(await call('views.open', second)).toMatchObject({ error: 'duplicate_external_id' });
});

test('untouched fields come back with their initial values', async () => {
  const options = [option('user'), option('engineer')];
  const select = input('role', { type: 'static_select', options, initial_option: option('user') });
  const boxes = input('flags', { type: 'checkboxes', options }, { optional: true });
  const wording = input('name', { type: 'plain_text_input', initial_value: 'Nora' });
  await open(modal({ blocks: [select, boxes, wording] }));
  await nora().submit();
  expect(submitted[0]?.view.state.values).toMatchObject({
    role_block: { role: { type: 'static_select', selected_option: { value: 'user' } } },
    flags_block: { flags: { type: 'checkboxes', selected_options: [] } },
    name_block: { name: { type: 'plain_text_input', value: 'Nora' } },
  });
});

test('choices are made among what is offered', async () => {
  const options = [option('user'), option('engineer')];
  const blocks = [
    input('role', { type: 'radio_buttons', options }),
    input('flags', { type: 'checkboxes', options }),
  ];
  await open(modal({ blocks }));
  await expect(nora().fill('role', 'owner')).rejects.toThrow('role offers user, engineer, not owner.');
  await nora().submit({ role: 'engineer', flags: ['user', 'engineer'] });
  expect(submitted[0]?.view.state.values).toMatchObject({
    role_block: { role: { selected_option: { value: 'engineer' } } },
    flags_block: { flags: { selected_options: [{ value: 'user' }, { value: 'engineer' }] } },
  });
});

test('Slack itself refuses required fields left empty, and texts of the wrong length', async () => {
  const blocks = [
    input('login', { type: 'plain_text_input', min_length: 3, max_length: 5 }),
    input('note', { type: 'plain_text_input' }, { optional: true }),
  ];
  await open(modal({ blocks }));
  const notice = 'Please complete this required field.';
  expect(await nora().submit()).toEqual({ acknowledged: false, notice });
  expect((await top())?.errors).toEqual({ login_block: notice });
  expect(await nora().submit({ login: 'ab' })).toMatchObject({ acknowledged: false });
  expect(await nora().submit({ login: 'abcdef' })).toMatchObject({ acknowledged: false });
  expect(submitted).toEqual([]);
  expect(await nora().submit({ login: 'abcde' })).toMatchObject({ acknowledged: true });
});

test('an external select asks as one types, from its least length on', async () => {
  await open(modal({ blocks: [input('person', { type: 'external_select', min_query_length: 2 })] }));
  const before = (await sandbox.client.deliveries()).length;
  expect(await nora().typeAhead('person', 'N')).toEqual({ acknowledged: true, options: [] });
  expect(await sandbox.client.deliveries()).toHaveLength(before);
  await expect(nora().fill('person', 'Nora')).rejects.toThrow('no options');
  expect(await nora().typeAhead('person', 'No')).toEqual({ acknowledged: true, options: [option('Nora')] });
  expect((await sandbox.client.deliveries()).at(-1)?.payload).toMatchObject({
    type: 'block_suggestion',
    action_id: 'person',
    block_id: 'person_block',
    value: 'No',
    container: { type: 'view' },
    view: { callback_id: 'form' },
  });
  await nora().submit({ person: 'Nora' });
  expect(submitted[0]?.view.state.values).toMatchObject({
    person_block: { person: { selected_option: { value: 'Nora' } } },
  });
});

test('options nobody gives fail visibly', async () => {
  await open(modal({ blocks: [input('nobody', { type: 'external_select', min_query_length: 0 })] }));
  expect(await nora().typeAhead('nobody', '')).toMatchObject({ acknowledged: false });
});

test('a dispatching input tells the app, others do not', async () => {
  const element = { type: 'plain_text_input' };
  const blocks = [input('quiet', element), input('loud', element, { dispatch_action: true })];
  await open(modal({ blocks }));
  await nora().fill('quiet', 'a');
  expect(dispatched).toEqual([]);
  await nora().fill('loud', 'b');
  expect(dispatched).toMatchObject([
    {
      container: { type: 'view' },
      view: {
        state: { values: { quiet_block: { quiet: { value: 'a' } }, loud_block: { loud: { value: 'b' } } } },
      },
      actions: [{ action_id: 'loud', block_id: 'loud_block', type: 'plain_text_input', value: 'b' }],
    },
  ]);
});

test('closing tells the app only where the view wants that, and of the whole stack at once', async () => {
  await open();
  await nora().close();
  expect(closed).toEqual([]);
  await open(modal({ notify_on_close: true }));
  await nora().close();
  expect(closed).toMatchObject([{ type: 'view_closed', is_cleared: false, view: { callback_id: 'form' } }]);
  await open(modal({ notify_on_close: true, clear_on_close: true }));
  await nora().close();
  expect(closed).toMatchObject([{}, { is_cleared: true }]);
});

test('a modal is on the screen of its member only', async () => {
  await open();
  expect((await sandbox.client.as(PRIYA).sees()).modals).toEqual([]);
});
