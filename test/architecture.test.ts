import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a module is imported by: `from '…'`, `import '…'`, `import('…')`. */
const IMPORTED = /\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

type Import = { file: string; imported: string };

/** Every import of the files under `folder`; relative ones as paths from the project's root. */
function importsOf(folder: string): Import[] {
  return filesOf(folder).flatMap((file) =>
    [...codeOf(file).matchAll(IMPORTED)].map(([, from, bare]) => {
      const name = from ?? bare ?? '';
      return { file, imported: name.startsWith('.') ? normalize(join(dirname(file), name)) : name };
    }),
  );
}

function filesOf(folder: string): string[] {
  return globSync(`${folder}/**/*.ts`, { cwd: ROOT });
}

/** A file without its comments, which may speak of what the code must not do. */
function codeOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

/** Imports from `folder` of what begins with one of `forbidden`. */
function trespasses(folder: string, forbidden: readonly string[]): Import[] {
  return importsOf(folder).filter(({ imported }) => forbidden.some((start) => imported.startsWith(start)));
}

const RULES = [
  { part: 'src/fastly', forbidden: ['src/slack/', 'src/commands/', 'src/approvals/', '@slack/'] },
  { part: 'src/approvals', forbidden: ['src/slack/', 'src/commands/', 'src/fastly/', '@slack/'] },
  { part: 'src/directory', forbidden: ['src/slack/', 'src/commands/', '@slack/'] },
  { part: 'src/store', forbidden: ['src/slack/', 'src/commands/', '@slack/'] },
  { part: 'src/slack', forbidden: ['src/commands/'] },
  { part: 'src', forbidden: ['test/'] },
  { part: 'test/sandbox', forbidden: ['src/'] },
];

describe('the parts', () => {
  it.each(RULES)('$part imports nothing of $forbidden', ({ part, forbidden }) => {
    expect(trespasses(part, forbidden)).toEqual([]);
  });

  it('of the sandbox need nothing of the tests around them', () => {
    const besides = /\.test\.ts$|^test\/sandbox\/page\/support\//;
    const imports = importsOf('test/sandbox').filter(({ file }) => !besides.test(file));
    expect(imports.length).toBeGreaterThan(0);
    const outside = imports.filter(({ imported }) => /^(test|src)\/(?!sandbox\/)/.test(imported));
    expect(outside).toEqual([]);
  });

  it('are read as they import each other', () => {
    const imports = importsOf('src');
    const bolt = { file: 'src/app.ts', imported: '@slack/bolt' };
    const gate = { file: 'src/app.ts', imported: 'src/slack/gate.ts' };
    expect(imports).toEqual(expect.arrayContaining([bolt, gate]));
    expect(trespasses('src/commands', ['src/slack/'])).not.toEqual([]);
    expect(trespasses('test/e2e', ['src/'])).not.toEqual([]);
  });
});

describe('the environment', () => {
  it('is read in src/config.ts alone', () => {
    const reads = /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[|\benv\b[^;]*from\s*'(node:)?process'/;
    expect(filesOf('src').filter((file) => reads.test(codeOf(file)))).toEqual(['src/config.ts']);
  });
});
