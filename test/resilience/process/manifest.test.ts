import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { pickerValue } from '../../e2e/support/picker-value.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { WatchedProcess } from '../../support/watched-process.ts';

const SANDBOX = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** `npm run -s manifest -- …`, to its end. */
async function manifest(...words: string[]) {
  const child = new WatchedProcess(spawn('npm', ['run', '-s', 'manifest', '--', ...words], { cwd: ROOT }));
  return { code: await child.ended, stdout: child.text('stdout'), stderr: child.text('stderr') };
}

describe('npm run manifest', () => {
  it('prints manifest.yml', async () => {
    const file = readFileSync(join(ROOT, 'manifest.yml'), 'utf8');
    expect(await manifest()).toEqual({ code: 0, stdout: file, stderr: '' });
  });

  it.each([
    ['http://bot.example.com', 'begin with https://'],
    ['bot.example.com', 'an address such as https://bot.example.com'],
    ['https://bot.example.com/slack/events', 'try --url https://bot.example.com\n'],
    ['https://nora:secret@bot.example.com', 'try --url https://bot.example.com\n'],
    ['https://bot.example.com?team=1', 'try --url https://bot.example.com\n'],
  ])('says in words what is wrong with --url %s', async (url, problem) => {
    const { code, stdout, stderr } = await manifest('--url', url);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain('    at ');
  });

  it.each([[['--what']], [['extra']], [['--url']]])(
    'shows its usage and ends with 2 for %j',
    async (words) => {
      const { code, stdout, stderr } = await manifest(...words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/\S+.*\n\nnpm run -s manifest/);
    },
  );

  it('shows its usage when asked for help', async () => {
    expect(await manifest('--help')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('--url https://'),
    });
  });
});

describe('an app made from the manifest for HTTP', () => {
  it('is all that the bot needs for commands, and for options while somebody types', async () => {
    const options = { manifest: await writtenManifest() };
    const { client } = await startWorkplace('http', {}, options);
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until((sees) => sees.modals[0]?.title === 'Find a user', 'the form');
    const typed = await nora.typeAhead('user-picker', ENGINEER.name);
    expect(typed).toMatchObject({ acknowledged: true, options: [{ value: pickerValue(ENGINEER) }] });
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
  });

  it('has no Socket Mode, as the sandbox shows when it is given the file', async () => {
    const sandbox = startSandboxWith(await writtenManifest());
    const slack = await sandbox.until(
      (line) => Addresses.safeParse(fromJson(line)).data?.slack,
      'its addresses',
    );
    const response = await fetch(`${slack.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.appToken}` },
    });
    expect(await response.json()).toEqual({ ok: false, error: 'socket_mode_not_enabled' });
  });
});

describe('npm run sandbox -- --manifest', () => {
  it.each([
    ['a file that is missing', null, 'no such file'],
    ['a file that is no manifest', 'hello: world', 'at oauth_config'],
    ['a manifest that is too long', tooLong(), 'at features.slash_commands[0].usage_hint'],
  ])('says in words what is wrong with %s', async (_, text, problem) => {
    const path = await fileWith(text);
    const sandbox = startSandboxWith(path);
    expect(await sandbox.ended).toBe(1);
    expect(sandbox.text('stderr')).toContain(`The manifest ${path} can't be used:`);
    expect(sandbox.text('stderr')).toContain(problem);
    expect(sandbox.text('stderr')).not.toContain('    at ');
  });
});

const Addresses = z.object({ slack: z.object({ apiUrl: z.url(), appToken: z.string() }) });

function fromJson(line: string): unknown {
  return line.startsWith('{') ? JSON.parse(line) : undefined;
}

function startSandboxWith(manifestPath: string): WatchedProcess {
  const flags = ['--no-bot', '--json', '--port', '0', '--manifest', manifestPath];
  return new WatchedProcess(spawn(process.execPath, [SANDBOX, ...flags], { cwd: ROOT }));
}

function tooLong(): string {
  const text = readFileSync(join(ROOT, 'manifest.yml'), 'utf8');
  return text.replace(/usage_hint: .*/, `usage_hint: ${'a'.repeat(1001)}`);
}

/** The file that `npm run manifest -- --url …` is redirected to. */
async function writtenManifest(): Promise<string> {
  return await fileWith((await manifest('--url', 'https://bot.example.com')).stdout);
}

/** The path of a file with this text; null: of none. */
async function fileWith(text: string | null): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'manifest-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'manifest.yml');
  if (text !== null) await writeFile(path, text);
  return path;
}
