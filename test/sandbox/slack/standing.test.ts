import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { BOT, CDN_TEAM, MEMBERS, MIRA, NORA, SISTER_TEAM, TOMAS } from '../cast.ts';
import type { JsonObject } from '../control/protocol.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox.ts';
import { callSlack } from './bolt-app.ts';
import { jsonObject } from './json.ts';

const Page = z.object({
  members: z.array(jsonObject),
  response_metadata: z.object({ next_cursor: z.string() }),
});

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

test('little is left of a deactivated member, but for the address, until the profile is deleted', async () => {
  const { slack, client } = await start();
  const user = async () => (await callSlack(slack, 'users.info', { user: TOMAS.id })).user;
  await client.changeMember(TOMAS.id, 'deactivated');
  expect(await user()).toMatchObject({ deleted: true, profile: { email: TOMAS.email } });
  for (const field of ['real_name', 'tz', 'is_admin', 'is_restricted', 'is_ultra_restricted']) {
    expect(await user()).not.toHaveProperty(field);
  }
  await client.changeMember(TOMAS.id, 'forgotten');
  expect(await user()).toMatchObject({ deleted: true, is_forgotten: true });
  expect(await user()).not.toHaveProperty('profile.email');
});

test('a deactivated member is listed, in pages, and not found by the address', async () => {
  const { slack, client } = await start();
  const byEmail = () => callSlack(slack, 'users.lookupByEmail', { email: TOMAS.email });
  expect(await byEmail()).toMatchObject({ user: { id: TOMAS.id } });
  await client.changeMember(TOMAS.id, 'deactivated');
  expect(await byEmail()).toMatchObject({ ok: false, error: 'users_not_found' });
  const listed: JsonObject[] = [];
  let cursor = '';
  do {
    const page = Page.parse(await callSlack(slack, 'users.list', { limit: 2, cursor }));
    expect(page.members.length).toBeLessThanOrEqual(2);
    listed.push(...page.members);
    cursor = page.response_metadata.next_cursor;
  } while (cursor !== '');
  expect(listed.find(({ id }) => id === TOMAS.id)).toMatchObject({ deleted: true });
  expect(listed.map(({ id }) => id)).toEqual([...MEMBERS.map(({ id }) => id), BOT.userId]);
});

test('the app hears what changes about a member, and of each new status, if it listens', async () => {
  const { client } = await start({ leavers: true });
  const heard = async () => (await client.deliveries()).map(({ payload }) => payload.event);
  await client.changeMember(TOMAS.id, 'deactivated');
  await client.changeMember(TOMAS.id, 'full');
  await client.changeMember(TOMAS.id, 'full');
  const about = (deleted: boolean) =>
    expect.objectContaining({
      type: 'user_change',
      user: expect.objectContaining({ id: TOMAS.id, deleted }),
    });
  // Nobody takes them, so each is sent again.
  const events = await heard();
  expect(events.filter((event) => about(true).asymmetricMatch(event))).toHaveLength(4);
  expect(events.filter((event) => about(false).asymmetricMatch(event))).toHaveLength(8);
  const { client: deaf } = await start();
  await deaf.changeMember(TOMAS.id, 'deactivated');
  expect(await deaf.deliveries()).toEqual([]);
});

test('whoever leaves the workspace for another one of the organisation has it no more among theirs', async () => {
  const { slack, client } = await start({ organisation: true });
  await client.changeMember(MIRA.id, 'elsewhere');
  const info = await callSlack(slack, 'users.info', { user: MIRA.id });
  expect(info).toMatchObject({ user: { deleted: false, enterprise_user: { teams: [SISTER_TEAM.id] } } });
});
