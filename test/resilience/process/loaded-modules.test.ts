import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../store/both-databases.ts';
import type { EngineName } from '../support/databases.ts';
import { newCrashPlace, startBot } from '../support/place.ts';

const PRELOAD = new URL('../support/loaded-modules.ts', import.meta.url).href;

const SQLITE = /NativeModule sqlite$/;
const POSTGRES = /\/node_modules\/pg\//;
const PRETTY = /\/node_modules\/pino-pretty\//;
const COMMANDS_FOR_A_TERMINAL = /\/src\/cli\/|\/src\/checks\/doctor/;

/** The modules that a process has loaded from its start to its end. */
async function loadedWith(engine: EngineName): Promise<string[]> {
  const place = await newCrashPlace(engine);
  const list = join(await temporaryFolder(), 'modules');
  const variables = { NODE_OPTIONS: `--import=${PRELOAD}`, LOADED_MODULES: list };
  const bot = await startBot(place, { variables });
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toBe(0);
  return (await readFile(list, 'utf8')).split('\n');
}

it.each([
  { engine: 'SQLite', needed: SQLITE, other: POSTGRES },
  { engine: 'PostgreSQL', needed: POSTGRES, other: SQLITE },
] as const)(
  'with $engine the bot loads nothing of the other database, of logs for people and of doctor',
  async ({ engine, needed, other }) => {
    const loaded = await loadedWith(engine);
    expect(loaded.some((module) => needed.test(module))).toBe(true);
    const useless = [other, PRETTY, COMMANDS_FOR_A_TERMINAL];
    expect(loaded.filter((module) => useless.some((kind) => kind.test(module)))).toEqual([]);
  },
);
