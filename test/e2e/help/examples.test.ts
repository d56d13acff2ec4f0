import { describe, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { NORA } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { startWorkplace } from '../support/workplace.ts';

/** Whom the examples are about. */
const PEOPLE = [
  { id: 'ada0000000000000000001', name: 'Ada Example', login: 'ada@example.com', role: 'engineer' },
  { id: 'brien00000000000000001', name: "Neve O'Brien", login: 'neve@example.com', role: 'user' },
  { id: 'morton0000000000000001', name: 'Ines Morton', login: 'ines@example.com', role: 'user' },
];

const examples = SUBCOMMANDS.flatMap(({ name, examples }) =>
  examples.map((example) => [name, example] as const),
);

function answered(sees: Sees): boolean {
  return sees.modals.length > 0 || sees.channels.some(({ messages }) => messages.length > 0);
}

describe('an example in the help of', () => {
  it.each(examples)('%s works when it is pasted: %s', async (_name, example) => {
    const { client, log } = await startWorkplace();
    await client.putFastlyUsers(PEOPLE);
    await client.as(NORA).command(example);
    await client.as(NORA).until(answered, 'an answer');
    expect(log.lines.filter(({ msg }) => msg === 'refused' || msg === 'failed')).toEqual([]);
  });

  it('is there for each', () => {
    expect(SUBCOMMANDS.filter(({ examples }) => examples.length === 0)).toEqual([]);
  });

  it('begins with the name that it is an example of', () => {
    for (const [name, example] of examples) expect(example.split(' ')[0]).toBe(name);
  });
});
