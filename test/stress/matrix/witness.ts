import { wordsOf } from '../../e2e/support/seeing.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { SeenMessage, SeenView, Sees } from '../../sandbox/control/protocol.ts';

/** All that the two bot admins see, by where it is. */
export type Sight = ReadonlyMap<string, string>;

export async function look(client: ControlClient): Promise<Sight> {
  const each = await Promise.all([NORA, TOMAS].map(({ id }) => client.as(id).sees()));
  return new Map(each.flatMap((sees, viewer) => wordsIn(sees, viewer)));
}

/** What is there now and was not before, or says something else. That the bot is still at it is no answer. */
export function newWords(before: Sight, now: Sight): string[] {
  return [...now]
    .filter(([where, words]) => before.get(where) !== words && !isWaiting(words))
    .map(([, words]) => words);
}

function wordsIn({ channels, modals }: Sees, viewer: number): [string, string][] {
  const messages = channels.flatMap(({ id, messages: all }) =>
    all.map((each): [string, string] => [`${each.ephemeral ? viewer : ''} ${id} ${each.ts}`, words(each)]),
  );
  return [
    ...messages,
    ...modals.map((view): [string, string] => [`${viewer} ${view.id}`, wordsOfView(view)]),
  ];
}

const words = ({ text, blocks }: SeenMessage) => `${text} | ${wordsOf(blocks)}`;
const wordsOfView = ({ title, blocks, errors }: SeenView) =>
  `${title} | ${wordsOf(blocks)} | ${Object.values(errors).join(' ')}`;

const isWaiting = (text: string) => /Still working on it|Working on it…|One moment…|Loading/.test(text);
