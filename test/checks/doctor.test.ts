import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../../src/config/variables.ts';
import { CDN_TEAM, GENERAL, MIRA, NORA, OPS } from '../sandbox/cast.ts';
import { linesOf, manifestWith, problemsIn } from './support/doctor.ts';

describe('doctor, of a right configuration', () => {
  it('finds nothing wrong over Socket Mode, and says what it looked at', async () => {
    const { lines } = await linesOf({
      change: async ({ client }) => {
        await client.invite(OPS.id);
        return { COMMAND_CHANNELS: `${CDN_TEAM.id},${GENERAL.id}`, APPROVALS_CHANNEL: OPS.id };
      },
    });
    expect(problemsIn(lines)).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining([
        '✓ Slack accepts SLACK_BOT_TOKEN for the workspace Example Corp (T0HOME001).',
        '✓ The token has all scopes that every installation needs.',
        '✓ SLACK_APP_TOKEN opens connections: commands come over Socket Mode. None was opened now.',
        '✓ Both Slack tokens are of the same Slack app (A0BOT0001).',
        '✓ COMMAND_CHANNELS: #cdn-team (C0CDNTEAM) is public; the bot is a member.',
        "✓ COMMAND_CHANNELS: #general (C0GENERAL) is public; the bot isn't a member, and can post all the same.",
        '✓ APPROVALS_CHANNEL: #ops-private (C0OPSPRIV) is private; the bot is a member.',
        '– CONFIRMATIONS_CHANNEL is unset: no channel gets a copy of every confirmation.',
        '✓ Bot admins whom Slack knows: Nora Lindqvist (U0NORA001), Tomás Okafor (U0TOMAS01).',
        '✓ Each request needs 1 approval. Besides its requester, 1 bot admin can give it.',
        "✓ This machine's clock agrees with Slack's.",
      ]),
    );
  });

  it('says when the next report is due', async () => {
    const { lines } = await linesOf({
      change: () => ({
        REPORT_SCHEDULE: '0 9 * * 1',
        REPORT_TIMEZONE: 'Asia/Tokyo',
        CONFIRMATIONS_CHANNEL: CDN_TEAM.id,
      }),
    });
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^✓ The next report is due on Monday,? \d+ \w+ \d{4} at 09:00 \(Asia\/Tokyo\), \d{4}-\d\d-\d\d 00:00 UTC\.$/,
      ),
    );
  });

  it('finds nothing wrong over HTTP, and says what only Slack knows', async () => {
    const { lines } = await linesOf({ mode: 'http' });
    expect(problemsIn(lines)).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^– .*https:.*\/slack\/events and lead to 127\.0\.0\.1:0\.$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^– SLACK_SIGNING_SECRET can't be checked from outside\./),
    );
  });

  it('takes members of an organisation for what they are, and knows scopes that are not used', async () => {
    const manifest = await manifestWith('- im:write\n', '- im:write\n      - files:read\n');
    const { lines } = await linesOf({
      options: { organisation: true, manifest },
      change: () => ({ SUPERUSERS: `${NORA.id},${MIRA.id}` }),
    });
    expect(problemsIn(lines)).toEqual([]);
    expect(lines).toContainEqual(expect.stringContaining('(T0HOME001, in the organisation E0EXAMPLE)'));
    expect(lines).toContain("– The token also has scopes that the bot doesn't use: files:read.");
  });

  it('names every variable once, posts nothing in Slack, changes nothing in Fastly and opens no connection', async () => {
    const { sandbox, lines } = await linesOf({});
    const [set = '', unset = ''] = ['Set and in the right form', 'Not set'].map(
      (start) => lines.find((line) => line.includes(start)) ?? '',
    );
    const named = [...`${set} ${unset}`.matchAll(/\b[A-Z]+(?:_[A-Z]+)*\b(?=[,.])/g)].map(([name]) => name);
    expect([set[0], unset[0]]).toEqual(['✓', '–']);
    expect(named.toSorted()).toEqual(VARIABLES.map(({ name }) => name).toSorted());
    const methods = new Set((await sandbox.client.slackCalls()).map(({ method }) => method));
    expect([...methods].sort()).toEqual([
      'api.test',
      'apps.connections.open',
      'auth.test',
      'bots.info',
      'users.info',
    ]);
    expect(await sandbox.client.connections()).toBe(0);
    expect(sandbox.fastly.calls().every(({ method }) => method === 'GET')).toBe(true);
  });

  it('says what Slack did not tell where Slack is too busy', async () => {
    const { lines } = await linesOf({
      change: async ({ client }) => {
        const method = ['users.info', 'conversations.info', 'bots.info', 'apps.connections.open'];
        await client.slackFaults({ rateLimit: { method, retryAfter: 30, times: 9 } });
        return { APPROVALS_CHANNEL: CDN_TEAM.id };
      },
    });
    expect(problemsIn(lines)).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^– APPROVALS_CHANNEL: Slack didn't say whether there is a channel C0CDNTEAM:/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^– SUPERUSERS: U0NORA001: Slack didn't say who that is:/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^– Each request needs 1 approval\. .* 0 bot admins can give it\. Slack didn't tell of 2 more\./,
      ),
    );
  });
});

describe('doctor, of a wrong configuration', () => {
  it('finds all that is wrong in one run', async () => {
    const { lines } = await linesOf({
      change: () => ({
        SLACK_BOT_TOKEN: 'xoxb-wrong',
        SLACK_APP_TOKEN: 'xapp-1-A0BOT0001-wrong',
        FASTLY_API_TOKEN: 'wrong-fastly-token',
        LOG_LEVEL: 'loud',
      }),
    });
    const found = [/^✗ LOG_LEVEL/, /^✗ .*SLACK_BOT_TOKEN/, /^✗ .*SLACK_APP_TOKEN/, /^✗ .*FASTLY_API_TOKEN/];
    expect(problemsIn(lines)).toEqual(found.map((each) => expect.stringMatching(each)));
  });

  it('says in few words that a page came in the place of an answer of Slack', async () => {
    const { lines } = await linesOf({
      change: async ({ client }) => {
        await client.slackFaults({ page: { method: null, times: 9 } });
        return {};
      },
    });
    expect(problemsIn(lines)).toEqual([expect.stringMatching(/^✗ Slack can't be reached at .{1,250}$/)]);
    expect(lines.join('\n')).not.toContain('<html>');
  });
});
