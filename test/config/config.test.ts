import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfig, readLogSettings } from '../../src/config/config.ts';
import { errorOf, fileWith, problemsOf, SOCKET, WITHOUT_DELIVERY } from './checking.ts';

describe('a configuration', () => {
  it('needs few variables and has defaults for the others', () => {
    expect(readConfig(SOCKET)).toMatchObject({
      SLACK_API_URL: 'https://slack.com/api/',
      SUPERUSERS: ['U0NORA001', 'U0TOMAS01'],
      COMMAND_CHANNELS: [],
      DISABLED_COMMANDS: [],
      FASTLY_API_URL: 'https://api.fastly.com',
      FASTLY_TIMEOUT: 10_000,
      APPROVAL_REQUIRED_FOR: ['delete', 'promote', 'demote', 'revoke', 'lock-several'],
      APPROVALS_REQUIRED: 1,
      ALLOW_SELF_APPROVAL: false,
      APPROVAL_TTL: 86_400_000,
      APPROVAL_REMINDER: 14_400_000,
      EXECUTION_LEASE: 60_000,
      DATABASE_URL: { kind: 'sqlite', path: './data/bot.db' },
      HOST: '0.0.0.0',
      PORT: 3000,
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: 3001,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
    });
  });

  it('switches subcommands off by name, and says which it does not know', () => {
    const { DISABLED_COMMANDS } = readConfig({ ...SOCKET, DISABLED_COMMANDS: 'delete, password' });
    expect(DISABLED_COMMANDS).toEqual(['delete', 'password']);
    expect(problemsOf({ ...SOCKET, DISABLED_COMMANDS: 'delete,delte,help' })).toEqual([
      "DISABLED_COMMANDS can't contain 'delte' or 'help'. Did you mean delete? The subcommands that can be turned off are get, list, create, invite, invitations, update, lock, unlock, reset, delete, tokens, revoke, password, approvals, audit, report, whoami.",
    ]);
  });

  it('takes lists with commas and spaces', () => {
    const { SUPERUSERS, COMMAND_CHANNELS } = readConfig({
      ...SOCKET,
      SUPERUSERS: ' U0NORA001, W0TOMAS01,,U0PRIYA01 ',
      COMMAND_CHANNELS: 'C0GENERAL',
    });
    expect(SUPERUSERS).toEqual(['U0NORA001', 'W0TOMAS01', 'U0PRIYA01']);
    expect(COMMAND_CHANNELS).toEqual(['C0GENERAL']);
  });

  it.each(['', '  ', ','])('means by SUPERUSERS set to %j that nobody may do anything', (SUPERUSERS) => {
    expect(readConfig({ ...SOCKET, SUPERUSERS }).SUPERUSERS).toEqual([]);
  });

  it('does not take SUPERUSERS left out for nobody', () => {
    expect(problemsOf({ ...SOCKET, SUPERUSERS: undefined })).toEqual([
      expect.stringMatching(/^SUPERUSERS is missing/),
    ]);
  });

  it('takes anything else that is set but empty for not set', () => {
    expect(readConfig({ ...SOCKET, PORT: '', LOG_LEVEL: ' ' })).toMatchObject({
      PORT: 3000,
      LOG_LEVEL: 'info',
    });
    expect(problemsOf({ ...SOCKET, FASTLY_API_TOKEN: ' ' })).toEqual([
      expect.stringMatching(/^FASTLY_API_TOKEN is missing/),
    ]);
  });

  it('ends the address of Slack with a slash', () => {
    const { SLACK_API_URL } = readConfig({ ...SOCKET, SLACK_API_URL: 'http://127.0.0.1:9/api' });
    expect(SLACK_API_URL).toBe('http://127.0.0.1:9/api/');
  });
});

describe('a proxy', () => {
  const PROXY = 'http://nora:s%40fe@proxy.example.com:3128';

  it('is read from the name in either case, the lower first', () => {
    const upper = readConfig({ ...SOCKET, HTTPS_PROXY: PROXY, NO_PROXY: 'example.com' });
    expect(upper.HTTPS_PROXY?.reveal()).toBe(PROXY);
    expect(upper).toMatchObject({ HTTP_PROXY: undefined, NO_PROXY: 'example.com' });
    const both = readConfig({ ...SOCKET, http_proxy: PROXY, HTTP_PROXY: 'http://other.test', no_proxy: '*' });
    expect(both.HTTP_PROXY?.reveal()).toBe(PROXY);
    expect(both.NO_PROXY).toBe('*');
    const empty = readConfig({ ...SOCKET, https_proxy: '', HTTPS_PROXY: PROXY });
    expect(empty.HTTPS_PROXY?.reveal()).toBe(PROXY);
  });

  it('may leave out the scheme, and may be in a file', () => {
    const { HTTPS_PROXY } = readConfig({ ...SOCKET, HTTPS_PROXY: 'proxy.example.com:3128' });
    expect(HTTPS_PROXY?.reveal()).toBe('http://proxy.example.com:3128');
    const inFile = readConfig({ ...SOCKET, HTTPS_PROXY_FILE: fileWith(PROXY) });
    expect(inFile.HTTPS_PROXY?.reveal()).toBe(PROXY);
  });

  it.each([
    'socks5://nora:s3cret@proxy.example.com',
    'http://nora:s3cret@',
    'http://nora:%s3cret@proxy.example.com',
    'http://nora:s3cret/@proxy.example.com',
    'http://nora:s3cret@proxy.example.com/path',
    'http://nora:s3cret@proxy.example.com:99999',
  ])('that is none is a problem of its variable, which prints no password: %s', (HTTPS_PROXY) => {
    const problems = problemsOf({ ...SOCKET, HTTPS_PROXY });
    expect(problems).toEqual([
      expect.stringMatching(/^HTTPS_PROXY is not the address of an HTTP proxy\. Set it to one such as http:/),
    ]);
    expect(problems.join()).not.toContain('s3cret');
  });

  it('counts as no variable of the bot where nothing else is set', () => {
    expect(errorOf({ HTTPS_PROXY: PROXY }).hint).toContain('No variables are set.');
  });
});

describe('a time', () => {
  it.each([
    ['1ms', 1],
    ['500ms', 500],
    ['10s', 10_000],
    ['2m', 120_000],
    ['4h', 14_400_000],
    ['7d', 604_800_000],
  ])('can be %s', (APPROVAL_REMINDER, milliseconds) => {
    expect(readConfig({ ...SOCKET, APPROVAL_REMINDER }).APPROVAL_REMINDER).toBe(milliseconds);
  });

  const HINT = 'Set it to a duration such as 500ms, 10s, 5m, 4h or 7d, from 1ms to 24d.';

  it.each(['0s', '-1s', '1.5s', '1w', 's', '1s2m', '25d', '999999999h'])('cannot be %s', (FASTLY_TIMEOUT) => {
    expect(problemsOf({ ...SOCKET, FASTLY_TIMEOUT })).toEqual([
      `FASTLY_TIMEOUT can't be '${FASTLY_TIMEOUT}'. ${HINT}`,
    ]);
  });

  it('written as a number alone gets no suggestion, as its unit could be any', () => {
    expect(problemsOf({ ...SOCKET, APPROVAL_TTL: '24' })).toEqual([`APPROVAL_TTL can't be '24'. ${HINT}`]);
  });

  it.each(['10 s', '10S'])('written as %s gets a suggestion', (FASTLY_TIMEOUT) => {
    expect(problemsOf({ ...SOCKET, FASTLY_TIMEOUT })).toEqual([
      `FASTLY_TIMEOUT can't be '${FASTLY_TIMEOUT}'. Did you mean 10s? ${HINT}`,
    ]);
  });
});

describe('approvals', () => {
  const ALONE =
    'SUPERUSERS has one member, so nobody could approve their requests. To fix this, add 1 more, set ALLOW_SELF_APPROVAL=true, or set APPROVAL_REQUIRED_FOR=none.';

  it.each([
    { variables: { SUPERUSERS: 'U0NORA001' }, problem: ALONE },
    { variables: { SUPERUSERS: 'U0NORA001,U0NORA001' }, problem: ALONE },
    {
      variables: { APPROVALS_REQUIRED: '2' },
      problem:
        'SUPERUSERS is too short: each request needs 2 approvals and has 1 possible approver. To fix this, add 1 more, lower APPROVALS_REQUIRED, set ALLOW_SELF_APPROVAL=true, or set APPROVAL_REQUIRED_FOR=none.',
    },
    {
      variables: { APPROVALS_REQUIRED: '3', ALLOW_SELF_APPROVAL: 'true' },
      problem:
        'SUPERUSERS is too short: each request needs 3 approvals and has 2 possible approvers. To fix this, add 1 more, lower APPROVALS_REQUIRED, or set APPROVAL_REQUIRED_FOR=none.',
    },
  ])('that nobody could give are refused, with the ways out: $variables', ({ variables, problem }) => {
    expect(problemsOf({ ...SOCKET, ...variables })).toEqual([problem]);
  });

  it.each([
    { SUPERUSERS: 'U0NORA001', APPROVAL_REQUIRED_FOR: 'none' },
    { SUPERUSERS: 'U0NORA001', ALLOW_SELF_APPROVAL: 'true' },
    { SUPERUSERS: '' },
  ])('are not missed where none are needed, or one gives them oneself: %j', (variables) => {
    expect(() => readConfig({ ...SOCKET, ...variables })).not.toThrow();
  });

  it('are not switched off by a variable that is only empty', () => {
    const { APPROVAL_REQUIRED_FOR } = readConfig({ ...SOCKET, APPROVAL_REQUIRED_FOR: '' });
    expect(APPROVAL_REQUIRED_FOR).toContain('delete');
  });

  it('are for things that exist', () => {
    expect(problemsOf({ ...SOCKET, APPROVAL_REQUIRED_FOR: 'delete,get' })).toEqual([
      "APPROVAL_REQUIRED_FOR can't contain 'get'. Set it to one or more of delete, promote, demote, revoke and lock-several, comma-separated, or to none alone.",
    ]);
    expect(problemsOf({ ...SOCKET, APPROVAL_REQUIRED_FOR: 'detele,Promote' })).toEqual([
      expect.stringContaining('Did you mean delete, promote?'),
    ]);
  });

  it.each([
    ['true', true],
    ['YES', true],
    ['on', true],
    ['false', false],
    ['no', false],
    ['Off', false],
  ])('may be given by requesters themselves: %s', (ALLOW_SELF_APPROVAL, allowed) => {
    expect(readConfig({ ...SOCKET, ALLOW_SELF_APPROVAL }).ALLOW_SELF_APPROVAL).toBe(allowed);
  });

  it.each(['1', 'maybe'])('are not given by requesters themselves where that is set to %s', (value) => {
    expect(problemsOf({ ...SOCKET, ALLOW_SELF_APPROVAL: value })).toEqual([
      `ALLOW_SELF_APPROVAL can't be '${value}'. Set it to true or false.`,
    ]);
    expect(problemsOf({ ...SOCKET, ALLOW_SELF_APPROVAL: 'ture' })).toEqual([
      expect.stringContaining('Did you mean true?'),
    ]);
  });
});

describe('EXECUTION_LEASE', () => {
  it('is longer than the calls of one execution can take', () => {
    const tooShort = { ...SOCKET, FASTLY_TIMEOUT: '20s' };
    expect(problemsOf(tooShort)).toEqual([
      'EXECUTION_LEASE is 1m, so another process could take over a change that is only slow. Set it to at least 100s (5 × FASTLY_TIMEOUT).',
    ]);
    expect(problemsOf({ ...SOCKET, FASTLY_TIMEOUT: '12100ms' })).toEqual([
      expect.stringContaining('at least 60500ms'),
    ]);
    expect(readConfig({ ...tooShort, EXECUTION_LEASE: '100s' }).EXECUTION_LEASE).toBe(100_000);
  });
});

describe('DATABASE_URL', () => {
  it.each([
    ['file:bot.db', 'bot.db'],
    ['file:./data/bot.db', './data/bot.db'],
    ['file:/var/lib/bot.db', '/var/lib/bot.db'],
    ['file:///var/lib/bot.db', '/var/lib/bot.db'],
  ])('%s is SQLite', (DATABASE_URL, path) => {
    expect(readConfig({ ...SOCKET, DATABASE_URL }).DATABASE_URL).toEqual({ kind: 'sqlite', path });
  });

  it.each(['postgres', 'postgresql'])('%s://… is PostgreSQL, and its password does not print', (scheme) => {
    const DATABASE_URL = `${scheme}://bot:a-password@db.example.com/bot`;
    const config = readConfig({ ...SOCKET, DATABASE_URL });
    expect(config.DATABASE_URL.kind).toBe('postgres');
    expect(inspect(config, { depth: null }) + JSON.stringify(config)).not.toContain('a-password');
  });

  it.each(['mysql://bot:a-password@db.example.com/bot', 'file:', 'bot.db'])(
    'cannot be %s',
    (DATABASE_URL) => {
      const problems = problemsOf({ ...SOCKET, DATABASE_URL });
      expect(problems).toEqual([
        expect.stringMatching(/^DATABASE_URL doesn't start with file: or postgres:.+ Set it to /),
      ]);
      expect(problems.join()).not.toContain('a-password');
    },
  );

  it('needs special characters in a password encoded', () => {
    const problems = problemsOf({ ...SOCKET, DATABASE_URL: 'postgres://bot:a#password@db.example.com/bot' });
    expect(problems).toEqual([
      expect.stringMatching(/^DATABASE_URL is not a valid address of a PostgreSQL database\. .+%40 for @/),
    ]);
    expect(problems.join()).not.toContain('a#');
  });
});

describe('the settings of the log', () => {
  it('are read although other variables are wrong', () => {
    const wrong = { LOG_LEVEL: 'debug', LOG_FORMAT: 'pretty', PORT: 'x' };
    expect(readLogSettings(wrong)).toEqual({ LOG_LEVEL: 'debug', LOG_FORMAT: 'pretty' });
  });

  it('are the defaults where they are wrong themselves', () => {
    const wrong = { LOG_LEVEL: 'loud', LOG_FORMAT: 'xml' };
    expect(readLogSettings(wrong)).toEqual({ LOG_LEVEL: 'info', LOG_FORMAT: 'json' });
  });
});

describe('the way of delivery', () => {
  it('is Socket Mode with an app token, also beside a signing secret', () => {
    for (const extra of [{}, { SLACK_SIGNING_SECRET: 'sign-secret' }]) {
      const { delivery } = readConfig({ ...SOCKET, ...extra });
      expect(delivery.mode === 'socket' && delivery.appToken.reveal()).toBe('xapp-app-secret');
    }
  });

  it('is HTTP with a signing secret alone', () => {
    const { delivery } = readConfig({ ...WITHOUT_DELIVERY, SLACK_SIGNING_SECRET: 'sign-secret' });
    expect(delivery.mode === 'http' && delivery.signingSecret.reveal()).toBe('sign-secret');
  });

  it('must be one of the two', () => {
    expect(problemsOf(WITHOUT_DELIVERY)).toEqual([
      expect.stringMatching(/^SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing/),
    ]);
  });
});

describe('a secret', () => {
  it.each(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'FASTLY_API_TOKEN'] as const)(
    'can come from a file: %s',
    (name) => {
      const path = fileWith(`${SOCKET[name]}\n`);
      const config = readConfig({ ...SOCKET, [name]: undefined, [`${name}_FILE`]: path });
      expect(config[name]?.reveal()).toBe(SOCKET[name]);
    },
  );

  it('can come from a file for HTTP, too', () => {
    const environment = { ...WITHOUT_DELIVERY, SLACK_SIGNING_SECRET_FILE: fileWith('sign-secret\r\n') };
    expect(readConfig(environment).SLACK_SIGNING_SECRET?.reveal()).toBe('sign-secret');
  });

  it('cannot come twice', () => {
    expect(problemsOf({ ...SOCKET, FASTLY_API_TOKEN_FILE: fileWith('other') })).toEqual([
      expect.stringMatching(/^FASTLY_API_TOKEN is set twice, directly and through FASTLY_API_TOKEN_FILE/),
    ]);
  });

  it('is missing when its file is away or empty', () => {
    const { FASTLY_API_TOKEN: _token, ...others } = SOCKET;
    expect(problemsOf({ ...others, FASTLY_API_TOKEN_FILE: '/nowhere/at/all' })).toEqual([
      "FASTLY_API_TOKEN can't be read from the file in FASTLY_API_TOKEN_FILE (ENOENT). Check its path and permissions.",
    ]);
    const EMPTY = 'is empty. Write the value into the file.';
    expect(problemsOf({ ...others, FASTLY_API_TOKEN_FILE: fileWith('\n') })).toEqual([
      `FASTLY_API_TOKEN is missing: the file in FASTLY_API_TOKEN_FILE ${EMPTY}`,
    ]);
    // The default would be another database.
    expect(problemsOf({ ...SOCKET, DATABASE_URL_FILE: fileWith('') })).toEqual([
      `DATABASE_URL is missing: the file in DATABASE_URL_FILE ${EMPTY}`,
    ]);
  });

  it('that cannot be read is told once, not also as a missing way of delivery', () => {
    expect(problemsOf({ ...WITHOUT_DELIVERY, SLACK_APP_TOKEN_FILE: '/nowhere/at/all' })).toHaveLength(1);
  });

  it('does not print with the configuration', () => {
    const config = readConfig({ ...SOCKET, SLACK_SIGNING_SECRET: 'sign-secret' });
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: null, showHidden: true }),
      `${config.SLACK_BOT_TOKEN}`,
    ];
    for (const text of printed) {
      expect(text).not.toContain('-secret');
      expect(text).toContain('[redacted]');
    }
  });
});
