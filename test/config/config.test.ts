import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { unknownVariables } from '../../src/config/unknown-variables.ts';
import { VARIABLES } from '../../src/config/variables.ts';

const SOCKET = {
  SLACK_BOT_TOKEN: 'xoxb-bot-secret',
  SLACK_APP_TOKEN: 'xapp-app-secret',
  SUPERUSERS: 'U0NORA001,U0TOMAS01',
  FASTLY_API_TOKEN: 'fastly-secret',
};
const { SLACK_APP_TOKEN: _, ...WITHOUT_DELIVERY } = SOCKET;

function problemsOf(environment: Record<string, string | undefined>): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted');
}

/** The path of a file that holds this and ends with the test. */
function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  return path;
}

describe('a configuration', () => {
  it('needs few variables and has defaults for the others', () => {
    expect(readConfig(SOCKET)).toMatchObject({
      SLACK_API_URL: 'https://slack.com/api/',
      SUPERUSERS: ['U0NORA001', 'U0TOMAS01'],
      COMMAND_CHANNELS: [],
      DISABLED_COMMANDS: [],
      FASTLY_API_URL: 'https://api.fastly.com',
      FASTLY_TIMEOUT: 10_000,
      APPROVAL_REQUIRED_FOR: ['delete', 'promote', 'demote'],
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
    const { problems } = problemsOf({ ...SOCKET, DISABLED_COMMANDS: 'delete,erase,help' });
    expect(problems).toEqual([
      expect.stringMatching(
        /^DISABLED_COMMANDS contains 'erase', 'help'\. Each entry must be a subcommand other than help\./,
      ),
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
    expect(problemsOf({ ...SOCKET, SUPERUSERS: undefined }).problems).toEqual([
      expect.stringMatching(/^SUPERUSERS is missing/),
    ]);
  });

  it('takes anything else that is set but empty for not set', () => {
    expect(readConfig({ ...SOCKET, PORT: '', LOG_LEVEL: ' ' })).toMatchObject({
      PORT: 3000,
      LOG_LEVEL: 'info',
    });
    expect(problemsOf({ ...SOCKET, FASTLY_API_TOKEN: ' ' }).problems).toEqual([
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
    const { problems, message } = problemsOf({ ...SOCKET, HTTPS_PROXY });
    expect(problems).toEqual([
      expect.stringMatching(/^HTTPS_PROXY must be the address of an HTTP proxy, such as http:\/\//),
    ]);
    expect(message).not.toContain('s3cret');
  });

  it('counts as no variable of the bot where nothing else is set', () => {
    expect(problemsOf({ HTTPS_PROXY: PROXY }).message).toContain('No variables are set.');
  });
});

describe('a time', () => {
  it.each([
    ['1ms', 1],
    ['500ms', 500],
    ['10s', 10_000],
    ['2m', 120_000],
    ['4h', 14_400_000],
  ])('can be %s', (APPROVAL_REMINDER, milliseconds) => {
    expect(readConfig({ ...SOCKET, APPROVAL_REMINDER }).APPROVAL_REMINDER).toBe(milliseconds);
  });

  it.each(['10', '0s', '-1s', '1.5s', '10 s', '10S', '1d', 's', '1s2m', '999999999h'])(
    'cannot be %s',
    (FASTLY_TIMEOUT) => {
      expect(problemsOf({ ...SOCKET, FASTLY_TIMEOUT }).problems).toEqual([
        expect.stringMatching(/^FASTLY_TIMEOUT must be a duration such as 500ms/),
      ]);
    },
  );
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
    expect(problemsOf({ ...SOCKET, ...variables }).problems).toEqual([problem]);
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
    expect(problemsOf({ ...SOCKET, APPROVAL_REQUIRED_FOR: 'delete,get' }).problems).toEqual([
      expect.stringMatching(
        /^APPROVAL_REQUIRED_FOR can't contain 'get'\. Kinds of change that need approval/,
      ),
    ]);
  });
});

describe('EXECUTION_LEASE', () => {
  it('is longer than the calls of one execution can take', () => {
    const tooShort = { ...SOCKET, FASTLY_TIMEOUT: '20s' };
    expect(problemsOf(tooShort).problems).toEqual([
      "EXECUTION_LEASE must be at least 100s (5 × FASTLY_TIMEOUT), so that a slow change isn't taken over by another process.",
    ]);
    expect(problemsOf({ ...SOCKET, FASTLY_TIMEOUT: '12100ms' }).problems).toEqual([
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
      const { problems, message } = problemsOf({ ...SOCKET, DATABASE_URL });
      expect(problems).toEqual([expect.stringMatching(/^DATABASE_URL must start with file: or postgres:/)]);
      expect(message).not.toContain('a-password');
    },
  );
});

describe('what is wrong', () => {
  it('is told all at once, in the order of the documentation, with what each is for', () => {
    const { problems, message } = problemsOf({
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
    const wrong = [
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'SLACK_API_URL',
      'SUPERUSERS',
      'COMMAND_CHANNELS',
      'CONFIRMATIONS_CHANNEL',
      'FASTLY_API_TOKEN',
      'FASTLY_API_URL',
      'FASTLY_TIMEOUT',
      'PORT',
      'HEALTH_PORT',
      'LOG_LEVEL',
      'LOG_FORMAT',
    ];
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(wrong);
    for (const name of wrong) {
      const purpose = VARIABLES.find((variable) => variable.name === name)?.purpose;
      expect(problems.find((problem) => problem.startsWith(`${name} `))).toContain(`. ${purpose}`);
    }
    for (const problem of problems) expect(message).toContain(problem);
    expect(message).not.toContain('npm run sandbox');
  });

  it('is told together with what does not fit together', () => {
    const { problems } = problemsOf({
      ...SOCKET,
      EXECUTION_LEASE: '20s',
      APPROVALS_REQUIRED: '2',
      PORT: 'x',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'SUPERUSERS',
      'EXECUTION_LEASE',
    ]);
  });

  it('names the values of a choice once', () => {
    expect(problemsOf({ ...SOCKET, LOG_LEVEL: 'loud' }).problems).toEqual([
      "LOG_LEVEL can't be 'loud'. Lowest level that is logged: fatal, error, warn, info, debug or trace.",
    ]);
  });

  it('names a channel that is no channel ID, with an example', () => {
    expect(problemsOf({ ...SOCKET, APPROVALS_CHANNEL: '#approvals' }).problems).toEqual([
      expect.stringMatching(/^APPROVALS_CHANNEL must be a channel ID such as C0123ABCD\. /),
    ]);
  });

  it('names every entry of a list that is wrong', () => {
    const { message } = problemsOf({ ...SOCKET, SUPERUSERS: 'U0NORA001,nora,@tomas' });
    expect(message).toContain("SUPERUSERS contains 'nora', '@tomas'. Each entry must be a member ID");
  });

  it('is, with nothing set at all, answered with the way to the sandbox', () => {
    expect(problemsOf({}).message).toContain('npm run sandbox');
    expect(problemsOf({ PATH: '/bin', SUPERUSERS: '' }).message).toContain('npm run sandbox');
    expect(problemsOf({ SUPERUSERS: 'U0NORA001' }).message).not.toContain('npm run sandbox');
  });

  it('never quotes a secret', () => {
    const { message, problems } = problemsOf({
      SLACK_BOT_TOKEN: 'xoxp-hush-1',
      SLACK_APP_TOKEN: 'hush-2',
      SLACK_SIGNING_SECRET: 'hush 3',
      FASTLY_API_TOKEN: 'hush 4',
    });
    expect(problems).toHaveLength(5);
    expect(message).not.toContain('hush');
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
    expect(problemsOf(WITHOUT_DELIVERY).problems).toEqual([
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
    expect(problemsOf({ ...SOCKET, FASTLY_API_TOKEN_FILE: fileWith('other') }).problems).toEqual([
      expect.stringMatching(/^FASTLY_API_TOKEN is set twice, directly and through FASTLY_API_TOKEN_FILE/),
    ]);
  });

  it('is missing when its file is away or empty', () => {
    const { FASTLY_API_TOKEN: _token, ...others } = SOCKET;
    expect(problemsOf({ ...others, FASTLY_API_TOKEN_FILE: '/nowhere/at/all' }).problems).toEqual([
      expect.stringMatching(/^FASTLY_API_TOKEN can't be read from the file/),
    ]);
    expect(problemsOf({ ...others, FASTLY_API_TOKEN_FILE: fileWith('\n') }).problems).toEqual([
      expect.stringMatching(/^FASTLY_API_TOKEN is missing/),
    ]);
  });

  it('that cannot be read is told once, not also as a missing way of delivery', () => {
    expect(
      problemsOf({ ...WITHOUT_DELIVERY, SLACK_APP_TOKEN_FILE: '/nowhere/at/all' }).problems,
    ).toHaveLength(1);
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

describe('a name in .env', () => {
  it.each([
    ['SUPERUSER', ' Did you mean SUPERUSERS?'],
    ['APPROVALS_TTL', ' Did you mean APPROVAL_TTL?'],
    ['FASTLY_API_TOKEN_FIL', ' Did you mean FASTLY_API_TOKEN_FILE?'],
    ['SUPERUSERS_FILE', ''],
    ['HOME', ''],
  ])('that is no variable gets a warning: %s', (name, hint) => {
    expect(unknownVariables([name])).toEqual([`.env sets ${name}, which is no variable of the bot.${hint}`]);
  });

  it('that the bot or another program reads gets none', () => {
    const own = VARIABLES.map(({ name }) => name);
    const others = ['FASTLY_API_TOKEN_FILE', 'NODE_ENV', 'https_proxy', 'PGSSLMODE', 'TZ'];
    expect(unknownVariables([...own, ...others])).toEqual([]);
  });
});
