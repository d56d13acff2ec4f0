import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { AUDIT_TRAIL, BOT, CDN_TEAM, GENERAL, JONAS, NORA, OPS, PRIYA, TEAM } from '../cast.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { callSlack } from './bolt-app.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.client.forgetSlackCalls());

const call = (method: string, args = {}, token?: string | null) =>
  callSlack(sandbox.slack, method, args, token);

test('auth.test says who the bot is and which scopes it has', async () => {
  const answer = await new WebClient(sandbox.slack.botToken, {
    slackApiUrl: sandbox.slack.apiUrl,
  }).auth.test();
  expect(answer).toMatchObject({ ok: true, team_id: TEAM.id, user_id: BOT.userId, bot_id: BOT.botId });
  expect(answer.response_metadata?.scopes).toContain('chat:write.public');
});

test('a form with the token in it works as well as JSON with a header', async () => {
  const response = await fetch(`${sandbox.slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    body: new URLSearchParams({
      token: sandbox.slack.botToken,
      channel: CDN_TEAM.id,
      blocks: JSON.stringify([{ type: 'divider' }]),
    }),
  });
  expect(await response.json()).toMatchObject({ ok: true, message: { blocks: [{ type: 'divider' }] } });
  const [recorded] = await sandbox.client.slackCalls();
  expect(recorded).toEqual({
    method: 'chat.postMessage',
    args: { channel: CDN_TEAM.id, blocks: [{ type: 'divider' }] },
    result: 'ok',
  });
});

test.each([
  ['no token', 'auth.test', {}, null, 'not_authed'],
  ['a wrong token', 'auth.test', {}, 'xoxb-wrong', 'invalid_auth'],
  ['the bot token for a connection', 'apps.connections.open', {}, undefined, 'not_allowed_token_type'],
  ['an unknown method', 'chat.shout', {}, undefined, 'unknown_method'],
  ['a method left out of the sandbox', 'files.list', {}, undefined, 'unknown_method'],
  ['a missing argument', 'users.info', {}, undefined, 'invalid_arguments'],
  ['an unknown member', 'users.info', { user: 'U0NOBODY1' }, undefined, 'user_not_found'],
  ['an unknown address', 'users.lookupByEmail', { email: 'no@example.com' }, undefined, 'users_not_found'],
  [
    'an unknown channel',
    'chat.postMessage',
    { channel: 'C0NOWHERE', text: 'x' },
    undefined,
    'channel_not_found',
  ],
  ['a private channel', 'chat.postMessage', { channel: OPS.id, text: 'x' }, undefined, 'channel_not_found'],
  [
    'the details of a private channel',
    'conversations.info',
    { channel: OPS.id },
    undefined,
    'channel_not_found',
  ],
  ['no text', 'chat.postMessage', { channel: CDN_TEAM.id }, undefined, 'no_text'],
  [
    'too much text',
    'chat.postMessage',
    { channel: CDN_TEAM.id, text: 'x'.repeat(4001) },
    undefined,
    'msg_too_long',
  ],
  [
    'blocks that are no list',
    'chat.postMessage',
    { channel: CDN_TEAM.id, blocks: '{' },
    undefined,
    'invalid_blocks_format',
  ],
  [
    'an ephemeral where the bot is not',
    'chat.postEphemeral',
    { channel: GENERAL.id, user: NORA.id, text: 'x' },
    undefined,
    'not_in_channel',
  ],
  [
    'an ephemeral for who is not there',
    'chat.postEphemeral',
    { channel: CDN_TEAM.id, user: JONAS.id, text: 'x' },
    undefined,
    'user_not_in_channel',
  ],
  [
    'an update by member id',
    'chat.update',
    { channel: NORA.id, ts: '1.000000', text: 'x' },
    undefined,
    'channel_not_found',
  ],
  [
    'an update of nothing',
    'chat.update',
    { channel: CDN_TEAM.id, ts: '1.000000', text: 'x' },
    undefined,
    'message_not_found',
  ],
  [
    'a made-up trigger',
    'views.open',
    { trigger_id: 'x', view: { type: 'modal', title: { type: 'plain_text', text: 'T' }, blocks: [] } },
    undefined,
    'invalid_trigger_id',
  ],
  [
    'a view that is gone',
    'views.update',
    { view_id: 'V0GONE', view: { type: 'modal', title: { type: 'plain_text', text: 'T' }, blocks: [] } },
    undefined,
    'not_found',
  ],
])('%s is refused', async (_name, method, args, token, error) => {
  expect(await call(method, args, token)).toMatchObject({ ok: false, error });
});

test('a Home tab that the manifest switches off is refused', async () => {
  const sample = await readFile(new URL('sample-manifest.yml', import.meta.url), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'manifest-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const manifest = join(folder, 'manifest.yml');
  await writeFile(manifest, sample.replace('home_tab_enabled: true', 'home_tab_enabled: false'));
  const publish = { user_id: NORA.id, view: { type: 'home', blocks: [] } };
  const other = await startSandbox({ manifest });
  onTestFinished(() => other.close());
  expect(await callSlack(other.slack, 'views.publish', publish)).toMatchObject({ error: 'not_enabled' });
  expect(await call('views.publish', publish)).toMatchObject({ ok: true });
});

test('a scope the manifest does not name is missing', async () => {
  const direct = await call('conversations.open', { users: NORA.id });
  expect(direct).toMatchObject({ ok: true, channel: { id: 'D0NORA001' } });
  expect(await call('conversations.info', { channel: 'D0NORA001' })).toMatchObject({
    ok: false,
    error: 'missing_scope',
    needed: 'im:read',
    provided: expect.stringContaining('chat:write'),
  });
});

test('a public channel the bot is not in takes messages by chat:write.public', async () => {
  expect(await call('chat.postMessage', { channel: GENERAL.id, text: 'hello' })).toMatchObject({ ok: true });
});

test('without chat:write.public the bot must be invited first', async () => {
  const manifest = new URL('sample-manifest.yml', import.meta.url).pathname;
  const other = await startSandbox({ manifest });
  const post = () => callSlack(other.slack, 'chat.postMessage', { channel: GENERAL.id, text: 'hello' });
  expect(await post()).toMatchObject({ error: 'not_in_channel' });
  await other.client.invite(GENERAL.id);
  expect(await post()).toMatchObject({ ok: true });
  expect(await callSlack(other.slack, 'users.lookupByEmail', { email: NORA.email })).toMatchObject({
    error: 'missing_scope',
    needed: 'users:read.email',
  });
  await other.close();
});

test('posting to a member opens the direct message, which only they see', async () => {
  const posted = await call('chat.postMessage', { channel: NORA.id, text: 'psst' });
  expect(posted).toMatchObject({ ok: true, channel: 'D0NORA001' });
  const seen = (member: typeof NORA) =>
    sandbox.client
      .as(member)
      .sees()
      .then(({ channels }) => channels.some(({ id }) => id === 'D0NORA001'));
  expect(await seen(NORA)).toBe(true);
  expect(await seen(PRIYA)).toBe(false);
});

test('an update changes the text, keeps blocks left out and reaches messages of the bot only', async () => {
  const { ts } = await call('chat.postMessage', {
    channel: CDN_TEAM.id,
    text: 'before',
    blocks: [{ type: 'divider', block_id: 'line' }],
  });
  const updated = await call('chat.update', { channel: CDN_TEAM.id, ts, text: 'after' });
  expect(updated).toMatchObject({ ok: true, text: 'after', message: { blocks: [{ block_id: 'line' }] } });

  const theirs = await sandbox.client.as(NORA).message(CDN_TEAM, 'mine');
  const args = { channel: CDN_TEAM.id, ts: theirs.ts, text: 'x' };
  expect(await call('chat.update', args)).toMatchObject({ error: 'cant_update_message' });
  expect(await call('chat.delete', args)).toMatchObject({ error: 'cant_delete_message' });
});

test('an ephemeral message is seen by its member only and cannot be updated', async () => {
  const { message_ts: ts } = await call('chat.postEphemeral', {
    channel: CDN_TEAM.id,
    user: NORA.id,
    text: 'only you',
  });
  const sees = async (member: typeof NORA) => {
    const { channels } = await sandbox.client.as(member).sees();
    return channels.flatMap(({ messages }) => messages).some((each) => each.ts === ts && each.ephemeral);
  };
  expect(await sees(NORA)).toBe(true);
  expect(await sees(PRIYA)).toBe(false);
  expect(await call('chat.update', { channel: CDN_TEAM.id, ts, text: 'x' })).toMatchObject({
    error: 'message_not_found',
  });
});

test('a permalink names the workspace, the channel and the message', async () => {
  const { ts } = await call('chat.postMessage', { channel: CDN_TEAM.id, text: 'here' });
  const { permalink } = await call('chat.getPermalink', { channel: CDN_TEAM.id, message_ts: ts });
  expect(permalink).toBe(
    `https://example-corp.slack.com/archives/${CDN_TEAM.id}/p${String(ts).replace('.', '')}`,
  );
});

test('a reply is in its thread, and is updated without naming that', async () => {
  const { ts: parent } = await call('chat.postMessage', { channel: CDN_TEAM.id, text: 'parent' });
  const replied = await call('chat.postMessage', { channel: CDN_TEAM.id, thread_ts: parent, text: 'reply' });
  expect(replied).toMatchObject({ ok: true, message: { text: 'reply', thread_ts: parent } });
  const { ts } = replied;
  expect(await call('chat.update', { channel: CDN_TEAM.id, ts, text: 'updated' })).toMatchObject({
    ok: true,
    ts,
    message: { text: 'updated', thread_ts: parent },
  });
  const { channels } = await sandbox.client.as(NORA).sees();
  const seen = channels.flatMap(({ messages }) => messages);
  expect(seen.find((message) => message.ts === ts)).toMatchObject({ text: 'updated', threadTs: parent });
  expect(seen.find((message) => message.ts === parent)).toMatchObject({ text: 'parent', edited: false });
});

test('a reply to no message is refused', async () => {
  const args = { channel: CDN_TEAM.id, thread_ts: '1.000000', text: 'reply' };
  expect(await call('chat.postMessage', args)).toMatchObject({ ok: false, error: 'thread_not_found' });
});

test("a reply's permalink names its thread too", async () => {
  const { ts: parent } = await call('chat.postMessage', { channel: CDN_TEAM.id, text: 'parent' });
  const { ts } = await call('chat.postMessage', { channel: CDN_TEAM.id, thread_ts: parent, text: 'reply' });
  const { permalink } = await call('chat.getPermalink', { channel: CDN_TEAM.id, message_ts: ts });
  expect(permalink).toBe(
    `https://example-corp.slack.com/archives/${CDN_TEAM.id}/p${String(ts).replace('.', '')}?thread_ts=${parent}&cid=${CDN_TEAM.id}`,
  );
});

test('members and channels come in pages', async () => {
  const first = await call('users.list', { limit: 2 });
  expect(first).toMatchObject({ members: [{ id: NORA.id }, {}] });
  const cursor = JSON.parse(JSON.stringify(first)).response_metadata.next_cursor;
  const second = await call('users.list', { limit: 10, cursor });
  expect(second).toMatchObject({ members: [{ id: PRIYA.id }, { id: JONAS.id }, { id: BOT.userId }] });
  const channels = await call('conversations.list', { types: 'public_channel,private_channel' });
  expect(JSON.stringify(channels)).not.toContain(OPS.id);
  expect(await call('conversations.members', { channel: CDN_TEAM.id })).toMatchObject({
    members: [...CDN_TEAM.members, BOT.userId],
  });
});

test('a rate limit answers 429 with Retry-After as often as ordered', async () => {
  await sandbox.client.slackFaults({ rateLimit: { method: 'auth.test', retryAfter: 7, times: 1 } });
  const client = new WebClient(sandbox.slack.botToken, {
    slackApiUrl: sandbox.slack.apiUrl,
    rejectRateLimitedCalls: true,
  });
  await expect(client.auth.test()).rejects.toMatchObject({ retryAfter: 7 });
  expect(await client.auth.test()).toMatchObject({ ok: true });
  expect((await sandbox.client.slackCalls()).map(({ result }) => result)).toEqual(['ratelimited', 'ok']);
});

test('a refusal can be ordered, and a lost answer leaves the work done or undone', async () => {
  const post = (text: string) => call('chat.postMessage', { channel: CDN_TEAM.id, text });
  const method = 'chat.postMessage';
  await sandbox.client.slackFaults({ refuse: { method, error: 'is_archived', times: 1 } });
  expect(await post('refused')).toMatchObject({ error: 'is_archived' });
  await sandbox.client.slackFaults({ lose: { method, when: 'before', times: 1 } });
  await expect(post('lost before')).rejects.toThrow();
  await sandbox.client.slackFaults({ lose: { method, when: 'after', times: 1 } });
  await expect(post('lost after')).rejects.toThrow();
  const { channels } = await sandbox.client.as(NORA).sees();
  const texts = channels.flatMap(({ messages }) => messages.map(({ text }) => text));
  expect(texts).toContain('lost after');
  expect(texts).not.toContain('lost before');
  expect(texts).not.toContain('refused');
});

test.each(['is_archived', 'not_in_channel', 'channel_not_found'])(
  "an ordered %s reaches Slack's own client, and nothing is done",
  async (error) => {
    const client = new WebClient(sandbox.slack.botToken, { slackApiUrl: sandbox.slack.apiUrl });
    const post = () => client.chat.postMessage({ channel: CDN_TEAM.id, text: `not with ${error}` });
    await sandbox.client.slackFaults({ refuse: { method: 'chat.postMessage', error, times: 1 } });
    await expect(post()).rejects.toMatchObject({ data: { ok: false, error } });
    expect(JSON.stringify(await sandbox.client.as(NORA).sees())).not.toContain(`not with ${error}`);
    expect(await post()).toMatchObject({ ok: true });
    expect((await sandbox.client.slackCalls()).map(({ result }) => result)).toEqual([error, 'ok']);
  },
);

test('a refusal can be ordered for one channel', async () => {
  const method = 'chat.postMessage';
  const post = (channel: string) => call(method, { channel, text: 'x' });
  const refuse = { method, channel: AUDIT_TRAIL.id, error: 'is_archived', times: 2 };
  expect(await sandbox.client.slackFaults({ refuse })).toMatchObject({ refuse });
  expect(await post(CDN_TEAM.id)).toMatchObject({ ok: true });
  expect(await post(AUDIT_TRAIL.id)).toMatchObject({ ok: false, error: 'is_archived' });
  expect(await call('auth.test')).toMatchObject({ ok: true });
  expect(await post(NORA.id)).toMatchObject({ ok: true });
  expect(await post(AUDIT_TRAIL.id)).toMatchObject({ ok: false, error: 'is_archived' });
  expect(await post(AUDIT_TRAIL.id)).toMatchObject({ ok: true });
});

test('a type of block can be unknown', async () => {
  const post = (type: string) =>
    call('chat.postMessage', { channel: CDN_TEAM.id, text: 'x', blocks: [{ type: 'divider' }, { type }] });
  await sandbox.client.slackFaults({ unknownBlocks: ['divider'] });
  expect(await post('divider')).toMatchObject({
    ok: false,
    error: 'invalid_blocks',
    errors: ['unsupported type [json-pointer:/blocks/0]', 'unsupported type [json-pointer:/blocks/1]'],
  });
  await sandbox.client.slackFaults({ unknownBlocks: [] });
  expect(await post('divider')).toMatchObject({ ok: true });
});

test('a type of block can be refused with another word, in a view as well', async () => {
  await sandbox.client.slackFaults({ unknownBlocks: ['divider'], unknownBlocksError: 'view_too_large' });
  const view = { type: 'home', blocks: [{ type: 'divider' }] };
  expect(await call('views.publish', { user_id: NORA.id, view })).toMatchObject({
    ok: false,
    error: 'view_too_large',
    errors: ['unsupported type [json-pointer:/view/blocks/0]'],
  });
  await sandbox.client.slackFaults({ unknownBlocks: [] });
  expect(await call('views.publish', { user_id: NORA.id, view })).toMatchObject({ ok: true });
});

test('a web page can come in place of an answer', async () => {
  await sandbox.client.slackFaults({ page: { method: 'auth.test', times: 1 } });
  await expect(call('auth.test')).rejects.toThrow('JSON');
  expect(await call('auth.test')).toMatchObject({ ok: true });
});

test('several methods can fail with a status', async () => {
  await sandbox.client.slackFaults({ fail: { method: ['auth.test', 'views.open'], status: 503, times: 1 } });
  const post = await call('chat.postMessage', { channel: CDN_TEAM.id, text: 'taken' });
  expect(post).toMatchObject({ ok: true });
  const client = new WebClient(sandbox.slack.botToken, {
    slackApiUrl: sandbox.slack.apiUrl,
    retryConfig: { retries: 0 },
  });
  await expect(client.auth.test()).rejects.toMatchObject({ statusCode: 503 });
  expect(await call('auth.test')).toMatchObject({ ok: true });
});

test('a workspace that is away answers nobody', async () => {
  await sandbox.client.slackFaults({ down: true });
  await expect(call('auth.test')).rejects.toThrow();
  await sandbox.client.slackFaults({ down: false });
  expect(await call('auth.test')).toMatchObject({ ok: true });
});

test('the control API explains bad requests', async () => {
  await expect(sandbox.client.as('U0NOBODY1').sees()).rejects.toThrow('There is no member U0NOBODY1.');
  await expect(sandbox.client.as(PRIYA).click({ view: 'modal', actionId: 'x' })).rejects.toThrow('no modal');
  await expect(sandbox.client.request('POST', '/clock', { advance: 'far' })).rejects.toThrow(
    'expected number',
  );
});
