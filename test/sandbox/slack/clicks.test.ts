import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CDN_TEAM, JONAS, NORA, PARTNER_TEAM, PARTNERS, PRIYA, TEAM } from '../cast.ts';
import type { JsonObject, SeenMessage, Sees } from '../control/protocol.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { callSlack, startSocketModeApp } from './bolt-app.ts';

let sandbox: Sandbox;
let stop: (() => Promise<void>) | undefined;
beforeEach(async () => {
  sandbox = await startSandbox({ acknowledgeWithin: 1000 });
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  await sandbox.close();
});

async function run(register: (app: App) => void) {
  stop = await startSocketModeApp(sandbox.slack, register);
}

const nora = () => sandbox.client.as(NORA);
const priya = () => sandbox.client.as(PRIYA);
const messagesIn = (sees: Sees, channel: string): SeenMessage[] =>
  sees.channels.find(({ id }) => id === channel)?.messages ?? [];
const button = (fields: JsonObject = {}) => ({
  type: 'button',
  action_id: 'go',
  text: { type: 'plain_text', text: 'Go' },
  ...fields,
});
const actions = (...elements: JsonObject[]) => [{ type: 'actions', block_id: 'row', elements }];
const post = async (channel: string, blocks: JsonObject[]) => {
  const { ts } = await callSlack(sandbox.slack, 'chat.postMessage', { channel, text: 'a message', blocks });
  return { channel, ts: String(ts) };
};
const respondTo = (url: string, body: object) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => ({
    status: response.status,
    text: await response.text(),
  }));

describe('a click', () => {
  async function bodiesOf(): Promise<BlockAction<ButtonAction>[]> {
    const bodies: BlockAction<ButtonAction>[] = [];
    await run((app) =>
      app.action<BlockAction<ButtonAction>>('go', async ({ ack, body }) => {
        bodies.push(body);
        await ack();
      }),
    );
    return bodies;
  }

  test('goes to the latest message that has the button when no message is named', async () => {
    const bodies = await bodiesOf();
    await post(CDN_TEAM.id, actions(button()));
    const latest = await post(CDN_TEAM.id, actions(button()));
    await post(CDN_TEAM.id, actions(button({ action_id: 'other' })));
    await nora().click({ channel: CDN_TEAM.id, actionId: 'go' });
    expect(bodies.map(({ container }) => container.message_ts)).toEqual([latest.ts]);
    await expect(nora().click({ channel: CDN_TEAM.id, actionId: 'none' })).rejects.toThrow(
      'sees no message with none',
    );
  });

  test("says who clicked what where, in the name of the app's workspace", async () => {
    const bodies = await bodiesOf();
    const at = await post(PARTNERS.id, actions(button({ value: 'v' })));
    expect(await sandbox.client.as(JONAS).click({ ...at, actionId: 'go' })).toMatchObject({
      acknowledged: true,
    });
    expect(bodies).toMatchObject([
      {
        type: 'block_actions',
        team: { id: TEAM.id, domain: TEAM.domain },
        user: { id: JONAS.id, team_id: PARTNER_TEAM.id },
        container: { type: 'message', message_ts: at.ts, channel_id: PARTNERS.id, is_ephemeral: false },
        channel: { id: PARTNERS.id, name: 'partners' },
        message: { ts: at.ts, blocks: [{ block_id: 'row' }] },
        state: { values: {} },
        actions: [
          {
            type: 'button',
            action_id: 'go',
            block_id: 'row',
            value: 'v',
            action_ts: expect.stringMatching(/^\d+\.\d{6}$/),
          },
        ],
      },
    ]);
  });

  test('nobody acknowledges shows a warning sign', async () => {
    await run(() => undefined);
    const at = await post(CDN_TEAM.id, actions(button()));
    expect(await nora().click({ ...at, actionId: 'go' })).toEqual({ acknowledged: false, notice: '⚠️' });
  });

  test('answered with no in its confirm dialog sends nothing', async () => {
    const bodies = await bodiesOf();
    const confirm = { text: { type: 'plain_text', text: 'Sure?' } };
    const at = await post(CDN_TEAM.id, actions(button({ confirm })));
    await nora().click({ ...at, actionId: 'go', confirm: 'no' });
    expect(bodies).toEqual([]);
    await nora().click({ ...at, actionId: 'go' });
    expect(bodies).toHaveLength(1);
  });

  test('on a link opens it and tells the app', async () => {
    const bodies = await bodiesOf();
    const at = await post(CDN_TEAM.id, actions(button({ url: 'https://example.com/' })));
    await nora().click({ ...at, actionId: 'go' });
    expect((await nora().sees()).notices).toEqual([{ text: 'Opened https://example.com/' }]);
    expect(bodies).toHaveLength(1);
  });

  test('chooses in an overflow menu', async () => {
    await run((app) => app.action('menu', ({ ack }) => ack()));
    const option = (value: string) => ({ text: { type: 'plain_text', text: value }, value });
    const menu = { type: 'overflow', action_id: 'menu', options: [option('a'), option('b')] };
    const at = await post(CDN_TEAM.id, actions(menu));
    await nora().click({ ...at, actionId: 'menu', option: 'b' });
    expect((await sandbox.client.deliveries()).at(-1)?.payload).toMatchObject({
      actions: [{ type: 'overflow', selected_option: option('b') }],
    });
    await expect(nora().click({ ...at, actionId: 'menu', option: 'c' })).rejects.toThrow('no option c');
  });

  test('needs a button that is there, and the right one of several', async () => {
    const at = await post(CDN_TEAM.id, [...actions(button()), { type: 'actions', elements: [button()] }]);
    await expect(nora().click({ ...at, actionId: 'stop' })).rejects.toThrow('There is no stop');
    await expect(nora().click({ ...at, actionId: 'go' })).rejects.toThrow('several blocks');
    await expect(sandbox.client.as(JONAS).click({ ...at, actionId: 'go' })).rejects.toThrow('no channel');
  });

  test('has a response URL that replaces the message, or adds to it, or deletes it', async () => {
    const bodies = await bodiesOf();
    const at = await post(CDN_TEAM.id, actions(button()));
    await nora().click({ ...at, actionId: 'go' });
    const url = bodies[0]?.response_url ?? '';
    const texts = async () => messagesIn(await priya().sees(), CDN_TEAM.id).map(({ text }) => text);
    await respondTo(url, { text: 'only for Nora', replace_original: false });
    await respondTo(url, { text: 'for all', replace_original: false, response_type: 'in_channel' });
    expect(await texts()).toEqual(['a message', 'for all']);
    await respondTo(url, { text: 'replaced', replace_original: true });
    expect(await texts()).toEqual(['replaced', 'for all']);
    await respondTo(url, { delete_original: true });
    expect(await texts()).toEqual(['for all']);
  });

  test('on a reply says which thread it is in', async () => {
    const bodies = await bodiesOf();
    const parent = await post(CDN_TEAM.id, actions(button()));
    const { ts } = await callSlack(sandbox.slack, 'chat.postMessage', {
      channel: CDN_TEAM.id,
      thread_ts: parent.ts,
      text: 'a reply',
      blocks: actions(button()),
    });
    await nora().click({ channel: CDN_TEAM.id, ts: String(ts), actionId: 'go' });
    expect(bodies).toMatchObject([
      {
        container: { message_ts: ts, channel_id: CDN_TEAM.id, is_ephemeral: false, thread_ts: parent.ts },
        message: { ts, thread_ts: parent.ts },
      },
    ]);
  });

  test.each([NORA, JONAS])('by $realName opens a modal for them alone', async (member) => {
    await run((app) =>
      app.action<BlockAction>('go', async ({ ack, body, client }) => {
        await ack();
        await client.views.open({
          trigger_id: body.trigger_id,
          view: { type: 'modal', title: { type: 'plain_text', text: 'Why?' }, blocks: [{ type: 'divider' }] },
        });
      }),
    );
    const at = await post(PARTNERS.id, actions(button()));
    const acting = sandbox.client.as(member);
    await acting.click({ ...at, actionId: 'go' });
    expect(await acting.until(({ modals }) => modals[0], 'the modal')).toMatchObject({ title: 'Why?' });
    expect((await priya().sees()).modals).toEqual([]);
  });

  test('on an ephemeral message carries no message, and can replace it', async () => {
    const bodies = await bodiesOf();
    const { message_ts: ts } = await callSlack(sandbox.slack, 'chat.postEphemeral', {
      channel: CDN_TEAM.id,
      user: NORA.id,
      text: 'a message',
      blocks: actions(button()),
    });
    const at = { channel: CDN_TEAM.id, ts: String(ts) };
    await expect(priya().click({ ...at, actionId: 'go' })).rejects.toThrow('sees no message');
    await nora().click({ ...at, actionId: 'go' });
    expect(bodies[0]?.container).toMatchObject({
      message_ts: ts,
      channel_id: CDN_TEAM.id,
      is_ephemeral: true,
    });
    expect(bodies[0]).not.toHaveProperty('message');
    const blocks = actions(button());
    const url = bodies[0]?.response_url ?? '';
    expect(await respondTo(url, { text: 'replaced', blocks, replace_original: true })).toEqual({
      status: 200,
      text: 'ok',
    });
    const [replaced, ...others] = messagesIn(await nora().sees(), CDN_TEAM.id);
    expect(others).toEqual([]);
    expect(replaced).toMatchObject({ text: 'replaced', ephemeral: true });
    expect(messagesIn(await priya().sees(), CDN_TEAM.id)).toEqual([]);

    await nora().click({ channel: CDN_TEAM.id, ts: replaced?.ts ?? '', actionId: 'go' });
    await respondTo(bodies[1]?.response_url ?? '', { text: 'replaced again', replace_original: true });
    expect(messagesIn(await nora().sees(), CDN_TEAM.id)).toMatchObject([
      { text: 'replaced again', blocks: [], ephemeral: true },
    ]);
  });
});

test('waiting in vain says what the member sees', async () => {
  await callSlack(sandbox.slack, 'chat.postMessage', { channel: CDN_TEAM.id, text: 'a message' });
  await post(CDN_TEAM.id, actions(button()));
  const waiting = nora().until(({ modals }) => modals[0], 'a modal', 100);
  const error = await waiting.catch(String);
  expect(error).toContain('waited in vain for a modal');
  expect(error).toContain('#cdn-team');
  expect(error).toContain('a message');
  expect(error).toContain('<go> | Go');
});
