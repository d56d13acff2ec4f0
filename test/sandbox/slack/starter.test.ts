import type { App } from '@slack/bolt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BOT, CDN_TEAM, JONAS, NORA, PARTNERS, TOMAS } from '../cast.ts';
import type { Sees } from '../control/protocol.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { startSocketModeApp } from './bolt-app.ts';

/** What a starter app of Bolt's typically does, written against Slack's documentation only. */
function register(app: App): void {
  app.command('/sample', async ({ ack, command, respond, say }) => {
    await ack();
    await respond(`Responding to ${command.text}`);
    await say('Said in the channel');
  });
  app.message('hi', async ({ message, say }) => {
    if (message.subtype !== undefined) return;
    await say({
      text: `Hi <@${message.user}>, how are you?`,
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: 'How are you?' },
          accessory: { type: 'button', text: { type: 'plain_text', text: 'Fine' }, action_id: 'fine' },
        },
      ],
    });
  });
  app.action('fine', async ({ ack, body, respond }) => {
    await ack();
    await respond({ text: `<@${body.user.id}> is fine`, replace_original: true });
  });
  app.shortcut('sample_shortcut', async ({ ack, client, shortcut }) => {
    await ack();
    await client.views.open({
      trigger_id: shortcut.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'sample_view',
        title: { type: 'plain_text', text: 'Sample' },
        submit: { type: 'plain_text', text: 'Submit' },
        blocks: [
          {
            type: 'input',
            block_id: 'channel_block',
            label: { type: 'plain_text', text: 'Where?' },
            element: { type: 'channels_select', action_id: 'channel' },
          },
          {
            type: 'input',
            block_id: 'words_block',
            label: { type: 'plain_text', text: 'What?' },
            element: { type: 'plain_text_input', action_id: 'words', multiline: true },
          },
        ],
      },
    });
  });
  app.view('sample_view', async ({ ack, view, client }) => {
    await ack();
    const { channel_block: where, words_block: what } = view.state.values;
    await client.chat.postMessage({
      channel: where?.channel?.selected_channel ?? '',
      text: what?.words?.value ?? '',
    });
  });
  app.event('app_home_opened', async ({ client, event }) => {
    await client.views.publish({
      user_id: event.user,
      view: {
        type: 'home',
        blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Welcome home' } }],
      },
    });
  });
}

const manifest = new URL('sample-manifest.yml', import.meta.url).pathname;
let sandbox: Sandbox;
let stop: () => Promise<void>;
beforeAll(async () => {
  sandbox = await startSandbox({ manifest });
  stop = await startSocketModeApp(sandbox.slack, register);
});
afterAll(async () => {
  await stop();
  await sandbox.close();
});

const nora = () => sandbox.client.as(NORA);
const saying = (text: string) => (sees: Sees) =>
  sees.channels.flatMap(({ messages }) => messages).find((message) => message.text === text);

test('its command answers its member and the channel; the text is not escaped', async () => {
  await nora().command('@tomas & <me>');
  expect(await nora().until(saying('Responding to @tomas & <me>'), 'the answer')).toMatchObject({
    ephemeral: true,
  });
  await sandbox.client.as(TOMAS).until(saying('Said in the channel'), 'what the app said');
});

test('it hears hi, and its button replaces the greeting', async () => {
  await nora().message(CDN_TEAM, 'hi there');
  const { ts } = await nora().until(saying(`Hi <@${NORA.id}>, how are you?`), 'the greeting');
  await nora().click({ channel: CDN_TEAM.id, ts, actionId: 'fine' });
  const replaced = await nora().until(saying(`<@${NORA.id}> is fine`), 'the replaced greeting');
  expect(replaced).toMatchObject({ ts, author: BOT.userId, blocks: [] });
});

test('it hears hi in the direct message, and members of other workspaces too', async () => {
  await nora().message('D0NORA001', 'hi');
  await sandbox.client.as(JONAS).message(PARTNERS, 'hi');
  await sandbox.client.as(JONAS).until(saying(`Hi <@${JONAS.id}>, how are you?`), 'the greeting');
  const inDirectMessage = ({ channels }: Sees) =>
    channels.find(({ kind }) => kind === 'im')?.messages.find(({ author }) => author === BOT.userId);
  await nora().until(inDirectMessage, 'the greeting');
});

test('its shortcut opens a modal whose submission posts a message', async () => {
  await nora().shortcut('sample_shortcut');
  expect(await nora().until(({ modals }) => modals[0], 'the modal')).toMatchObject({
    callbackId: 'sample_view',
  });
  await nora().submit({ channel: CDN_TEAM.id, words: 'from the modal' });
  await sandbox.client.as(TOMAS).until(saying('from the modal'), 'the message');
  expect((await nora().sees()).modals).toEqual([]);
});

test('its Home tab appears when it is opened', async () => {
  await nora().home();
  const home = await nora().until((sees) => sees.home, 'the Home tab');
  expect(home).toMatchObject({ type: 'home', blocks: [{ type: 'header', text: { text: 'Welcome home' } }] });
  expect((await sandbox.client.as(TOMAS).sees()).home).toBeNull();
});
