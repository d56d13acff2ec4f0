import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { messageWith } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newAuthority } from '../../support/certificates.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { portOf } from '../../support/stand-in.ts';
import { tlsFront } from '../../support/tls-front.ts';
import { startBotProcess } from '../support/bot-process.ts';

/** A Slack and a Fastly over TLS, by names that only the proxy knows, with certificates of an authority of the company. */
async function companyNetwork(mode: 'socket' | 'http') {
  const sandbox = await startSandbox({ slackKnownAs: 'https://slack.test' });
  onTestFinished(() => sandbox.close());
  const authority = newAuthority();
  const front = async (origin: string, name: string) =>
    (await tlsFront(origin, authority.certificateFor(name))).url;
  const proxy = await startProxy({
    names: {
      'slack.test': await front(sandbox.slack.apiUrl, 'slack.test'),
      'fastly.test': await front(sandbox.fastly.url, 'fastly.test'),
    },
    login: 'nora:secret',
    certificate: authority.certificateFor('127.0.0.1'),
  });
  const folder = mkdtempSync(join(tmpdir(), 'authority-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'authority.pem');
  writeFileSync(file, authority.cert);
  const environment = {
    ...environmentFor(sandbox, mode),
    SLACK_API_URL: 'https://slack.test/api/',
    FASTLY_API_URL: 'https://fastly.test',
  };
  return { sandbox, proxy, environment, file };
}

const REMEDY = expect.stringContaining('Name the file in NODE_EXTRA_CA_CERTS, in the environment');

describe.each(['socket', 'http'] as const)('a bot in a company with its own authority, over %s', (mode) => {
  it('trusts it with NODE_EXTRA_CA_CERTS, through a proxy over TLS', async () => {
    const { sandbox, proxy, environment, file } = await companyNetwork(mode);
    const variables = { ...environment, HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: file };
    const bot = await startBotProcess(variables);
    await bot.untilReadyz(200);
    if (mode === 'http') {
      const { address } = await bot.log("taking Slack's requests at /slack/events");
      await sandbox.client.setRequestUrl(`http://127.0.0.1:${portOf(address)}/slack/events`);
    }
    const nora = sandbox.client.as(NORA);
    await nora.command(`get ${NORA_USER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.login), 'the card');
    expect((await bot.readyz()).body).toEqual({ ready: true, missing: {}, degraded: [] });
    expect(new Set(proxy.tunnels)).toEqual(new Set(['slack.test:443', 'fastly.test:443']));
  });

  it('says what to do without it', async () => {
    const { environment, proxy } = await companyNetwork(mode);
    const plain = await startProxy({ names: proxy.names });
    const bot = await startBotProcess({ ...environment, HTTPS_PROXY: plain.url });
    expect(await bot.log('slack unreachable, retrying')).toMatchObject({ remedy: REMEDY });
    expect(await bot.log("Fastly can't be used")).toMatchObject({ remedy: REMEDY });
    const { status, body } = await bot.readyz();
    expect(status).toBe(503);
    expect(body.missing.slack).toEqual(REMEDY);
    const what = "its certificate isn't trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)";
    expect(body.degraded).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: `slack.test can't be reached: ${what}`, remedy: REMEDY }),
        expect.objectContaining({
          what: `Fastly can't be used: no connection to Fastly: ${what}`,
          remedy: REMEDY,
        }),
      ]),
    );
  });
});
