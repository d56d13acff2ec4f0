import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SUBCOMMANDS } from '../src/commands/index.ts';
import { LISTENERS } from '../src/commands/slash-command.ts';
import { SUBCOMMAND_NAMES } from '../src/config/subcommand-names.ts';
import { VARIABLES } from '../src/config/variables.ts';
import { SCOPES } from '../src/slack/connection/identity.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

const Manifest = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), usage_hint: z.string(), should_escape: z.boolean() }),
    ),
    app_home: z.object({ home_tab_enabled: z.boolean(), messages_tab_enabled: z.boolean() }),
  }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});
const packageJson = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));
const manifest = Manifest.parse(parse(read('manifest.yml')));

describe('.env.example', () => {
  /** `NAME=default`, or `# NAME=` for an optional variable, each below a comment with its purpose. */
  const entries = [
    ...read('.env.example').matchAll(/^# (?<comment>.+)\n(?:# )?(?<name>[A-Z_]+)=(?<value>.*)$/gm),
  ].map(({ groups = {} }) => ({
    name: groups.name,
    value: groups.value,
    comment: groups.comment?.toLowerCase(),
  }));

  it('has every variable with its default and its purpose, in order', () => {
    expect(entries).toEqual(
      VARIABLES.map(({ name, fallback = '', purpose }) => ({
        name,
        value: fallback,
        comment: expect.stringContaining(purpose.toLowerCase()),
      })),
    );
  });

  it('sets no variable that does not exist', () => {
    const set = [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(set).toEqual(VARIABLES.map(({ name }) => name));
  });
});

describe('the table of variables', () => {
  const rows = read('docs/variables.md')
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [group] = section.split('\n');
      return [...section.matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$/gm)].map(
        ([, name, value, purpose]) => ({ group, name, value, purpose }),
      );
    });

  it('has every variable in its group, with its default and its purpose, in order', () => {
    const required = new Set(['SLACK_BOT_TOKEN', 'SUPERUSERS', 'FASTLY_API_TOKEN']);
    expect(rows).toEqual(
      VARIABLES.map(({ group, name, fallback, purpose }) => ({
        group,
        name,
        value: required.has(name) ? 'required' : fallback ? `\`${fallback}\`` : '—',
        purpose,
      })),
    );
  });
});

/** All papers of the project, by their paths from its root. */
const PAPERS = globSync('{*.md,docs/**/*.md,deploy/**/*.md}', {
  cwd: new URL('..', import.meta.url),
}).toSorted();

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (paper: string) =>
  [...read(paper).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each(PAPERS)('%s', (paper) => {
  it('links only to what exists', () => {
    const links = [...read(paper).matchAll(/(?:\]\(|src=")(?!https?:)([^)"]*)[)"]/g)].map(
      ([, link = '']) => link,
    );
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? paper : posix.join(posix.dirname(paper), path);
      if (!existsSync(new URL(`../${target}`, import.meta.url))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only files and scripts that exist', () => {
    const text = read(paper);
    const paths = [...text.matchAll(/(?:`|")((?:src|test|docs|deploy)\/[\w./-]*)(?:`|")/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
    const scripts = [...text.matchAll(/npm (?:run(?: -s)? )?(start|test|(?<=run (?:-s )?)[\w:]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([]);
  });
});

describe('the guide to the code', () => {
  it('describes every file and folder directly under src, and no others', () => {
    const [, rooms = ''] = /## The rooms of `src\/`\n(.+?)\n##/s.exec(read('docs/architecture.md')) ?? [];
    const described = [...rooms.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([^`]+?)\/?`/g)].map(([, name]) => name),
    );
    expect(described.toSorted()).toEqual(readdirSync(new URL('../src/', import.meta.url)).sort());
  });

  it('shows a real subcommand, as it is', () => {
    const [, shown = ''] = /```ts\n(.+?)```/s.exec(read('README.md')) ?? [];
    expect(shown).not.toBe('');
    expect(read('src/commands/whoami.ts')).toContain(shown);
  });

  it('links to the glossary, which has at most twenty words', () => {
    expect(read('README.md')).toContain('(docs/glossary.md)');
    const words = [...read('docs/glossary.md').matchAll(/^\| (?!Word |---)(.+?) \|/gm)].map(
      ([, word]) => word,
    );
    expect(words).toContain('bot admin');
    expect(words).toHaveLength(new Set(words).size);
    expect(words.length).toBeLessThanOrEqual(20);
  });
});

describe('the subcommands', () => {
  it.each(SUBCOMMANDS)('$name is in the README', ({ name }) => {
    expect(read('README.md')).toMatch(new RegExp(`^\\| \`${name}\\b.*\` \\| \\S`, 'm'));
  });

  it('are all in the usage hint of the manifest', () => {
    const [command] = manifest.features.slash_commands;
    const hinted = /\[(.+?)\]/.exec(command?.usage_hint ?? '')?.[1]?.split(' | ');
    expect(hinted).toEqual(SUBCOMMANDS.map(({ name }) => name));
  });

  it('are all those that have a name, in its order', () => {
    expect(SUBCOMMANDS.map(({ name }) => name)).toEqual(SUBCOMMAND_NAMES);
  });
});

/**
 * The scopes that each method of the Web API needs (docs.slack.dev, the page of each method); none for those that come
 * with any token. To post where the bot is no member, and to read an e-mail address, takes a scope beside the method's.
 */
const SCOPES_OF: Record<string, string[]> = {
  'auth.test': [],
  'bots.info': ['users:read'],
  'chat.getPermalink': [],
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.update': ['chat:write'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'users.info': ['users:read', 'users:read.email'],
  'users.list': ['users:read', 'users:read.email'],
  'users.lookupByEmail': ['users:read.email'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

/** The methods of the Web API that the code calls, but for those about user groups, which have a manifest of their own. */
function methodsCalled(): string[] {
  const slack = new WebClient();
  const source = new URL('../src/', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const calls = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(file, source), 'utf8').matchAll(/(?<!\.usergroups)\.(\w+)\.(\w+)\(/g),
    ])
    .filter(([, family = '', method = '']) => isMethod(slack, family, method))
    .map(([, family, method]) => `${family}.${method}`);
  return [...new Set(calls)].sort();
}

function isMethod(slack: WebClient, family: string, method: string): boolean {
  const methods: unknown = Object.entries(slack).find(([name]) => name === family)?.[1];
  return typeof methods === 'object' && methods !== null && Object.hasOwn(methods, method);
}

describe('the manifest', () => {
  it("asks for the bot's scopes and no others", () => {
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...SCOPES].sort());
  });

  it('asks for the scopes of the commands and methods that the code uses, and no others', () => {
    const called = methodsCalled();
    expect(called).toEqual(Object.keys(SCOPES_OF));
    const scopes = called.flatMap((method) => SCOPES_OF[method] ?? []);
    expect([...SCOPES].sort()).toEqual([...new Set(['commands', ...scopes])].sort());
  });

  it("subscribes to the registry's events and no others", () => {
    const listened = LISTENERS.filter(({ kind }) => kind === 'event').map(({ id }) => id);
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(listened);
  });

  it('has both tabs: the Home, and the messages that people are told directly in', () => {
    expect(manifest.features.app_home).toEqual({ home_tab_enabled: true, messages_tab_enabled: true });
  });

  it("has the registry's commands, with mentions escaped", () => {
    const listened = LISTENERS.filter(({ kind }) => kind === 'command').map(({ id }) => id);
    const { slash_commands: commands } = manifest.features;
    expect(commands.map(({ command }) => command)).toEqual(listened);
    expect(commands.map(({ should_escape }) => should_escape)).toEqual(listened.map(() => true));
  });
});
