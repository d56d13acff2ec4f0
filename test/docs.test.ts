import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SUBCOMMANDS } from '../src/commands/index.ts';
import { LISTENERS } from '../src/commands/slash-command.ts';
import { SCOPES } from '../src/slack/identity.ts';
import { VARIABLES } from '../src/variables.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

const Manifest = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), usage_hint: z.string(), should_escape: z.boolean() }),
    ),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});
const manifest = Manifest.parse(parse(read('manifest.yml')));

describe('.env.example', () => {
  /** `NAME=default`, or `# NAME=` for what may stay away, each under the comment that says what it is for. */
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

describe('the subcommands', () => {
  it.each(SUBCOMMANDS)('$name is in the README', ({ name }) => {
    expect(read('README.md')).toMatch(new RegExp(`^\\| \`${name}\\b.*\` \\| \\S`, 'm'));
  });

  it('are all in the usage hint of the manifest', () => {
    const [command] = manifest.features.slash_commands;
    const hinted = /\[(.+?)\]/.exec(command?.usage_hint ?? '')?.[1]?.split(' | ');
    expect(hinted).toEqual(SUBCOMMANDS.map(({ name }) => name));
  });
});

describe('the manifest', () => {
  it("asks for the bot's scopes and no others", () => {
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...SCOPES].sort());
  });

  it("has the registry's commands, with mentions escaped", () => {
    const listened = LISTENERS.filter(({ kind }) => kind === 'command').map(({ id }) => id);
    const { slash_commands: commands } = manifest.features;
    expect(commands.map(({ command }) => command)).toEqual(listened);
    expect(commands.map(({ should_escape }) => should_escape)).toEqual(listened.map(() => true));
  });
});
