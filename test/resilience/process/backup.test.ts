import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askForDeletion, deletions, untilTold } from '../../e2e/support/approving.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/backup-and-restore.md'), 'utf8');
const PATIENT = { timeout: 120_000 };

/** The commands of the page, a text for each block of them. */
const COMMANDS = [...PAGE.matchAll(/^( *)```sh\n([\s\S]+?)^ *```$/gm)].map(([, indent = '', block = '']) =>
  block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);

/** The one block that has these words. */
function commandsWith(words: string): string {
  const [block, ...more] = COMMANDS.filter((each) => each.includes(words));
  if (block === undefined || more.length > 0) throw new Error(`not one block of the page has '${words}'`);
  return block;
}

const SQLITE = {
  head: commandsWith('audit -- head'),
  running: commandsWith("require('node:sqlite')"),
  stopped: commandsWith('cp data/bot.db backups/bot.db'),
  inPlace: commandsWith('mv data/bot.db*'),
  restored: commandsWith('npm run restored\n'),
};

/** A folder with the project in it, and a sandbox; `sh` carries commands out there. */
async function newPlace() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['src', 'node_modules']) await symlink(join(ROOT, name), join(folder, name));
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const url = `file:${join(folder, 'data', 'bot.db')}`;
  await writeFile(join(folder, '.env'), 'DATABASE_URL=file:./data/bot.db\n');
  const sh = async (commands: string) => {
    const env = { PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH}` };
    return await promisify(execFile)('sh', ['-ec', commands], { cwd: folder, env });
  };
  const start = async (variables: Record<string, string> = {}) => {
    const bot = await startBotProcess({
      ...environmentFor(sandbox, 'socket'),
      DATABASE_URL: url,
      ...variables,
    });
    await bot.untilReadyz(200);
    return bot;
  };
  return { ...sandbox, sh, start };
}

async function stop(bot: BotProcess): Promise<void> {
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toBe(0);
}

describe("the page's commands for SQLite", () => {
  it.each(['running', 'stopped'] as const)(
    'back up and restore a database, with the bot %s during the backup',
    PATIENT,
    async (when) => {
      const { client, sh, start } = await newPlace();
      const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
      const first = await start();
      const request = await askForDeletion(client, NORA, ENGINEER);
      if (when === 'stopped') await stop(first);
      await sh(SQLITE[when]);
      const noted = (await sh(SQLITE.head)).stdout.trim();
      const second = when === 'stopped' ? await start() : first;
      await request.take(tomas, 'deny');
      await request.until(nora, "wasn't deleted");
      await stop(second);
      await sh(SQLITE.inPlace);
      expect((await sh(SQLITE.head)).stdout.trim()).toBe(noted);
      const { stdout } = await sh(SQLITE.restored);
      expect(stdout).toContain(`The database ended at entry ${noted}.`);
      expect(stdout).toContain(`  ${request.id}  delete ${ENGINEER.login}\n`);
      const [name = '', head = ''] = stdout.trimEnd().split('\n').at(-1)?.split('=') ?? [];
      expect(name).toBe('AUDIT_HEAD');
      await start({ AUDIT_HEAD: head });
      await request.until(nora, "The bot's database was restored from a backup.");
      expect(request.buttons(await tomas.sees())).toEqual([]);
      expect(await deletions(client)).toEqual([]);
      await askForDeletion(client, NORA, ENGINEER);
    },
  );

  it(
    'leave requests that were made after the backup to be answered that they no longer exist',
    PATIENT,
    async () => {
      const { client, sh, start } = await newPlace();
      const first = await start();
      await sh(SQLITE.running);
      const request = await askForDeletion(client, NORA, ENGINEER);
      await stop(first);
      await sh(SQLITE.inPlace);
      const { stdout } = await sh(SQLITE.restored);
      expect(stdout).toContain('No request was open.');
      await start();
      await request.click(client.as(TOMAS), 'approve');
      await untilTold(client.as(TOMAS), 'This request no longer exists.');
      expect(await deletions(client)).toEqual([]);
    },
  );
});

it('the page quotes what the bot and its commands say', () => {
  const sources = ['src/store/audit-head.ts', 'src/store/belonging.ts', 'src/store/newest-entry.ts']
    .concat(['src/messages/failure-text.ts', 'src/approvals/rules.ts', 'src/store/database-files.ts'])
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  for (const words of [
    'If the database was restored, run `npm run restored` and set AUDIT_HEAD to what it prints. Otherwise correct DATABASE_URL or AUDIT_HEAD.',
    "The bot's database was replaced by an older copy. Nothing was done. Tell the bot's operator.",
    'The database was restored. The change may have been made.',
    'was overwritten by another program',
    'The database went back from entry ',
    'To use this copy of a database here, run ',
  ]) {
    expect(PAGE).toContain(words);
    expect(sources).toContain(words);
  }
});
