import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, type Member, NORA, TEAM } from '../../sandbox/cast.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { POSTGRESQL, temporaryFolder } from '../../store/both-databases.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import { startBotProcess } from '../support/bot-process.ts';

const DOCTOR = fileURLToPath(new URL('../../../src/cli/doctor.ts', import.meta.url));

type Ended = { code: number | string | null; stdout: string; stderr: string };

/** Runs `src/cli/doctor.ts` to its end, with these variables and nothing else. */
async function doctor(
  env: Record<string, string>,
  words: readonly string[] = [],
  cwd?: string,
): Promise<Ended> {
  const folder = cwd ?? (await temporaryFolder());
  const child = new WatchedProcess(spawn(process.execPath, [DOCTOR, ...words], { env, cwd: folder }));
  return { code: await child.ended, stdout: child.text('stdout'), stderr: child.text('stderr') };
}

async function startedSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

describe('npm run doctor', () => {
  it('ends with 0 where nothing is wrong, and leaves the folder as it was', async () => {
    const sandbox = await startedSandbox();
    const cwd = await temporaryFolder();
    const variables = environmentFor(sandbox, 'socket');
    const { code, stdout, stderr } = await doctor(
      { ...variables, DATABASE_URL: 'file:./data/bot.db' },
      [],
      cwd,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sections = ['The process', 'The variables', 'Slack', 'Fastly', 'The database'];
    expect(
      stdout
        .split('\n')
        .filter((line) => /^[A-Z]/.test(line))
        .slice(0, 5),
    ).toEqual(sections);
    expect(stdout).toMatch(/\nNothing is wrong\..*\n$/);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('ends with 1 where something is wrong, in lines that fit a terminal, without a secret', async () => {
    const sandbox = await startedSandbox();
    const variables = {
      ...environmentFor(sandbox, 'socket'),
      SLACK_APP_TOKEN: 'xapp-1-A0BOT0001-hidden-word',
      FASTLY_API_TOKEN: 'hidden-word',
      APPROVALS_CHANNEL: 'C0NOWHERE',
      DATABASE_URL: 'postgres://bot:hidden-word@127.0.0.1:9/bot',
    };
    const { code, stdout } = await doctor(variables);
    expect(code).toBe(1);
    expect(stdout.match(/^ {2}✗ .*/gm)).toEqual([
      expect.stringContaining('SLACK_APP_TOKEN'),
      expect.stringContaining('APPROVALS_CHANNEL'),
      expect.stringContaining('FASTLY_API_TOKEN'),
      expect.stringContaining('127.0.0.1:9'),
    ]);
    expect(stdout).toMatch(/\n4 things to correct \(✗\)\./);
    expect(stdout.match(/^ {6}→ /gm)?.length).toBeGreaterThanOrEqual(4);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).not.toContain('hidden-word');
    expect(stdout).not.toContain(sandbox.slack.botToken);
  });

  it('reads .env, and tells of names in it that nobody reads', async () => {
    const sandbox = await startedSandbox();
    const cwd = await temporaryFolder();
    const lines = Object.entries({ ...environmentFor(sandbox, 'socket'), SUPERUSER: NORA.id });
    await writeFile(join(cwd, '.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''), {
      mode: 0o600,
    });
    const { code, stdout } = await doctor({}, [], cwd);
    expect(stdout).toMatch(
      / {2}! \.env sets SUPERUSER, which is no variable of the bot\.\n {6}→ Did you mean SUPERUSERS\?/,
    );
    expect(code).toBe(0);
  });

  it('shows its help, and refuses other words with 2', async () => {
    const help = await doctor({}, ['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Exit codes:');
    const misused = await doctor({}, ['verify']);
    expect(misused).toMatchObject({ code: 2, stdout: '' });
    expect(misused.stderr).toContain('doctor takes no arguments: verify');
  });

  it('finds a running bot on its SQLite file, and touches nothing of it', async () => {
    const sandbox = await startedSandbox();
    const file = join(await temporaryFolder(), 'bot.db');
    const variables = { ...environmentFor(sandbox, 'socket'), DATABASE_URL: `file:${file}` };
    const bot = await startBotProcess(variables);
    await bot.untilReadyz(200);
    await bot.log('the configuration was checked; npm run doctor tells more');
    const before = await contentsBeside(file);
    const { code, stdout } = await doctor(variables);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `is in use by a running bot with the process ID ${bot.child.pid}.`,
    );
    expect(await contentsBeside(file)).toEqual(before);
    // Neither look, the bot's own and this one, has let go of the file.
    const second = await startBotProcess(variables);
    expect(await second.ended).toBe(1);
    expect(second.text('stdout')).toContain('Another process uses the database');
  });

  it('changes nothing in an empty PostgreSQL database, and ends', async () => {
    const sandbox = await startedSandbox();
    const { url } = await POSTGRESQL.newPlace();
    const variables = { ...environmentFor(sandbox, 'http'), DATABASE_URL: url };
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout } = await doctor(variables);
      expect(code).toBe(0);
      expect(stdout).toContain('001-approvals');
    }
  });

  it('goes through the proxy', async () => {
    const sandbox = await startedSandbox();
    const { slack, fastly } = sandbox;
    const { url, tunnels } = await startProxy({
      names: { 'slack.test': new URL(slack.apiUrl).origin, 'fastly.test': fastly.url },
      login: 'bot:hidden-word',
    });
    const variables = {
      ...environmentFor(sandbox, 'socket'),
      HTTP_PROXY: url,
      SLACK_API_URL: 'http://slack.test/api/',
      FASTLY_API_URL: 'http://fastly.test',
    };
    const { code, stdout } = await doctor(variables);
    expect(code).toBe(0);
    expect(new Set(tunnels)).toEqual(new Set(['slack.test:80', 'fastly.test:80']));
    expect(stdout).not.toContain('hidden-word');
  });

  it('writes no control characters of a name to the terminal', async () => {
    const mallory: Member = {
      id: 'U0MALLORY',
      teamId: TEAM.id,
      name: 'mallory',
      realName: 'Mallory\u001b[2J\u202eevil',
      email: 'mallory@example.com',
    };
    const sandbox = await startedSandbox({ colleagues: [mallory] });
    const variables = { ...environmentFor(sandbox, 'socket'), SUPERUSERS: `${NORA.id},${mallory.id}` };
    const { code, stdout } = await doctor({ ...variables, COMMAND_CHANNELS: CDN_TEAM.id });
    expect(code).toBe(0);
    expect(stdout).toContain('Mallory\uFFFD[2J\uFFFDevil');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });
});

/** The database's files, with what is in them and when they were last written. */
async function contentsBeside(file: string): Promise<unknown[]> {
  const paths = [file, `${file}-wal`, `${file}.lock`].filter((path) => existsSync(path));
  return await Promise.all(
    paths.map(async (path) => [path, (await stat(path)).mtimeMs, (await readFile(path)).toString('hex')]),
  );
}
