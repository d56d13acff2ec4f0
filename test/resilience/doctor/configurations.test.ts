import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesOf, manifestWith, problemsIn, type Situation } from '../../checks/support/doctor.ts';
import {
  AUDIT_TRAIL,
  BOT,
  CDN_ADMINS,
  CDN_TEAM,
  JONAS,
  NORA,
  OPS,
  PARTNERS,
  PRIYA,
  TOMAS,
} from '../../sandbox/cast.ts';
import { BOT_ACCOUNT } from '../../sandbox/fastly/people.ts';
import { run, SQLITE, temporaryFolder } from '../../store/both-databases.ts';

const NOBODY = 'U0NOBODY1';
const BOTH = `${NORA.id},${TOMAS.id}`;

/** So many further members of the workspace. */
function manyColleagues(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const name = `many${index}`;
    return { ...PRIYA, id: `U0MANY${index}`, name, email: `${name}@example.com` };
  });
}

/** What doctor is to say of a configuration. */
type Case = Situation & {
  name: string;
  /** The Slack app may read user groups. */
  groups?: true;
  /** Every line with ✗ or !, and nothing else, in their order. */
  says: RegExp[];
};

const CASES: Case[] = [
  {
    name: 'events about more members than Slack tells of',
    options: { colleagues: manyColleagues(5_001) },
    change: () => ({ LEAVERS: 'live' }),
    says: [/^! LEAVERS is live, and the workspace has more than 5000 active members: .* → Set LEAVERS=daily/],
  },
  {
    name: 'an app-level token where the bot token belongs',
    change: ({ slack }) => ({ SLACK_BOT_TOKEN: slack.appToken }),
    says: [
      /^✗ SLACK_BOT_TOKEN is an app-level token \(xapp-…\), which belongs in SLACK_APP_TOKEN\. → Set it/,
    ],
  },
  {
    name: 'a channel by its name',
    change: () => ({ APPROVALS_CHANNEL: '#platform' }),
    says: [/^✗ APPROVALS_CHANNEL can't be '#platform' \(a name, not an ID\)\. → A channel ID looks like/],
  },
  {
    name: 'a misspelt kind of change',
    change: () => ({ APPROVAL_REQUIRED_FOR: 'delete,promot' }),
    says: [/^✗ APPROVAL_REQUIRED_FOR can't contain 'promot'\. → Did you mean promote\?/],
  },
  {
    name: 'nobody in SUPERUSERS',
    change: () => ({ SUPERUSERS: '' }),
    says: [/^✗ SUPERUSERS is set but empty, so the bot refuses everybody\. → Set it to the member IDs/],
  },
  {
    name: 'a reminder that comes too late',
    change: () => ({ APPROVAL_TTL: '1h' }),
    says: [
      /^! APPROVAL_REMINDER is 4h and a request expires after 1h .* → Set APPROVAL_REMINDER to less than 1h\.$/,
    ],
  },
  {
    name: 'a lease that is too short',
    change: () => ({ EXECUTION_LEASE: '10s' }),
    says: [/^✗ EXECUTION_LEASE is 10s, .* → Set it to at least 50s/],
  },
  {
    name: 'no way for Slack to deliver',
    change: () => ({ SLACK_APP_TOKEN: undefined }),
    says: [/^✗ SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing\. → Set the first to use Socket Mode/],
  },
  {
    name: 'several wrong tokens and a wrong variable at once',
    change: () => ({
      SLACK_BOT_TOKEN: 'xoxb-wrong',
      SLACK_APP_TOKEN: 'xapp-1-A0BOT0001-wrong',
      FASTLY_API_TOKEN: 'wrong-fastly-token',
      LOG_LEVEL: 'loud',
    }),
    says: [
      /^✗ LOG_LEVEL can't be 'loud'\. →/,
      /^✗ Slack rejected SLACK_BOT_TOKEN \(invalid_auth\)\. → Reinstall the Slack app/,
      /^✗ Slack rejected SLACK_APP_TOKEN \(invalid_auth\)\. → Create a new app-level token/,
      /^✗ Fastly refuses FASTLY_API_TOKEN \(401\)\./,
    ],
  },
  {
    name: 'a bot token that Slack refuses',
    change: () => ({ SLACK_BOT_TOKEN: 'xoxb-wrong' }),
    says: [/^✗ Slack rejected SLACK_BOT_TOKEN \(invalid_auth\)\./],
  },
  {
    name: 'a bot token of an org-wide install',
    options: { organisation: true, orgWide: true },
    says: [/^✗ SLACK_BOT_TOKEN belongs to an org-wide install.* → Install the app in that workspace only\.$/],
  },
  {
    name: 'an app token that Slack refuses',
    change: () => ({ SLACK_APP_TOKEN: 'xapp-1-A0BOT0001-wrong' }),
    says: [/^✗ Slack rejected SLACK_APP_TOKEN \(invalid_auth\)\./],
  },
  {
    name: 'an app token without its scope',
    change: async ({ client }) => {
      const refuse = { method: 'apps.connections.open', error: 'missing_scope', times: 1 };
      await client.slackFaults({ refuse });
      return {};
    },
    says: [/^✗ SLACK_APP_TOKEN lacks the scope connections:write.* → Create a new app-level token/],
  },
  {
    name: 'an app token of another Slack app',
    options: { appTokenOf: 'A0OTHER01' },
    says: [
      /^✗ SLACK_APP_TOKEN is of the Slack app A0OTHER01, SLACK_BOT_TOKEN of A0BOT0001: no command reaches/,
    ],
  },
  {
    name: 'Slack at an address where nothing is',
    change: () => ({ SLACK_API_URL: 'http://127.0.0.1:9/' }),
    says: [/^✗ Slack can't be reached at http:\/\/127\.0\.0\.1:9\/: .* → Check SLACK_API_URL/],
  },
  {
    name: 'a proxy that is not there',
    change: ({ fastly }) => ({
      HTTP_PROXY: 'http://127.0.0.1:9',
      SLACK_API_URL: 'http://slack.test/api/',
      FASTLY_API_URL: fastly.url,
    }),
    says: [/^✗ Slack can't be reached at http:\/\/slack\.test\/api\/: .*proxy.* → .*proxy/i],
  },
  {
    name: 'a channel that Slack does not know',
    change: () => ({ APPROVALS_CHANNEL: 'C0NOWHERE' }),
    says: [
      /^✗ APPROVALS_CHANNEL: Slack shows the bot no channel C0NOWHERE\. .* → Add the bot .* or correct the ID\./,
    ],
  },
  {
    name: 'a private channel without the bot',
    change: () => ({ CONFIRMATIONS_CHANNEL: OPS.id }),
    says: [
      /^✗ CONFIRMATIONS_CHANNEL: Slack shows the bot no channel C0OPSPRIV\. .*private and the bot isn't in it\./,
    ],
  },
  {
    name: 'an archived channel',
    change: async ({ client }) => {
      await client.changeChannel({ channel: AUDIT_TRAIL.id, archived: true });
      return { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id };
    },
    says: [/^! CONFIRMATIONS_CHANNEL: #fastly-audit \(C0AUDIT01\) is archived.* → Unarchive it/],
  },
  {
    name: 'a read-only channel',
    change: async ({ client }) => {
      await client.changeChannel({ channel: CDN_TEAM.id, readOnly: true });
      return { APPROVALS_CHANNEL: CDN_TEAM.id };
    },
    says: [/^! APPROVALS_CHANNEL: #cdn-team \(C0CDNTEAM\) is read-only.* → Let the bot post/],
  },
  {
    name: 'a channel whose id has changed',
    change: async ({ client }) => {
      await client.changeChannel({ channel: CDN_TEAM.id, newId: 'C0CDNNEW1' });
      return { COMMAND_CHANNELS: CDN_TEAM.id };
    },
    says: [
      /^! COMMAND_CHANNELS: #cdn-team \(C0CDNTEAM\) has the ID C0CDNNEW1 now\. → Put C0CDNNEW1 in place of C0CDNTEAM\.$/,
    ],
  },
  {
    name: 'an approvals channel that another company reads',
    change: () => ({ APPROVALS_CHANNEL: PARTNERS.id }),
    says: [/^✗ APPROVALS_CHANNEL: #partners \(C0PARTNER\) is shared.* refuses to post requests there\. →/],
  },
  {
    name: 'a confirmations channel that another company reads',
    change: () => ({ CONFIRMATIONS_CHANNEL: PARTNERS.id }),
    says: [
      /^! CONFIRMATIONS_CHANNEL: #partners \(C0PARTNER\) is shared.* posts no confirmations and no reports there\. →/,
    ],
  },
  {
    name: 'somebody in SUPERUSERS whom Slack does not know',
    change: () => ({ SUPERUSERS: `${BOTH},${NOBODY}` }),
    says: [
      /^✗ SUPERUSERS: U0NOBODY1: Slack knows no such member\. → Correct the ID\. A member ID looks like/,
    ],
  },
  {
    name: 'somebody in SUPERUSERS who has left, so that too few can approve',
    change: async ({ client }) => {
      await client.changeMember(TOMAS.id, 'deactivated');
      return {};
    },
    says: [
      /^! SUPERUSERS: U0TOMAS01 is deactivated in Slack\. → Remove/,
      /^✗ Each request needs 1 approval\. Besides its requester, 0 bot admins can give it, so nothing .* → Add/,
    ],
  },
  {
    name: 'a guest in SUPERUSERS',
    change: async ({ client }) => {
      await client.changeMember(PRIYA.id, 'guest');
      return { SUPERUSERS: `${BOTH},${PRIYA.id}` };
    },
    says: [/^! SUPERUSERS: U0PRIYA01 is a guest of the workspace/],
  },
  {
    name: 'a bot in SUPERUSERS',
    change: () => ({ SUPERUSERS: `${BOTH},${BOT.userId}` }),
    says: [/^✗ SUPERUSERS: U0BOT0001 is a bot, not a person\. → Remove/],
  },
  {
    name: 'a member of another company in SUPERUSERS',
    change: () => ({ SUPERUSERS: `${BOTH},${JONAS.id}` }),
    says: [/^✗ SUPERUSERS: U0JONAS01 isn't a member of the bot's workspace, so the bot refuses them\. →/],
  },
  {
    name: 'more approvals needed than people are left',
    change: () => ({ APPROVALS_REQUIRED: '2' }),
    says: [
      /^✗ SUPERUSERS is too short: each request needs 2 approvals and has 1 possible approver\. → To fix this/,
    ],
  },
  {
    name: 'a user group in SUPERUSERS that the app may not read',
    change: () => ({ SUPERUSERS: `${BOTH},${CDN_ADMINS.id}` }),
    says: [
      /^✗ SUPERUSERS: the Slack app may not read user groups, .* S0CDNADMN\. → Update the Slack app .* --groups/,
    ],
  },
  {
    name: 'a user group in SUPERUSERS that is disabled, so that too few can approve',
    groups: true,
    change: async ({ client }) => {
      await client.changeGroup({ group: CDN_ADMINS.id, disabled: true });
      return { SUPERUSERS: `${NORA.id},${CDN_ADMINS.id}` };
    },
    says: [
      /^✗ SUPERUSERS: Slack has no active user group S0CDNADMN, .* → Enable the group in Slack, or correct/,
      /^✗ Each request needs 1 approval\. Besides its requester, 0 bot admins can give it, so nothing .* → Add/,
    ],
  },
  {
    name: 'a user group in SUPERUSERS that Slack does not know',
    groups: true,
    change: () => ({ SUPERUSERS: `${BOTH},S0UNKNOWN` }),
    says: [/^✗ SUPERUSERS: Slack has no active user group S0UNKNOWN, so nobody gets access through it\. →/],
  },
  {
    name: 'a user group in SUPERUSERS of a workspace whose plan has none',
    groups: true,
    change: async ({ client }) => {
      await client.changeGroup({ group: CDN_ADMINS.id, plan: false });
      return { SUPERUSERS: `${BOTH},${CDN_ADMINS.id}` };
    },
    says: [
      /^✗ SUPERUSERS: the plan of this Slack workspace has no user groups, .* → List member IDs instead\./,
    ],
  },
  {
    name: 'an empty user group in SUPERUSERS, so that too few can approve',
    groups: true,
    change: async ({ client }) => {
      await client.changeGroup({ group: CDN_ADMINS.id, members: [] });
      return { SUPERUSERS: `${NORA.id},${CDN_ADMINS.id}` };
    },
    says: [/^✗ Each request needs 1 approval\. Besides its requester, 0 bot admins can give it, so nothing/],
  },
  {
    name: 'a clock that is ten minutes off, over HTTP',
    mode: 'http',
    change: async ({ client }) => {
      await client.advanceClock(600_000);
      return {};
    },
    says: [
      /^✗ This machine's clock is 10 minutes behind Slack's, so the bot refuses every command.* → Correct the clock/,
    ],
  },
  {
    name: 'a clock that is ten minutes off, over Socket Mode',
    change: async ({ client }) => {
      await client.advanceClock(600_000);
      return {};
    },
    says: [/^! This machine's clock is 10 minutes behind Slack's\. → Correct the clock/],
  },
  {
    name: 'a Fastly token that is refused',
    change: async ({ client }) => {
      await client.fastlyFaults({ tokenRefused: true });
      return {};
    },
    says: [/^✗ Fastly refuses FASTLY_API_TOKEN \(401\)\. .* → .*create a token with the scope global/],
  },
  {
    name: 'a Fastly token that may only read',
    change: ({ fastly }) => {
      fastly.patchToken({ scope: 'global:read' });
      return {};
    },
    says: [/^✗ The token's scope is 'global:read', so the bot can't change users\. →/],
  },
  {
    name: 'a Fastly token that is about to expire',
    change: ({ fastly }) => {
      fastly.patchToken({ expires_at: new Date(Date.now() + 3.5 * 86_400_000).toISOString() });
      return {};
    },
    says: [/^! The token expires on .* \(3 days left\)\. →/],
  },
  {
    name: 'a Fastly token of a user who is no Fastly superuser',
    change: ({ fastly }) => {
      fastly.putUsers([{ ...BOT_ACCOUNT, role: 'engineer' }]);
      return {};
    },
    says: [/^✗ The user of the bot's Fastly token is no Fastly superuser/],
  },
  {
    name: 'a Fastly token of no user',
    change: async ({ client }) => {
      await client.fastlyFaults({ noCurrentUser: true });
      return {};
    },
    says: [/^✗ The bot's Fastly token belongs to no user/],
  },
  {
    name: 'Fastly at an address where nothing is',
    change: () => ({ FASTLY_API_URL: 'http://127.0.0.1:9' }),
    says: [/^✗ Fastly can't be reached at http:\/\/127\.0\.0\.1:9: .* → Check FASTLY_API_URL/],
  },
  {
    name: 'a database in a place that is no folder',
    change: async () => {
      const file = join(await temporaryFolder(), 'file');
      await writeFile(file, '');
      return { DATABASE_URL: `file:${file}/bot.db` };
    },
    says: [/^✗ .*file.* →/],
  },
  {
    name: 'a file that is no database',
    change: async () => {
      const file = join(await temporaryFolder(), 'bot.db');
      await writeFile(
        file,
        'some notes that are long enough to be read as a header of a database'.repeat(20),
        {
          mode: 0o600,
        },
      );
      return { DATABASE_URL: `file:${file}` };
    },
    says: [/^✗ .*database.* →/],
  },
  {
    name: 'a database of a newer version',
    change: async () => {
      const { store, url } = await SQLITE.open();
      await run(
        store,
        "insert into kysely_migration values ('999-later', '2030-01-01T00:00:00Z')",
        'update compatibility set readable_from = 999',
      );
      return { DATABASE_URL: url };
    },
    says: [/^✗ The database is newer than this version of the bot: it has 999-later\. →/],
  },
  {
    name: 'an audit log that was changed',
    change: async () => {
      const { store, url } = await SQLITE.open();
      const entry = { actor: null, change: 'reset', event: 'begun', target: 'x', details: {} };
      for (let times = 0; times < 2; times += 1) await store.transaction((each) => each.audit(entry));
      await run(
        store,
        'drop trigger audit_log_no_update',
        "update audit_log set target = 'somebody else' where seq = 1",
      );
      return { DATABASE_URL: url };
    },
    says: [/^✗ The audit log is broken: entry 1.* → Run `npm run audit -- verify`/],
  },
  {
    name: 'PostgreSQL where nothing is',
    change: () => ({ DATABASE_URL: 'postgres://bot:hidden-word@127.0.0.1:9/bot' }),
    says: [/^✗ (?!.*hidden-word).*127\.0\.0\.1:9.* →/],
  },
];

/** A sandbox whose Slack app may read user groups. */
async function readingGroups(): Promise<{ manifest: string }> {
  const scope = '      - users:read\n';
  return { manifest: await manifestWith(scope, `${scope}      - usergroups:read\n`) };
}

describe('doctor, of a configuration that is wrong', () => {
  it.each(CASES)('tells of $name', async ({ says, groups, ...situation }) => {
    const { lines } = await linesOf(groups ? { ...situation, options: await readingGroups() } : situation);
    const problems = problemsIn(lines);
    expect(problems).toEqual(says.map((pattern) => expect.stringMatching(pattern)));
  });

  it.each(['chat:write.public', 'groups:read', 'users:read.email'])(
    'tells of the missing scope %s',
    async (scope) => {
      const { lines } = await linesOf({
        options: { manifest: await manifestWith(`      - ${scope}\n`, '') },
      });
      const problems = problemsIn(lines);
      expect(problems).toEqual([
        expect.stringMatching(`^✗ The token lacks the scope ${scope}: .* → Update the Slack app`),
      ]);
    },
  );

  it('counts the members of a user group that is right', async () => {
    const { lines } = await linesOf({
      options: await readingGroups(),
      change: () => ({ SUPERUSERS: `${BOTH},${CDN_ADMINS.id}` }),
    });
    expect(problemsIn(lines)).toEqual([]);
    expect(lines).toContain('✓ SUPERUSERS: the user group S0CDNADMN has 1 member.');
    expect(lines).toContain(
      '✓ Each request needs 1 approval. Besides its requester, 2 bot admins can give it.',
    );
  });

  it.each([
    ['off', [], '– LEAVERS is off: nobody is told of people who left Slack.'],
    [
      'live',
      [],
      "✓ LEAVERS is live: the workspace has 3 active members. Slack doesn't say whether the app was updated from the manifest with --leavers, without which it sends no events.",
    ],
    ['daily', manyColleagues(5_001), '✓ LEAVERS is daily: the workspace has more than 5000 active members.'],
  ])('has no objection to LEAVERS=%s', async (LEAVERS, colleagues, line) => {
    const { lines } = await linesOf({ options: { colleagues }, change: () => ({ LEAVERS }) });
    expect(problemsIn(lines)).toEqual([]);
    expect(lines).toContain(line);
  });

  it('tells each of them apart', async () => {
    const patterns = CASES.map(({ says }) => says.map(String).join(' '));
    expect(new Set(patterns).size).toBeGreaterThan(25);
  });
});
