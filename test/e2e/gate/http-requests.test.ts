import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { CDN_TEAM, NORA, TEAM } from '../../sandbox/cast.ts';
import { type ForgedSlack, startForgedSlack } from '../support/forged-delivery.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** Posts this body with Slack's signature, and gives what the bot answers. */
async function post(
  { requestUrl, slack }: ForgedSlack,
  body: string,
  contentType: string,
): Promise<{ status: number; text: string }> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hash = createHmac('sha256', slack.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const response = await fetch(requestUrl, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hash}`,
    },
    body,
  });
  return { status: response.status, text: await response.text() };
}

const command = (text: string, responseUrl: string) =>
  String(
    new URLSearchParams({
      command: '/fastly-user',
      text,
      user_id: NORA.id,
      team_id: TEAM.id,
      channel_id: CDN_TEAM.id,
      trigger_id: `trigger-of-${text}`,
      response_url: responseUrl,
    }),
  );

it('a command is taken whatever form its content type has', async () => {
  const slack = await startForgedSlack('http');
  for (const contentType of [FORM, `${FORM}; charset=utf-8`, `${FORM.toUpperCase()} ; Charset="UTF-8"`]) {
    const body = command(`help ${contentType.length}`, slack.responseUrl);
    expect((await post(slack, body, contentType)).status).toBe(200);
    expect(await slack.nextResponse()).toMatchObject({ text: expect.stringContaining('/fastly-user') });
  }
});

it('no body ends the bot or keeps it from the next command', async () => {
  const slack = await startForgedSlack('http');
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const user = { id: NORA.id, team_id: TEAM.id };
  const bodies = [
    ...['null', '7', '"ssl_check"', '[null]', '{}', '{"event":null}', '{"type":"event_callback"}', deep],
    `{"type":"event_callback","team_id":"${TEAM.id}","event":{"type":"app_home_opened","user":${deep}}}`,
    `{"type":"view_submission","user":${JSON.stringify(user)},"view":{"id":"V1","type":"modal","callback_id":"get.form","private_metadata":${JSON.stringify(deep)},"state":{"values":{"a":{"b":{"value":"x"}}}}}}`,
    `{"type":"block_actions","user":${JSON.stringify(user)},"actions":[{"action_id":"x","value":${JSON.stringify(deep)}}],"view":{"id":"V1","type":"modal","state":${deep}}}`,
  ];
  for (const body of bodies) {
    expect([200, 400]).toContain((await post(slack, body, JSON_TYPE)).status);
    expect([200, 400]).toContain(
      (await post(slack, `payload=${encodeURIComponent(body)}`, `${FORM};charset=utf-8`)).status,
    );
  }
  const { status } = await post(slack, command('help', slack.responseUrl), FORM);
  expect(status).toBe(200);
  expect(await slack.nextResponse()).toMatchObject({ text: expect.stringContaining('What you can do here') });
});
