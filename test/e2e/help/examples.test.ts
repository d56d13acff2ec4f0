import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { FIRST_STEPS } from '../../sandbox/control/setting.ts';
import { PEOPLE } from '../../sandbox/fastly/people.ts';
import { messagesIn } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

const ROOT = new URL('../../../', import.meta.url);
const PAPERS = globSync('{README.md,docs/*.md}', { cwd: ROOT }).map((path) =>
  readFileSync(new URL(path, ROOT), 'utf8'),
);

/** What `/fastly-user` is followed by in the papers, where it can be typed as it stands. */
const IN_PAPERS = [...PAPERS.join('\n').matchAll(/`\/fastly-user ([^`…[]+)`/g)].map(
  ([, words = '']) => words,
);

const EXAMPLES = SUBCOMMANDS.flatMap(({ examples }) => examples);

const NEW_ADDRESS = /^(?:create|invite) (\S+@\S+)/;
const SOMEBODY = /^(?:get|list|update|lock|unlock|reset|delete|audit) (?:"([^"]+)"|([^\s"-]\S*))/;

/** The people of the sandbox's account whom an example names, by their login or a part of their name. */
function namedIn(example: string): string[] {
  const [, name, word] = SOMEBODY.exec(example) ?? [];
  const typed = (name ?? word ?? '').toLowerCase();
  return PEOPLE.filter(
    (user) => typed !== '' && (user.login === typed || user.name.toLowerCase().includes(typed)),
  ).map((user) => user.name);
}

/** Whether the answer tells of everybody the example names, and a list of at least one user. */
function finds(example: string, told: string): boolean {
  const [, address] = NEW_ADDRESS.exec(example) ?? [];
  if (address !== undefined) return told.includes(address);
  // Nobody has left there.
  if (example === 'list --left') return true;
  if (example.startsWith('list') && !PEOPLE.some(({ login }) => told.includes(login))) return false;
  return namedIn(example).every((name) => told.includes(name));
}

/** What a caller sees of the answer: the messages after the first `before` in the channel, and the modals. */
function answer(sees: Sees, before: number): string | null {
  const news = [...messagesIn(sees, CDN_TEAM).slice(before), ...sees.modals];
  return news.length === 0 ? null : JSON.stringify(news.map(({ blocks }) => blocks));
}

describe('the examples', () => {
  it('find whom they name when they are typed in the sandbox one after another', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    for (const example of [...IN_PAPERS, ...EXAMPLES]) {
      const before = messagesIn(await nora.sees(), CDN_TEAM).length;
      await nora.command(example);
      await nora.until((sees) => {
        const told = answer(sees, before);
        return told !== null && finds(example, told);
      }, `the answer to '${example}'`);
      if ((await nora.sees()).modals.length > 0) await nora.close(true);
    }
    expect(log.lines.filter(({ msg }) => msg === 'refused' || msg === 'failed')).toEqual([]);
  });

  it.each([...IN_PAPERS, ...EXAMPLES].filter((example) => SOMEBODY.test(example)))(
    "name somebody of the sandbox's account: %s",
    (example) => {
      expect(namedIn(example)).not.toEqual([]);
    },
  );

  it.each(EXAMPLES.filter((example) => NEW_ADDRESS.test(example)))(
    "name nobody of the sandbox's account where somebody is new: %s",
    (example) => {
      const [, address] = NEW_ADDRESS.exec(example) ?? [];
      expect(PEOPLE.map(({ login }) => login)).not.toContain(address);
    },
  );

  it('are not about those whom the sandbox suggests to delete first', () => {
    for (const whom of FIRST_STEPS.whom) {
      expect(namedIn(`get ${whom}`)).toHaveLength(1);
      expect([...IN_PAPERS, ...EXAMPLES].flatMap(namedIn)).not.toContain(namedIn(`get ${whom}`)[0]);
    }
  });

  it('are in the papers', () => {
    expect(IN_PAPERS).toEqual(expect.arrayContaining(['get edda', 'help create']));
  });

  it('are there for each subcommand, and begin with its name', () => {
    for (const { name, examples } of SUBCOMMANDS) {
      expect(examples).not.toEqual([]);
      for (const example of examples) expect(example.split(' ')[0]).toBe(name);
    }
  });
});
