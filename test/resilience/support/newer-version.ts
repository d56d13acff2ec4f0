import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What makes a newer version of this one: it files deletions in a form that this one doesn't know, and adds a column. */
const CHANGES: readonly (readonly [file: string, before: string, after: string])[] = [
  [
    'src/approvals/action.ts',
    "kind: z.literal('delete'), version: z.literal(1)",
    "kind: z.literal('delete'), version: z.literal([1, 2])",
  ],
  ['src/commands/delete.ts', "kind: 'delete', version: 1", "kind: 'delete', version: 2"],
  [
    'src/store/migrations/index.ts',
    'MIGRATIONS: Migrations = {',
    `MIGRATIONS: Migrations = {
      '999-later': {
        up: async ({ schema }) => {
          await schema.alterTable('approval_requests').addColumn('later', 'text', (column) => column.defaultTo('x')).execute();
        },
      },`,
  ],
];

/** The `main.ts` of a newer version of the bot, a changed copy of this one that is gone when the test ends. */
export async function newerVersion(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-newer-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const each of ['src', 'package.json']) {
    await cp(join(ROOT, each), join(folder, each), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, before, after] of CHANGES) {
    const path = join(folder, file);
    const source = await readFile(path, 'utf8');
    if (!source.includes(before)) throw new Error(`${file} has no '${before}' to change`);
    await writeFile(path, source.replace(before, after));
  }
  return join(folder, 'src', 'main.ts');
}
