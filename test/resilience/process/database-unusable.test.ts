import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { temporaryFolder } from '../../store/both-databases.ts';
import { logLine, startBotProcess } from '../support/bot-process.ts';

async function inPostgres(changes: Partial<URL>): Promise<string> {
  return Object.assign(new URL(inject('postgresUrl')), changes).href;
}

async function fileWith(text: string, ...names: string[]): Promise<string> {
  const path = join(await temporaryFolder(), 'bot.db');
  await writeFile(path, text);
  return `file:${join(path, ...names)}`;
}

describe('a bot whose DATABASE_URL can never work', () => {
  it.each([
    [
      'a password that is refused',
      () => inPostgres({ password: 'hidden-word' }),
      'Correct the user and the password',
    ],
    ['a database that is not there', () => inPostgres({ pathname: '/nowhere' }), 'Create the database'],
    ['a folder that is a file', () => fileWith('', 'in', 'it.db'), 'Correct the path'],
    [
      'a file of something else',
      () => fileWith('no database '.repeat(100)),
      'Set DATABASE_URL to another file',
    ],
  ])('ends at once and says what to do: %s', async (_what, locate, remedy) => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const bot = await startBotProcess({ ...environmentFor(sandbox, 'socket'), DATABASE_URL: await locate() });
    expect(await bot.ended).toBe(1);
    const last = logLine(bot.lines.at(-1)?.text ?? '');
    expect(last).toMatchObject({ level: 60, msg: expect.stringMatching(/^DATABASE_URL: /) });
    expect(last?.msg).toContain(`. ${remedy}`);
    expect(bot.text('stderr')).toBe('');
    expect(bot.text('stdout')).not.toContain('hidden-word');
  });
});
