import { describe, expect, it } from 'vitest';
import { checkVariables, readConfig } from '../../src/config/config.ts';
import { problemText } from '../../src/config/problem.ts';
import { commentsInDotenv, unknownVariables } from '../../src/config/unknown-variables.ts';
import { VARIABLES } from '../../src/config/variables.ts';
import { errorOf, problemsOf, SOCKET, WITHOUT_DELIVERY, warningsOf } from './checking.ts';

describe('what is wrong', () => {
  it('is told all at once, in the order of the documentation', () => {
    const { problems, hint } = errorOf({
      SLACK_BOT_TOKEN: 'xoxp-wrong',
      SLACK_APP_TOKEN: 'wrong',
      SLACK_API_URL: 'ftp://example.com',
      SUPERUSERS: 'U0NORA001,nora,@tomas',
      COMMAND_CHANNELS: '#general',
      CONFIRMATIONS_CHANNEL: 'general',
      FASTLY_API_URL: 'fastly',
      FASTLY_TIMEOUT: 'soon',
      PORT: '70000',
      HEALTH_PORT: 'x',
      LOG_LEVEL: 'loud',
      LOG_FORMAT: 'xml',
    });
    expect(problems.map(({ name }) => name)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'SUPERUSERS',
      'FASTLY_API_TOKEN',
      'COMMAND_CHANNELS',
      'CONFIRMATIONS_CHANNEL',
      'SLACK_API_URL',
      'FASTLY_API_URL',
      'FASTLY_TIMEOUT',
      'PORT',
      'HEALTH_PORT',
      'LOG_LEVEL',
      'LOG_FORMAT',
    ]);
    for (const { name, what, remedy } of problems) {
      expect(what.startsWith(`${name} `)).toBe(true);
      expect(what).not.toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
    expect(hint).toBeNull();
  });

  it('says what a variable that is missing is for', () => {
    const { SUPERUSERS: _nobody, ...others } = SOCKET;
    const purpose = VARIABLES.find(({ name }) => name === 'SUPERUSERS')?.purpose;
    expect(problemsOf(others)).toEqual([`SUPERUSERS is missing. ${purpose}`]);
  });

  it('is told together with what does not fit together', () => {
    const { problems } = errorOf({
      ...SOCKET,
      EXECUTION_LEASE: '20s',
      APPROVALS_REQUIRED: '2',
      PORT: 'x',
    });
    expect(problems.map(({ name }) => name)).toEqual(['PORT', 'SUPERUSERS', 'EXECUTION_LEASE']);
  });

  it('names the values of a choice, and the one that was most likely meant', () => {
    const LEVELS = 'Set it to fatal, error, warn, info, debug or trace.';
    const wrong = { LOG_LEVEL: 'loud', LOG_FORMAT: 'pretyt' };
    expect(problemsOf({ ...SOCKET, ...wrong })).toEqual([
      `LOG_LEVEL can't be 'loud'. ${LEVELS}`,
      "LOG_FORMAT can't be 'pretyt'. Did you mean pretty? Set it to json or pretty.",
    ]);
    for (const LOG_LEVEL of ['INFO', 'inof', 'imfo']) {
      expect(problemsOf({ ...SOCKET, LOG_LEVEL })).toEqual([
        `LOG_LEVEL can't be '${LOG_LEVEL}'. Did you mean info? ${LEVELS}`,
      ]);
    }
  });

  it.each([
    ['#platform', '(a name, not an ID)', null],
    ['U0NORA001', "(a member's ID)", null],
    ['T0123ABCD', "(a workspace's ID)", null],
    ['c0123abcd', '(an ID has capital letters)', 'C0123ABCD'],
    ['<#C0123ABCD|platform>', '(a mention, not an ID)', 'C0123ABCD'],
    ['https://acme.slack.com/archives/C0123ABCD', '(a link, not an ID)', 'C0123ABCD'],
  ])('says of a channel %s what it is, and how to find an ID', (APPROVALS_CHANNEL, what, meant) => {
    const hint =
      "A channel ID looks like C0123ABCD. To find it, click the channel's name in Slack. The ID is at the end of About.";
    expect(problemsOf({ ...SOCKET, APPROVALS_CHANNEL })).toEqual([
      `APPROVALS_CHANNEL can't be '${APPROVALS_CHANNEL}' ${what}. ${meant ? `Did you mean ${meant}? ` : ''}${hint}`,
    ]);
  });

  it('names every entry of a list that is wrong, and how to find an ID', () => {
    const SUPERUSERS = 'U0NORA001,nora,tomas@example.com,C0ADMINS1,<@U0PRIYA01>';
    expect(problemsOf({ ...SOCKET, SUPERUSERS })).toEqual([
      "SUPERUSERS can't contain 'nora' (a name, not an ID), 'tomas@example.com' (an email address, not an ID), 'C0ADMINS1' (a channel's ID) or '<@U0PRIYA01>' (a mention, not an ID). Did you mean U0PRIYA01? A member ID looks like U0123ABCD. To find it, open the member's profile in Slack and choose ⋮, then 'Copy member ID'. A user group's ID looks like S0123ABCD. To find it, open the group in Slack under People and choose ⋮, then 'Copy group ID'.",
    ]);
  });

  it('can be the quotes around a value', () => {
    expect(problemsOf({ ...SOCKET, FASTLY_API_TOKEN: '"hush"', LOG_LEVEL: "'info'" })).toEqual([
      'FASTLY_API_TOKEN has quotes around it. Remove the quotes.',
      'LOG_LEVEL has quotes around it. Remove the quotes.',
    ]);
  });

  it('can be one port for both servers', () => {
    const http = { ...WITHOUT_DELIVERY, SLACK_SIGNING_SECRET: 'sign-secret', PORT: '3001' };
    expect(problemsOf(http)).toEqual([
      'HEALTH_PORT and PORT are both 3001. Set one of them to another port.',
    ]);
    expect(() => readConfig({ ...http, PORT: '0', HEALTH_PORT: '0' })).not.toThrow();
    expect(() => readConfig({ ...SOCKET, PORT: '3001' })).not.toThrow();
  });

  it('is, with nothing set at all, answered with the way to the sandbox', () => {
    expect(errorOf({}).hint).toContain('npm run sandbox');
    expect(errorOf({ PATH: '/bin', SUPERUSERS: '' }).hint).toContain('npm run sandbox');
    expect(errorOf({ SUPERUSERS: 'U0NORA001' }).hint).toBeNull();
  });

  it('never quotes a secret', () => {
    const { message, problems } = errorOf({
      SLACK_BOT_TOKEN: 'xoxp-hush-1',
      SLACK_APP_TOKEN: 'hush-2',
      SLACK_SIGNING_SECRET: 'hush 3',
      FASTLY_API_TOKEN: 'hush 4',
    });
    expect(problems).toHaveLength(5);
    expect(message + JSON.stringify(problems)).not.toContain('hush');
  });

  it('never quotes a secret that was put into the wrong variable', () => {
    const secrets = ['xoxb-hush', 'xapp-1-hush', 'hush5678901234567890123456789012', 'x://a:hush@b'];
    for (const secret of secrets) {
      const wrong = {
        ...Object.fromEntries(VARIABLES.filter((about) => !about.secret).map(({ name }) => [name, secret])),
        ...SOCKET,
        SUPERUSERS: secret,
      };
      const { message, problems } = errorOf(wrong);
      expect(problems.length).toBeGreaterThan(12);
      expect(message + JSON.stringify(problems)).not.toContain('hush');
    }
  });
});

describe('a token', () => {
  const BOT =
    "Set it to the Bot User OAuth Token (xoxb-…). Copy it from 'OAuth & Permissions' in the Slack app.";
  const APP = "Set it to an app-level token (xapp-…). Create one under 'Basic Information' in the Slack app.";
  const SIGNING = "Copy the signing secret from 'Basic Information' in the Slack app.";
  const FASTLY = 'Set it to a user token that was made in Fastly.';
  const HEX = '0123456789abcdef0123456789abcdef';

  it.each([
    ['SLACK_BOT_TOKEN', 'xapp-1', 'is an app-level token (xapp-…), which belongs in SLACK_APP_TOKEN', BOT],
    ['SLACK_BOT_TOKEN', 'xoxp-1', "is a member's token (xoxp-…)", BOT],
    ['SLACK_BOT_TOKEN', 'xoxe.xoxb-1', "is a token that expires (xoxe…), and the bot can't renew it", BOT],
    ['SLACK_BOT_TOKEN', 'xoxc-1', 'is a Slack token of another kind', BOT],
    [
      'SLACK_BOT_TOKEN',
      HEX,
      "looks like the app's signing secret, which belongs in SLACK_SIGNING_SECRET",
      BOT,
    ],
    ['SLACK_BOT_TOKEN', 'b', "doesn't start with xoxb-", BOT],
    ['SLACK_BOT_TOKEN', 'xoxb-', 'has nothing after xoxb-', BOT],
    ['SLACK_BOT_TOKEN', 'xoxb-…', 'contains a character that no token has', BOT],
    ['SLACK_APP_TOKEN', 'xoxb-1', 'is a bot token (xoxb-…), which belongs in SLACK_BOT_TOKEN', APP],
    [
      'SLACK_APP_TOKEN',
      HEX,
      "looks like the app's signing secret, which belongs in SLACK_SIGNING_SECRET",
      APP,
    ],
    [
      'SLACK_SIGNING_SECRET',
      'xapp-1',
      'is an app-level token (xapp-…), which belongs in SLACK_APP_TOKEN',
      SIGNING,
    ],
    ['FASTLY_API_TOKEN', 'xoxb-1', 'is a bot token (xoxb-…), which belongs in SLACK_BOT_TOKEN', FASTLY],
    ['FASTLY_API_TOKEN', 'a b', 'must not contain spaces', FASTLY],
    ['FASTLY_API_TOKEN', 'tökén', 'contains a character that no token has', FASTLY],
  ])('in %s that is %s is told by what it is', (name, value, what, remedy) => {
    expect(problemsOf({ ...SOCKET, [name]: value })).toEqual([`${name} ${what}. ${remedy}`]);
  });
});

describe('a warning', () => {
  it('is given for nothing where all is as usual', () => {
    expect(warningsOf(SOCKET)).toEqual([]);
  });

  it('says that nobody may use the bot', () => {
    expect(warningsOf({ ...SOCKET, SUPERUSERS: '' })).toEqual([
      'SUPERUSERS is set but empty, so the bot refuses everybody. Set it to the member IDs of the bot admins, comma-separated.',
    ]);
  });

  it.each(['24h', '7d'])('says that a reminder after %s never comes', (APPROVAL_REMINDER) => {
    expect(warningsOf({ ...SOCKET, APPROVAL_REMINDER, APPROVAL_TTL: '24h' })).toEqual([
      `APPROVAL_REMINDER is ${APPROVAL_REMINDER === '24h' ? '1d' : '7d'} and a request expires after 1d (APPROVAL_TTL), so nobody is ever reminded. Set APPROVAL_REMINDER to less than 1d.`,
    ]);
    expect(warningsOf({ ...SOCKET, APPROVAL_REMINDER, APPROVAL_TTL: '8d' })).toEqual([]);
    expect(warningsOf({ ...SOCKET, APPROVAL_REMINDER, APPROVAL_REQUIRED_FOR: 'none' })).toEqual([
      expect.stringContaining('deletions need no approval'),
    ]);
  });

  it('comes also where something is wrong', () => {
    const { config, values, problems, warnings } = checkVariables({ ...SOCKET, SUPERUSERS: '', PORT: 'x' });
    expect(config).toBeNull();
    expect(values).toMatchObject({ SUPERUSERS: [], HEALTH_PORT: 3001 });
    expect(values).not.toHaveProperty('PORT');
    expect(problems.map(({ name }) => name)).toEqual(['PORT']);
    expect(warnings.map(({ name }) => name)).toEqual(['SUPERUSERS']);
  });
});

describe('a name in .env', () => {
  const textsOf = (names: readonly string[]) => unknownVariables(names).map(problemText);

  it.each([
    ['SUPERUSER', 'Did you mean SUPERUSERS?'],
    ['APPROVALS_TTL', 'Did you mean APPROVAL_TTL?'],
    ['FASTLY_API_TOKEN_FIL', 'Did you mean FASTLY_API_TOKEN_FILE?'],
    ['superusers', 'Did you mean SUPERUSERS?'],
    ['SUPERUSERS_FILE', 'Remove it.'],
    ['HOME', 'Remove it.'],
  ])('that is no variable gets a warning: %s', (name, remedy) => {
    expect(textsOf([name])).toEqual([`.env sets ${name}, which is no variable of the bot. ${remedy}`]);
  });

  it('that the bot or another program reads gets none', () => {
    const own = VARIABLES.map(({ name }) => name);
    const others = ['FASTLY_API_TOKEN_FILE', 'NODE_ENV', 'https_proxy', 'PGSSLMODE', 'TZ'];
    expect(textsOf([...own, ...others])).toEqual([]);
  });

  it('gets a warning where its value is taken for a comment', () => {
    const dotenv = '# PORT=#1\nAPPROVALS_CHANNEL=#approvals\nPORT=3000 # or 1\nHOST=\nLOG_LEVEL="#"\n';
    expect(commentsInDotenv(dotenv).map(problemText)).toEqual([
      '.env sets APPROVALS_CHANNEL to nothing, because # starts a comment. Put the value in quotes. Channels are set by their IDs, not by their names.',
    ]);
  });
});
