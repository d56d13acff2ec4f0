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

const BASE = ['ids.ts', 'config/secret.ts', 'observability/', 'http/'];
/** What `messages/` may know of the other rooms: pure functions and types. */
const PURE = [
  ...[
    'action',
    'request',
    'run',
    'run-rules',
    'newer',
    'event',
    'policy',
    'ruling',
    'rules',
    'approvers',
  ].map((file) => `approvals/${file}.ts`),
  ...['settings', 'target', 'token', 'change', 'lock-step', 'promotion', 'roles', 'superuser'].map(
    (file) => `changes/${file}.ts`,
  ),
  'directory/filter.ts',
  'directory/account-figures.ts',

  ...['user', 'api-token', 'canonical', 'invitation', 'errors', 'token'].map((file) => `fastly/${file}.ts`),
  'store/errors.ts',
  'store/audit-page.ts',
];
const BELOW_COMMANDS = [
  'config/',
  'fastly/',
  'store/',
  'directory/',
  'changes/',
  'approvals/',
  'messages/',
  'slack/',
];
/**
 * What each part of `src` may import beside itself, by how its path begins; the first that fits a file holds. Imports
 * point one way: nothing upward, type-only imports included.
 */
const ALLOWED: readonly (readonly [part: string, imports: readonly string[]])[] = [
  ['ids.ts', []],
  ['config/secret.ts', ['observability/fatal-error.ts']],
  ['observability/', []],
  ['http/', ['config/secret.ts']],
  ['config/', BASE],
  ['fastly/', ['config/secret.ts', 'http/']],
  ['store/', BASE],
  ['directory/', [...BASE, 'fastly/', 'changes/roles.ts', 'changes/superuser.ts']],
  ['changes/', [...BASE, 'fastly/', 'store/']],
  [
    'approvals/',
    [
      ...BASE,
      ...[
        'settings',
        'target',
        'token',
        'intents',
        'promotion',
        'promotion-steps',
        'running-promotions',
        'roles',
        'superuser',
      ].map((file) => `changes/${file}.ts`),
      'store/',
    ],
  ],
  ['messages/', ['ids.ts', ...PURE]],
  ['slack/replies/services.ts', [...BASE, ...BELOW_COMMANDS]],
  ['slack/replies/request-link.ts', [...BASE, ...BELOW_COMMANDS]],
  ['slack/', [...BASE, ...PURE, 'config/', 'messages/']],
  ['commands/', [...BASE, ...BELOW_COMMANDS]],
  ['worker/', [...BASE, ...BELOW_COMMANDS]],
  [
    'checks/',
    [
      ...[
        ...BASE,
        'config/',
        'fastly/',
        'store/',
        'slack/connection/',
        'slack/bot-admins/',
        'changes/superuser.ts',
        'changes/change.ts',
      ],
      ...['action', 'request', 'event', 'stored', 'newer', 'readable'].map((file) => `approvals/${file}.ts`),
    ],
  ],
  ['cli/app-manifest.ts', ['config/', 'slack/connection/identity.ts']],
  ['cli/', [...BASE, 'config/', 'fastly/', 'store/', 'changes/', 'approvals/', 'checks/']],
  ['parts.ts', [...BASE, ...BELOW_COMMANDS, 'commands/', 'worker/']],
  ['app.ts', [...BASE, ...BELOW_COMMANDS, 'commands/', 'worker/']],
  ['bot.ts', [...BASE, ...BELOW_COMMANDS, 'commands/', 'worker/', 'checks/', 'parts.ts', 'app.ts']],
  ['main.ts', [...BASE, 'config/', 'bot.ts']],
];

/** Inside `slack/` a folder imports those before it. */
const SLACK_FLOORS = ['slack/', 'slack/connection/', 'slack/bot-admins/', 'slack/replies/', 'slack/gate/'];

function isWithin(path: string, part: string): boolean {
  return part.endsWith('/') ? path.startsWith(part) : path === part;
}

/** The part of the architecture that a file of `src` belongs to, as the list names it. */
function ruleFor(path: string): (typeof ALLOWED)[number] {
  const rule = ALLOWED.find(([part]) => isWithin(path, part));
  if (!rule) throw new Error(`${path} belongs to no part of the architecture`);
  return rule;
}

/** A room is a folder directly under `src`. */
function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path;
}

/** The imports between files of `src`, as paths below it. */
function ownImports(): Import[] {
  return importsOf('src')
    .filter(({ imported }) => imported.startsWith('src/'))
    .map(({ file, imported }) => ({ file: file.slice(4), imported: imported.slice(4) }));
}

/** One circle in a graph of imports, as the names on the way round; empty when there is none. */
function circleIn(edges: readonly (readonly [from: string, to: string])[]): string[] {
  const targets = new Map<string, string[]>();
  for (const [from, to] of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (name: string, way: readonly string[]): string[] => {
    const before = way.indexOf(name);
    if (before !== -1) return [...way.slice(before), name];
    if (done.has(name)) return [];
    for (const target of targets.get(name) ?? []) {
      const circle = walk(target, [...way, name]);
      if (circle.length > 0) return circle;
    }
    done.add(name);
    return [];
  };
  for (const name of targets.keys()) {
    const circle = walk(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

describe('the rooms', () => {
  it('import what they may, and nothing upward', () => {
    const upward = ownImports().filter(({ file, imported }) => {
      const [part, allowed] = ruleFor(file);
      const own = part.endsWith('/') ? roomOf(file) : file;
      return !isWithin(imported, own) && !allowed.some((each) => isWithin(imported, each));
    });
    expect(upward.map(({ file, imported }) => `${file} → ${imported}`)).toEqual([]);
  });

  it('inside slack/ import the floors below', () => {
    const floorOf = (path: string) => SLACK_FLOORS.findLastIndex((floor) => path.startsWith(floor));
    const upward = ownImports().filter(({ file, imported }) => {
      const within = floorOf(file) !== -1 && floorOf(imported) !== -1;
      return within && floorOf(imported) > floorOf(file);
    });
    expect(upward).toEqual([]);
  });

  it('make no circle, of files or of rooms', () => {
    const imports = ownImports();
    expect(circleIn(imports.map(({ file, imported }) => [file, imported]))).toEqual([]);
    const rooms = imports
      .map(({ file, imported }) => [roomOf(file), roomOf(imported)] as const)
      .filter(([from, to]) => from !== to);
    expect(circleIn(rooms)).toEqual([]);
  });

  it('are small enough to be seen whole', () => {
    const files = filesOf('src').map((file) => file.slice(4));
    const folders = Object.groupBy(files, (file) => dirname(file));
    const large = Object.entries(folders).filter(([, inside = []]) => inside.length > 24);
    expect(large.map(([folder]) => folder)).toEqual([]);
    expect(files.filter((file) => !file.includes('/')).length).toBeLessThanOrEqual(5);
  });
});

describe('the parts', () => {
  it('keep the bot from its tests, and the sandbox from the bot', () => {
    expect(trespasses('src', ['test/'])).toEqual([]);
    expect(trespasses('test/sandbox', ['src/'])).toEqual([]);
  });

  it.each(['fastly', 'approvals', 'directory', 'changes', 'store', 'messages', 'config'])(
    '%s knows no Slack SDK that does anything',
    (room) => {
      expect(trespasses(`src/${room}`, ['@slack/bolt', '@slack/web-api', '@slack/socket-mode'])).toEqual([]);
    },
  );

  it('are read as they import each other', () => {
    const imports = importsOf('src');
    const bolt = { file: 'src/app.ts', imported: '@slack/bolt' };
    const gate = { file: 'src/app.ts', imported: 'src/slack/gate/gate.ts' };
    expect(imports).toEqual(expect.arrayContaining([bolt, gate]));
    expect(trespasses('src/commands', ['src/slack/'])).not.toEqual([]);
    expect(trespasses('test/e2e', ['src/'])).not.toEqual([]);
    expect(
      circleIn([
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'b'],
      ]),
    ).toEqual(['b', 'c', 'b']);
  });
});

describe('the environment', () => {
  it('is read in src/config/config.ts alone', () => {
    const reads = /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[|\benv\b[^;]*from\s*'(node:)?process'/;
    expect(filesOf('src').filter((file) => reads.test(codeOf(file)))).toEqual(['src/config/config.ts']);
  });
});
