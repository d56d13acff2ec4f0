import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.ts';
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
    expect(problems).toEqual([expect.stringMatching(/^DISABLED_COMMANDS 'erase' is not.*'help' is not/)]);
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
        expect.stringMatching(/^FASTLY_TIMEOUT must be a time such as 10s/),
      ]);
    },
  );
});

describe('approvals', () => {
  it.each([
    { SUPERUSERS: 'U0NORA001' },
    { SUPERUSERS: 'U0NORA001,U0NORA001' },
    { APPROVALS_REQUIRED: '2' },
    { APPROVALS_REQUIRED: '3', ALLOW_SELF_APPROVAL: 'true' },
  ])('that nobody could give are a mistake: %j', (variables) => {
    expect(problemsOf({ ...SOCKET, ...variables }).problems).toEqual([
      expect.stringMatching(/^APPROVALS_REQUIRED is \d, but SUPERUSERS leaves \d/),
    ]);
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
      expect.stringMatching(/^APPROVAL_REQUIRED_FOR 'get' is not one of delete, promote, demote/),
    ]);
  });
});

describe('EXECUTION_LEASE', () => {
  it('is longer than the calls of one execution can take', () => {
    const tooShort = { ...SOCKET, FASTLY_TIMEOUT: '20s' };
    expect(problemsOf(tooShort).problems).toEqual([
      expect.stringMatching(/^EXECUTION_LEASE is shorter than 5 times FASTLY_TIMEOUT/),
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
      expect(problems).toEqual([expect.stringMatching(/^DATABASE_URL must begin with file: or postgres:/)]);
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
      expect(problems.find((problem) => problem.startsWith(`${name} `))).toContain(`(${purpose})`);
    }
    for (const problem of problems) expect(message).toContain(problem);
    expect(message).not.toContain('npm run sandbox');
  });

  it('names every entry of a list that is wrong', () => {
    const { message } = problemsOf({ ...SOCKET, SUPERUSERS: 'U0NORA001,nora,@tomas' });
    expect(message).toContain("'nora' is not a member id");
    expect(message).toContain("'@tomas' is not a member id");
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
      expect.stringMatching(/^FASTLY_API_TOKEN is set twice, by itself and by FASTLY_API_TOKEN_FILE/),
    ]);
  });

  it('is missing when its file is away or empty', () => {
    const { FASTLY_API_TOKEN: _token, ...others } = SOCKET;
    expect(problemsOf({ ...others, FASTLY_API_TOKEN_FILE: '/nowhere/at/all' }).problems).toEqual([
      expect.stringMatching(/^FASTLY_API_TOKEN cannot be read from the file/),
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
