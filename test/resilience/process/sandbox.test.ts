import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { NORA } from '../../sandbox/cast.ts';
import { ControlClient } from '../../sandbox/control/client.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { portOf } from '../../support/stand-in.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import { logLine, startBotProcess } from '../support/bot-process.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));
const ENVIRONMENT = { ...process.env, LOG_LEVEL: 'info' };

/** What `--json` prints. */
const Addresses = z.strictObject({
  slack: z.strictObject({
    apiUrl: z.url(),
    botToken: z.string().startsWith('xoxb-'),
    appToken: z.string().startsWith('xapp-'),
    signingSecret: z.string().min(1),
  }),
  fastly: z.strictObject({ url: z.url(), token: z.string().min(1) }),
  control: z.url(),
  page: z.url(),
  databaseUrl: z.string().startsWith('file:').optional(),
});

/** Starts it as a group of its own, which is what Ctrl-C at a terminal ends, and of which nothing outlives the test. */
function start(command: string, ...words: string[]): WatchedProcess {
  const child = spawn(command, words, { cwd: ROOT, env: ENVIRONMENT, detached: true });
  const started = new WatchedProcess(child);
  onTestFinished(() => signalGroup(child.pid, 'SIGKILL'));
  return started;
}

const startCli = (...flags: string[]) => start(process.execPath, MAIN, ...flags);

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

/** The line that says where everything is. */
async function addresses(cli: WatchedProcess): Promise<z.infer<typeof Addresses>> {
  return await cli.until((text) => {
    if (!text.startsWith('{"slack":')) return undefined;
    return Addresses.parse(JSON.parse(text));
  }, 'its addresses');
}

/** The bot's own process, once it has logged something. */
async function botPid(cli: WatchedProcess): Promise<number> {
  return await cli.until((text) => logLine(text)?.pid, "a line of the bot's log");
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** As many ports as the sandbox takes, one after the other. */
const PORTS = 4;

/** The only port that is taken of those the sandbox would take, with as many before it as are asked for. */
async function takenPort(before: number): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server.address());
    const all = Array.from({ length: PORTS }, (_, index) => port - before + index);
    const free = await Promise.all(all.filter((each) => each !== port).map(isFree));
    if (!free.includes(false)) {
      onTestFinished(() => void server.close());
      return port;
    }
    server.close();
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const isListening = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return isListening;
}

describe('npm run sandbox', () => {
  it('prints where everything is as one line of JSON, and its bot answers', async () => {
    const cli = start('npm', 'run', '-s', 'sandbox', '--', '--json', '--port', '0');
    const { control, page } = await addresses(cli);
    expect(await (await fetch(page)).text()).toContain('<title>Sandbox</title>');
    const client = new ControlClient(control);
    const active = (await client.fastlyUsers()).find(({ id }) => id === NORA_USER.id)?.last_active_at;
    expect(Date.now() - Date.parse(String(active))).toBeLessThan(86_400_000);
    const nora = client.as(NORA);
    await nora.command('whoami');
    await nora.until(
      ({ channels }) => JSON.stringify(channels).includes('fastly-bot@example.com'),
      'the account behind the token',
    );
    const pid = await botPid(cli);
    signalGroup(cli.child.pid, 'SIGINT');
    await cli.ended;
    expect(runs(pid)).toBe(false);
    expect(cli.text('stdout').split('\n')).toEqual([expect.stringMatching(/^\{.*\}$/), '']);
  });
});

describe("the sandbox's process", () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops everything on %s, its bot included', async (signal) => {
    const cli = startCli('--json', '--port', '0');
    const { control, slack } = await addresses(cli);
    const pid = await botPid(cli);
    cli.child.kill(signal);
    expect(await cli.ended).toBe(0);
    expect(runs(pid)).toBe(false);
    await expect(fetch(control)).rejects.toThrow();
    await expect(fetch(slack.apiUrl)).rejects.toThrow();
    expect(cli.text('stderr')).not.toContain('The bot ended');
  });

  it('leaves no bot behind when it is stopped while that starts', async () => {
    const cli = startCli('--json', '--port', '0');
    const pid = await botPid(cli);
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
    expect(runs(pid)).toBe(false);
  });

  it('starts no bot with --no-bot', async () => {
    const cli = startCli('--json', '--port', '0', '--no-bot');
    const { control, databaseUrl } = await addresses(cli);
    expect(databaseUrl).toMatch(/^file:\/.+\/bot\.db$/);
    const client = new ControlClient(control);
    expect(await client.connections()).toBe(0);
    expect(await client.as(NORA).command('whoami')).toMatchObject({ acknowledged: false });
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
    expect(cli.text('stderr')).toBe('');
  });

  it('prints lines for .env with --no-bot, with which a bot starts on a database of its own', async () => {
    const cli = startCli('--port', '0', '--no-bot');
    await cli.until((text) => text.startsWith('  http://localhost:'), 'the address of its page');
    const lines = cli.lines.map(({ text }) => text).filter((text) => /^[A-Z_]+=/.test(text));
    const { DATABASE_URL = '', ...others } = parse(lines.join('\n'));
    expect(DATABASE_URL).toMatch(/^file:\/.+\/bot\.db$/);
    expect(Object.keys(others)).toContain('SLACK_BOT_TOKEN');
    const bot = await startBotProcess({ HEALTH_PORT: '0', LOG_FORMAT: 'json' }, lines.join('\n'));
    await bot.log('connected to Slack');
    await bot.untilReadyz(200);
    const path = DATABASE_URL.slice('file:'.length);
    expect(existsSync(path)).toBe(true);
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('tells people what to type', async () => {
    const cli = startCli('--port', '0');
    await cli.until((text) => text.startsWith('  http://localhost:'), 'the address of its page');
    // Last of all, so that it stays in sight.
    expect(cli.text('stdout').trimEnd()).toMatch(/In a browser, .*\n\n {2}http:\/\/localhost:\d+$/);
    expect(cli.text('stdout')).toMatch(
      /Slack's Web API +http:.*\n.*Fastly's API +http:.*\n.*Control API +http:/,
    );
    expect(cli.text('stdout')).toMatch(/curl -s http:.*\/members\/U0NORA001\/command/);
    expect(cli.text('stdout')).toMatch(/"text":"get gideon[^"]*"[\s\S]*"text":"delete gideon[^"]*"/);
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
  });

  it.each([
    { whose: 'its own', before: 0 },
    { whose: "Slack's", before: 1 },
    { whose: "Fastly's", before: 2 },
    { whose: "the bot's", before: 3 },
  ])('says so in words when $whose port is taken', async ({ whose, before }) => {
    const port = await takenPort(before);
    const cli = startCli('--json', '--port', String(port - before));
    expect(await cli.ended).toBe(1);
    if (whose === "the bot's") {
      expect(cli.text('stderr')).toContain(`HEALTH_PORT: port ${port} on 127.0.0.1 is in use.`);
    } else {
      expect(cli.text('stderr')).toContain(`Port ${port} is in use by another program.`);
      expect(cli.text('stderr')).toMatch(/npm run sandbox -- --port \d+/);
    }
    expect(cli.text('stderr')).not.toContain('    at ');
    expect(cli.text('stdout')).toBe('');
  });

  it.each([[['--what']], [['--port', 'many']], [['--port', '70000']], [['extra']]])(
    'shows its usage and ends with 2 for %j',
    async (flags) => {
      const cli = startCli(...flags);
      expect(await cli.ended).toBe(2);
      expect(cli.text('stderr')).toMatch(/\S+.*\n\nnpm run sandbox -- \[--port N\]/);
      expect(cli.text('stdout')).toBe('');
    },
  );

  it('shows its usage when asked for help', async () => {
    const cli = startCli('--help');
    expect(await cli.ended).toBe(0);
    expect(cli.text('stdout')).toContain('--no-bot');
  });
});
