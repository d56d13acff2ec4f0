import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonEntries } from '../../src/fastly/json-entries.ts';

/** What is read of a text that arrives in pieces of so many characters. */
async function entriesOf(text: string, size: number): Promise<unknown[]> {
  async function* pieces() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const entries: unknown[] = [];
  for await (const some of jsonEntries(pieces())) entries.push(...some);
  return entries;
}

describe('the entries of a JSON array', () => {
  it('are those of the whole text, however it is cut', async () => {
    const spaces = fc.constantFrom(undefined, 1, '\t');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        spaces,
        fc.integer({ min: 1, max: 9 }),
        async (array, space, size) => {
          const text = ` ${JSON.stringify(array, null, space)}\n`;
          expect(await entriesOf(text, size)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it.each([
    ['strings with what separates entries', String.raw`["],[{}", "\"],[", "\\", {"a]":"\\\""}]`],
    ['strings with what objects end with', String.raw`[{"a":"},{"},"\"},",{"b":"\\"},"é😀},",{"c":1}]`],
    ['objects in objects', '[{"a":[{"b":1},{"c":{"d":2},"e":3}]},{"f":[{},{}]},[{},{}]]'],
    ['objects far from their comma', '[ {"a":1} , {"b":[{} , {}]}\n,\n{} ]'],
    ['nothing', ' [ ] '],
    ['no string, and no object', '[1,null,true,[[]],-2e3]'],
  ])('can be %s', async (_, text) => {
    for (let size = 1; size <= text.length; size += 1) {
      expect(await entriesOf(text, size)).toEqual(JSON.parse(text));
    }
  });

  it.each([
    '',
    ' ',
    '7',
    'null',
    '"[1]"',
    '{}',
    '{"a":[1]}',
    '{"a":1}',
    '[',
    ']',
    '[1',
    '[1}',
    '[1,]',
    '[1,2, ]',
    '[1,,2]',
    '[1]]',
    '[,1]',
    '[,]',
    '[1 2]',
    '[1],',
    '[{"a":1},]',
    '[{"a":1},,{"b":2}]',
    '[{"a":1},{"b":2}],{"c":3}]',
    '[{"a":{"b":1},"c":2}',
    '{"a":{"b":1},"c":{}}',
    '[1][2]',
    '[1]x',
    'x[1]',
    '[{"a":1]}',
    '["a]',
    '["\\"]',
    '[\u00a0]',
    '<html>[1]</html>',
  ])('are not in %j', async (text) => {
    for (const size of [1, 2, 100]) await expect(entriesOf(text, size)).rejects.toThrow(SyntaxError);
  });
});
