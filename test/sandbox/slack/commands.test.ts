import type { App, SlashCommand } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BOT, CDN_TEAM, GENERAL, JONAS, NORA, OPS, PARTNERS, PRIYA, TEAM } from '../cast.ts';
import type { SeenMessage, Sees } from '../control/protocol.ts';
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
const respondTo = (url: string, body: object) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => ({
    status: response.status,
    text: await response.text(),
  }));

describe('a slash command', () => {
  /** Types a command and gives what the app received. */
  async function received(text = 'get', channel = CDN_TEAM): Promise<SlashCommand> {
    const bodies: SlashCommand[] = [];
    await run((app) =>
      app.command('/fastly-user', async ({ ack, body }) => {
        bodies.push(body);
        await ack();
      }),
    );
    expect(await nora().command(text, channel)).toEqual({ acknowledged: true, response: {} });
    const [body] = bodies;
    if (body === undefined) throw new Error('no command');
    return body;
  }

  test('says who typed it where', async () => {
    expect(await received(' get someone ', PARTNERS)).toMatchObject({
      command: '/fastly-user',
      text: 'get someone',
      team_id: TEAM.id,
      team_domain: TEAM.domain,
      channel_id: PARTNERS.id,
      channel_name: 'partners',
      user_id: NORA.id,
      user_name: 'nora',
      api_app_id: BOT.appId,
      is_enterprise_install: 'false',
      trigger_id: expect.any(String),
      response_url: expect.stringContaining('/commands/'),
    });
  });

  test('in a private channel keeps the name of the channel', async () => {
    expect((await received('get', OPS)).channel_name).toBe('privategroup');
  });

  test('is escaped where the manifest says so', async () => {
    const { text } = await received(
      '@nora #general a.b+c@example.com https://example.com/?a=1&b=2 @nobody <b>',
    );
    expect(text).toBe(
      `<@${NORA.id}|nora> <#${GENERAL.id}|general> <mailto:a.b+c@example.com|a.b+c@example.com> ` +
        '<https://example.com/?a=1&amp;b=2> @nobody &lt;b&gt;',
    );
  });

  test('may be answered in the acknowledgement, to its member only', async () => {
    await run((app) => app.command('/fastly-user', ({ ack }) => ack('hello')));
    await nora().command('get');
    const seen = messagesIn(await nora().sees(), CDN_TEAM.id);
    expect(seen).toMatchObject([{ text: 'hello', ephemeral: true, author: BOT.userId }]);
    expect(messagesIn(await priya().sees(), CDN_TEAM.id)).toEqual([]);
  });

  test('answered in the channel is seen by everybody', async () => {
    await run((app) =>
      app.command('/fastly-user', ({ ack }) => ack({ text: 'hello', response_type: 'in_channel' })),
    );
    await nora().command('get');
    expect(messagesIn(await priya().sees(), CDN_TEAM.id)).toMatchObject([
      { text: 'hello', ephemeral: false },
    ]);
  });

  test.each([
    ['nobody is there to take', undefined, 'dispatch_failed'],
    ['nobody acknowledges', () => new Promise<void>(() => undefined), 'operation_timeout'],
  ])('%s fails visibly', async (_name, listener, error) => {
    if (listener !== undefined) await run((app) => app.command('/fastly-user', listener));
    const notice = `/fastly-user failed with the error "${error}"`;
    expect(await nora().command('get')).toEqual({ acknowledged: false, notice });
    expect((await nora().sees()).notices).toEqual([{ text: notice }]);
    expect((await priya().sees()).notices).toEqual([]);
    const deliveries = await sandbox.client.deliveries();
    expect(deliveries).toMatchObject([{ payload: { text: 'get' }, acknowledged: null }]);
  });

  test('answered with broken blocks fails visibly', async () => {
    await run((app) =>
      app.command('/fastly-user', ({ ack }) => ack({ text: 'x', blocks: [{ type: 'none' }] })),
    );
    expect(await nora().command('get')).toMatchObject({
      notice: '/fastly-user failed with the error "invalid_command_response"',
    });
  });

  test('cannot be typed by members of another workspace, nor where one is no member', async () => {
    await run(() => undefined);
    const outcome = await sandbox.client.as(JONAS).command('get', PARTNERS);
    expect(outcome).toMatchObject({
      acknowledged: false,
      notice: expect.stringContaining('not a valid command'),
    });
    await expect(sandbox.client.as(JONAS).command('get', CDN_TEAM)).rejects.toThrow('is in no channel');
    expect(await nora().command('x', CDN_TEAM, '/other')).toMatchObject({ acknowledged: false });
    expect(await sandbox.client.deliveries()).toEqual([]);
  });

  test('has a response URL that takes five answers', async () => {
    const { response_url: url } = await received('get', GENERAL);
    for (let use = 1; use <= 5; use += 1) {
      expect(await respondTo(url, { text: `answer ${use}`, replace_original: true })).toEqual({
        status: 200,
        text: 'ok',
      });
    }
    expect(await respondTo(url, { text: 'one more' })).toMatchObject({
      status: 404,
      text: expect.stringMatching(/used_url/),
    });
    const texts = messagesIn(await nora().sees(), GENERAL.id).map(({ text }) => text);
    expect(texts).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4', 'answer 5']);
  });

  test('has a response URL that dies after half an hour', async () => {
    const { response_url: url } = await received();
    await sandbox.client.advanceClock(29 * 60_000);
    expect(await respondTo(url, { text: 'in time' })).toMatchObject({ status: 200 });
    await sandbox.client.advanceClock(61_000);
    expect(await respondTo(url, { text: 'too late' })).toMatchObject({
      status: 404,
      text: expect.stringMatching(/expired_url/),
    });
  });

  test('has a response URL that answers 429, or refuses, as often as ordered', async () => {
    const { response_url: url } = await received('get', GENERAL);
    await sandbox.client.slackFaults({ rateLimit: { method: 'response_url', retryAfter: 7, times: 1 } });
    const limited = await fetch(url, { method: 'POST', body: '{"text":"limited"}' });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    await sandbox.client.slackFaults({ refuse: { method: 'response_url', error: 'used_url', times: 1 } });
    expect(await respondTo(url, { text: 'refused' })).toMatchObject({
      status: 404,
      text: expect.stringMatching(/used_url/),
    });
    expect(await respondTo(url, { text: 'taken' })).toMatchObject({ status: 200 });
    const texts = messagesIn(await nora().sees(), GENERAL.id).map((each) => each.text);
    expect(texts).not.toContain('limited');
    expect(texts.at(-1)).toBe('taken');
  });

  test('has a response URL that refuses what chat.postMessage would', async () => {
    const { response_url: url } = await received();
    expect(await respondTo(url, { blocks: [{ type: 'none' }] })).toMatchObject({
      text: expect.stringMatching(/invalid_blocks/),
    });
    expect(await respondTo(url, {})).toMatchObject({ status: 400, text: expect.stringMatching(/no_text/) });
  });

  test('has a trigger that opens one view within three seconds', async () => {
    const { trigger_id } = await received();
    const view = { type: 'modal', title: { type: 'plain_text', text: 'T' }, blocks: [] };
    const open = (trigger: string) => callSlack(sandbox.slack, 'views.open', { trigger_id: trigger, view });
    await sandbox.client.advanceClock(2_000);
    expect(await open(trigger_id)).toMatchObject({ ok: true });
    expect(await open(trigger_id)).toMatchObject({ error: 'exchanged_trigger_id' });
    await nora().command('again');
    const payload = (await sandbox.client.deliveries()).at(-1)?.payload;
    await sandbox.client.advanceClock(3_001);
    expect(await open(String(payload?.trigger_id))).toMatchObject({ error: 'expired_trigger_id' });
  });
});
