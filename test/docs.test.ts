import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SUBCOMMANDS } from '../src/commands/index.ts';
import { LISTENERS } from '../src/commands/slash-command.ts';
import { SUBCOMMAND_NAMES } from '../src/config/subcommand-names.ts';
import { VARIABLES } from '../src/config/variables.ts';
import { SCOPES } from '../src/slack/connection/identity.ts';

const PAPERS = ['README.md', 'docs/glossary.md', 'docs/upgrade.md'];
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

describe("the README's table of variables", () => {
  const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$/gm)].map(
    ([, name, value, purpose]) => ({ name, value, purpose }),
  );

  it('has every variable with its default and its purpose, in order', () => {
    const required = new Set(['SLACK_BOT_TOKEN', 'SUPERUSERS', 'FASTLY_API_TOKEN']);
    expect(rows).toEqual(
      VARIABLES.map(({ name, fallback, purpose }) => ({
        name,
        value: required.has(name) ? 'required' : fallback ? `\`${fallback}\`` : '—',
        purpose,
      })),
    );
  });
});

describe("the README's guide to the code", () => {
  it('describes every file and folder directly under src, and no others', () => {
    const [, rooms = ''] = /### The rooms of `src\/`\n(.+?)\n###/s.exec(read('README.md')) ?? [];
    const described = [...rooms.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([^`]+?)\/?`/g)].map(([, name]) => name),
    );
    expect(described.toSorted()).toEqual(readdirSync(new URL('../src/', import.meta.url)).sort());
  });

  it.each(PAPERS)('names only files that exist: %s', (paper) => {
    const paths = [...read(paper).matchAll(/(?:`|")((?:src|test)\/[\w./-]*)(?:`|")/g)].map(
      ([, path]) => path ?? '',
    );
    expect(paths).not.toEqual([]);
    expect(paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
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
  'chat.getPermalink': [],
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.update': ['chat:write'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'users.info': ['users:read', 'users:read.email'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

/** The methods of the Web API that the code calls. */
function methodsCalled(): string[] {
  const slack = new WebClient();
  const source = new URL('../src/', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const calls = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(new URL(file, source), 'utf8').matchAll(/\.(\w+)\.(\w+)\(/g)])
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
