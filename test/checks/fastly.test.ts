import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkFastlyToken } from '../../src/checks/fastly.ts';
import { checkFastlyAccount } from '../../src/checks/fastly-account.ts';
import { checkFastlyWrites } from '../../src/checks/fastly-writes.ts';
import type { Finding } from '../../src/checks/finding.ts';
import { Secret } from '../../src/config/secret.ts';
import { FastlyClient } from '../../src/fastly/client.ts';
import { User } from '../../src/fastly/user.ts';
import { clientFor, startAccount } from '../fastly/start.ts';
import { BOT_ACCOUNT, NORA_USER, THIRD_SUPERUSER, TOMAS_USER } from '../sandbox/fastly/people.ts';
import type { Fastly } from '../sandbox/fastly/server.ts';
import { startProxy } from '../support/http-proxy.ts';
import { newNetwork } from '../support/network.ts';
import { portOf, standIn } from '../support/stand-in.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOLDER = User.parse(BOT_ACCOUNT);

async function tokenFindings(change: (account: Fastly) => unknown = () => {}): Promise<Finding[]> {
  const { account, client } = await startAccount();
  change(account);
  const { findings } = await checkFastlyToken(client, account.url, NOW);
  return findings;
}

/** A bot's health server, as far as it is asked here; the port. */
async function startMetrics(text: string): Promise<number> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/metrics' ? 200 : 404).end(text);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server.address());
}

const marked = (findings: readonly Finding[]) => findings.map(({ mark, what }) => `${mark}: ${what}`);

describe('the check of the Fastly token', () => {
  it('finds that all is well, and who the token belongs to', async () => {
    const { account, client } = await startAccount();
    const { findings, holder } = await checkFastlyToken(client, account.url, NOW);
    expect(marked(findings)).toEqual([
      `fine: Fastly answers at ${account.url}.`,
      'fine: The token belongs to fastly-bot@example.com, a Fastly superuser.',
      "fine: The token's scope is global.",
      'fine: The token never expires.',
    ]);
    expect(holder).toMatchObject({ id: BOT_ACCOUNT.id });
    expect(account.calls().every(({ method }) => method === 'GET')).toBe(true);
    expect(JSON.stringify(findings)).not.toContain(account.token);
  });

  it('finds a token that Fastly refuses, and asks for a new one', async () => {
    const [reached, refused, ...others] = await tokenFindings((account) =>
      account.setFaults({ tokenRefused: true }),
    );
    expect(reached).toMatchObject({ mark: 'fine' });
    expect(refused).toEqual({
      mark: 'wrong',
      what: 'Fastly refuses FASTLY_API_TOKEN (401). It is wrong, has expired or was revoked.',
      remedy: expect.stringContaining('create a token with the scope global'),
    });
    expect(others).toEqual([]);
  });

  it.each([
    [
      'belongs to a user who is no Fastly superuser',
      (account: Fastly) => account.putUsers([{ ...BOT_ACCOUNT, role: 'engineer' }]),
      "wrong: The user of the bot's Fastly token is no Fastly superuser, so the bot can't change users.",
    ],
    [
      'belongs to nobody, as that of an automation',
      (account: Fastly) => account.setFaults({ noCurrentUser: true }),
      "wrong: The bot's Fastly token belongs to no user, so the bot can't change users.",
    ],
    [
      'belongs to a user of whose roles Fastly tells only ids',
      (account: Fastly) => account.putUsers([{ ...BOT_ACCOUNT, role: 'engineer', roles: ['Ab1', 'Cd2'] }]),
      "unknown: The token belongs to fastly-bot@example.com. Fastly doesn't say whether that is a Fastly superuser.",
    ],
    [
      'only reads',
      (account: Fastly) => account.patchToken({ scope: 'global:read' }),
      "wrong: The token's scope is 'global:read', so the bot can't change users.",
    ],
    [
      'only purges',
      (account: Fastly) => account.patchToken({ scope: 'purge_all purge_select' }),
      "wrong: The token's scope is 'purge_all purge_select', so the bot can't change users.",
    ],
    [
      'is limited to services',
      (account: Fastly) => account.patchToken({ services: ['s1', 's2'] }),
      "fine: The token's scope is global. It is limited to some services (2), which makes no difference to users.",
    ],
    [
      'has a scope that Fastly does not tell',
      (account: Fastly) => account.patchToken({ scope: '' }),
      "unknown: Fastly doesn't say which scope the token has.",
    ],
  ])('finds a token that %s', async (_, change, expected) => {
    expect(marked(await tokenFindings(change))).toContain(expected);
  });

  it.each([
    ['2026-03-15T12:00:01Z', 'fine: The token expires on 2026-03-15 at 12:00 UTC (14 days left).'],
    ['2026-03-15T11:59:00Z', 'warning: The token expires on 2026-03-15 at 11:59 UTC (13 days left).'],
    ['2026-03-02T13:00:00Z', 'warning: The token expires on 2026-03-02 at 13:00 UTC (1 day left).'],
    ['2026-03-01T13:00:00Z', 'warning: The token expires on 2026-03-01 at 13:00 UTC (less than a day left).'],
    ['2026-03-01T12:00:00Z', 'wrong: The token expired on 2026-03-01 at 12:00 UTC.'],
  ])('finds when a token expires: %s', async (expires_at, expected) => {
    const fail = { match: 'GET /tokens/self', status: 200, times: 1 };
    const body = JSON.stringify({ id: 't1', user_id: BOT_ACCOUNT.id, scope: 'global', expires_at });
    const findings = await tokenFindings((account) => account.setFaults({ fail: { ...fail, body } }));
    expect(marked(findings)).toContain(expected);
  });

  it('knows no scope and no date where Fastly does not answer about the token itself', async () => {
    const findings = await tokenFindings((account) =>
      account.setFaults({ fail: { match: 'GET /tokens/self', status: 404, body: '{"msg":"x"}', times: 1 } }),
    );
    expect(findings.at(-1)).toEqual({
      mark: 'unknown',
      what: "The token's scope, and when it expires, are not known: Fastly answered 404: x.",
    });
    expect(findings[1]).toMatchObject({ mark: 'fine' });
  });

  it.each([401, 403])(
    'does not take the page of a proxy with status %i for a refused token',
    async (status) => {
      const fail = { match: null, status, body: '<html>Sign in to the network</html>', times: 9 };
      const findings = await tokenFindings((account) => account.setFaults({ fail }));
      expect(findings).toEqual([
        {
          mark: 'wrong',
          what: expect.stringMatching(
            `^A page came back from http://\\S+ with status ${status}, not an answer of Fastly's\\. The token was not checked\\.$`,
          ),
          remedy: 'Check FASTLY_API_URL, the proxy and fastlystatus.com.',
        },
      ]);
    },
  );

  it('finds once that Fastly is away, and nobody behind the token', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ down: true });
    const { findings, holder } = await checkFastlyToken(client, account.url, NOW);
    expect(findings).toMatchObject([
      { mark: 'wrong', what: expect.stringContaining("can't be reached at http") },
    ]);
    expect(holder).toBeNull();
  });

  it('goes through the proxy, and says what is wrong with it', async () => {
    const { account } = await startAccount();
    const proxy = await startProxy({ names: { 'fastly.test': account.url }, login: 'bot:secret' });
    const url = proxy.url.replace('bot:secret@', '');
    const { dispatcher } = newNetwork({ HTTP_PROXY: new Secret(url) });
    const options = { token: new Secret(account.token), baseUrl: 'http://fastly.test', timeout: 5_000 };
    const client = new FastlyClient({ ...options, dispatcher });
    const { findings } = await checkFastlyToken(client, 'http://fastly.test', NOW);
    expect(proxy.tunnels).toContain('fastly.test:80');
    expect(findings).toMatchObject([
      { mark: 'wrong', what: expect.stringContaining('407'), remedy: expect.stringContaining('HTTP_PROXY') },
    ]);
  });

  it('finds an address where something else than Fastly answers', async () => {
    const hello = () => ({ hello: 'world' });
    const { url } = await standIn({ 'GET /current_user': hello, 'GET /tokens/self': hello });
    const { findings } = await checkFastlyToken(clientFor(url), url, NOW);
    expect(findings[1]).toMatchObject({
      mark: 'unknown',
      what: expect.stringContaining("The token's user is not known"),
    });
  });
});

describe('the check of the Fastly account', () => {
  it('counts the unlocked Fastly superusers besides the bot, and says how people sign in', async () => {
    const { client } = await startAccount();
    expect(marked(await checkFastlyAccount(client, HOLDER))).toEqual([
      "fine: The account has 4 unlocked Fastly superusers besides the bot's own user.",
      "fine: The account doesn't require single sign-on.",
      'fine: The account allows password resets.',
      "fine: The bot can list the account's API tokens: 7 API tokens that programs use.",
    ]);
  });

  it('warns where fewer than two are left, with those of whom Fastly does not tell', async () => {
    const { account, client } = await startAccount();
    account.putUsers([
      { ...NORA_USER, locked: true },
      { ...THIRD_SUPERUSER, role: 'user' },
      { ...TOMAS_USER, role: 'user', roles: ['Ab1', 'Cd2'] },
    ]);
    const [superusers] = await checkFastlyAccount(client, HOLDER);
    expect(superusers).toMatchObject({
      mark: 'warning',
      what: expect.stringMatching(/only 1 unlocked Fastly superuser besides .*tell of 2 more/),
    });
  });

  it('says what single sign-on and forbidden resets mean', async () => {
    const { account, client } = await startAccount();
    account.patchAccount({ force_sso: true, can_reset_passwords: false });
    expect(marked(await checkFastlyAccount(client, HOLDER)).slice(1)).toEqual([
      "fine: The account requires single sign-on. A password reset doesn't help people to sign in.",
      "off: The account doesn't allow password resets, so the bot refuses them.",
      "fine: The bot can list the account's API tokens: 7 API tokens that programs use.",
    ]);
  });

  it('says what it could not look at', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ fail: { match: null, status: 403, body: '{"msg":"No"}', times: 9 } });
    expect((await checkFastlyAccount(client, HOLDER)).map(({ mark }) => mark)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
  });
});

describe('the check of the writes that are left', () => {
  const ask = (host: string, port: number) => checkFastlyWrites({ host, port }, newNetwork().dispatcher);

  it.each([
    [
      'fastly_user_bot_fastly_writes_remaining 998',
      'fine: Fastly takes 998 more changes in this hour, by the running bot.',
    ],
    [
      'fastly_user_bot_fastly_writes_remaining{pod="a"} 7',
      'fine: Fastly takes 7 more changes in this hour, by the running bot.',
    ],
    [
      'fastly_user_bot_fastly_writes_remaining 0',
      'warning: Fastly takes no more changes from the bot in this hour.',
    ],
    ['up 1', 'unknown: How many changes Fastly still takes in this hour is not known.'],
  ])('reads %s', async (line, expected) => {
    const port = await startMetrics(
      `# HELP fastly_user_bot_fastly_writes_remaining Left.\n${line}\nother 5\n`,
    );
    expect(marked(await ask('127.0.0.1', port))).toEqual([expected]);
    expect(marked(await ask('0.0.0.0', port))).toEqual([expected]);
  });

  it('does not know it where no bot is running', async () => {
    expect(await ask('127.0.0.1', 1)).toMatchObject([{ mark: 'unknown' }]);
  });
});
