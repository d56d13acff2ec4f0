import { expect, onTestFinished, test } from 'vitest';
import { BOT, CDN_TEAM, NORA, TOMAS } from '../cast.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox.ts';
import { callSlack } from './bolt-app.ts';

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

test('an archived channel says so, and takes no message', async () => {
  const { slack, client } = await start();
  await client.changeChannel({ channel: CDN_TEAM.id, archived: true });
  const info = await callSlack(slack, 'conversations.info', { channel: CDN_TEAM.id });
  expect(info).toMatchObject({ channel: { is_archived: true } });
  const posted = await callSlack(slack, 'chat.postMessage', { channel: CDN_TEAM.id, text: 'x' });
  expect(posted).toMatchObject({ ok: false, error: 'is_archived' });
});

test('a read-only channel says so, and takes no message of the bot', async () => {
  const { slack, client } = await start();
  await client.changeChannel({ channel: CDN_TEAM.id, readOnly: true });
  const info = await callSlack(slack, 'conversations.info', { channel: CDN_TEAM.id });
  expect(info).toMatchObject({ channel: { is_read_only: true, is_archived: false } });
  const posted = await callSlack(slack, 'chat.postMessage', { channel: CDN_TEAM.id, text: 'x' });
  expect(posted).toMatchObject({ ok: false, error: 'restricted_action_read_only_channel' });
});

test('a channel whose id has changed is found by the old one, and answers with the new one', async () => {
  const { slack, client } = await start();
  await client.changeChannel({ channel: CDN_TEAM.id, newId: 'C0CDNNEW1' });
  for (const channel of [CDN_TEAM.id, 'C0CDNNEW1']) {
    const info = await callSlack(slack, 'conversations.info', { channel });
    expect(info).toMatchObject({ channel: { id: 'C0CDNNEW1', name: CDN_TEAM.name } });
  }
});

test('little is left of a deactivated member, who gets no message and no Home tab', async () => {
  const { slack, client } = await start();
  await client.changeMember(TOMAS.id, 'deactivated');
  const { user } = await callSlack(slack, 'users.info', { user: TOMAS.id });
  expect(user).toMatchObject({ id: TOMAS.id, deleted: true });
  expect(user).not.toHaveProperty('is_restricted');
  const opened = await callSlack(slack, 'conversations.open', { users: TOMAS.id });
  const posted = await callSlack(slack, 'chat.postMessage', { channel: TOMAS.id, text: 'x' });
  const view = { type: 'home', blocks: [] };
  const published = await callSlack(slack, 'views.publish', { user_id: TOMAS.id, view });
  expect([opened.error, posted.error, published.error]).toEqual(Array(3).fill('user_disabled'));
  expect(await callSlack(slack, 'users.info', { user: NORA.id })).toMatchObject({ user: { deleted: false } });
});

test('a guest is restricted', async () => {
  const { slack, client } = await start();
  await client.changeMember(TOMAS.id, 'guest');
  const info = await callSlack(slack, 'users.info', { user: TOMAS.id });
  expect(info).toMatchObject({ user: { is_restricted: true, deleted: false } });
});

test('the bot says which app it is of, and the app token names its own', async () => {
  const { slack } = await start({ orgWide: true, appTokenOf: 'A0OTHER01' });
  expect(await callSlack(slack, 'auth.test', {})).toMatchObject({ is_enterprise_install: true });
  const info = await callSlack(slack, 'bots.info', { bot: BOT.botId });
  expect(info).toMatchObject({ bot: { app_id: BOT.appId } });
  expect(slack.appToken).toMatch(/^xapp-1-A0OTHER01-/);
  const unknown = await callSlack(slack, 'bots.info', { bot: 'B0NOBODY1' });
  expect(unknown).toMatchObject({ error: 'bot_not_found' });
});

test("answers carry the time of Slack's own clock", async () => {
  const { slack, client } = await start();
  await client.advanceClock(600_000);
  const { headers } = await fetch(`${slack.apiUrl}api.test`, { method: 'POST' });
  const ahead = Date.parse(headers.get('date') ?? '') - Date.now();
  expect(ahead).toBeGreaterThan(500_000);
});
