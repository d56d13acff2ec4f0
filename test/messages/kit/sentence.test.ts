import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, plain, plainName } from '../../../src/messages/kit/plain.ts';
import {
  bold,
  channel,
  code,
  date,
  enumerate,
  fixedText,
  link,
  member,
  mrkdwn,
  plainText,
  richText,
  type Sentence,
  say,
  textObject,
  typedWords,
  withoutTyped,
} from '../../../src/messages/kit/sentence.ts';
import { parseMrkdwn } from '../../sandbox/page/client/text/parse-mrkdwn.ts';

const MOMENT = new Date('2025-09-01T14:30:59Z');

/** Text as someone would write who wishes ill: markup, invisible characters, halves of characters. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom('<!channel>', '<@U0NORA001>', '<https://x|y>', '&lt;', '`', '*', '>', '|', '\n', '\r'),
    fc.constantFrom(
      '❤',
      '\u202e',
      '\u200b',
      '\u00ad',
      '\u3164',
      '\ufe0f',
      '\u{e0041}',
      '\0',
      '\ud800',
      '\u2028',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
/** A sentence with this text in every place that takes data. */
const withData = (text: string): Sentence =>
  say`${text}a ${bold(text)} b ${code(text)} d ${say`e ${text}`} ${text}`;

/** The texts of the elements of rich text. */
function textsOf(...lines: Sentence[]): string[] {
  return richText(...lines).elements.flatMap((section) =>
    'elements' in section
      ? section.elements.flatMap((element) =>
          'text' in element && element.text !== undefined ? [element.text] : [],
        )
      : [],
  );
}
/** What emoji are written with stays in names. */
const EMOJI = /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]*/gu;
/** What can be seen neither by a reader nor in a log. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;

describe('hostile text', () => {
  it('is text in rich text: nothing comes of it but text elements', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [section] = richText(withData(text)).elements;
        const types = section && 'elements' in section ? section.elements.map(({ type }) => type) : [];
        expect(types.filter((type) => type !== 'text')).toEqual([]);
      }),
    );
  });

  it('brings no < into mrkdwn', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const drawn = mrkdwn(withData(text));
        expect(drawn).not.toMatch(/[<>]/);
        expect(drawn).not.toMatch(/&(?!(amp|lt|gt);)/);
      }),
    );
  });

  it('cannot end the code that it is drawn as', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const drawn = mrkdwn(say`${code(`x${text}`)}`);
        expect(drawn.slice(1, -1)).not.toContain('`');
      }),
    );
  });

  it('shows what is invisible in it, however it is drawn', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const sentence = withData(text);
        for (const drawn of [plainText(sentence), mrkdwn(sentence), ...textsOf(sentence)]) {
          expect(drawn.replaceAll(EMOJI, '')).not.toMatch(INVISIBLE);
        }
      }),
    );
  });

  it('is never an empty element', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(''), hostile), (text) => {
        expect(textsOf(withData(text), say`and ${code(text)}.`)).not.toContain('');
        expect(textsOf(say`The ${bold('')}${code('')} end`)).toEqual(['The  end']);
      }),
    );
  });

  it('is kept as it is in plain text where all of it can be seen', () => {
    expect(plainText(say`Name: ${'<!channel> & *Bobby* `x`'}`)).toBe('Name: <!channel> & *Bobby* `x`');
  });
});

describe('a text object', () => {
  const markup = fc.string({
    unit: fc.constantFrom('*', '_', '~', '`', '```', '>', ':', 'tada', '+1', ' ', 'a', '\n', '<', '&'),
  });

  it('reads as what it says, whatever markup is in its data', () => {
    fc.assert(
      fc.property(markup, markup, (one, other) => {
        const sentence = say`${bold('Name')}\n${one} → ${other}`;
        const { type, text } = textObject(sentence, 3_000);
        if (type === 'plain_text') expect(text).toBe(plainText(sentence));
        else {
          const after = plainText(sentence).slice('Name'.length);
          expect(parseMrkdwn(text, true)).toEqual([
            { kind: 'bold', pieces: [{ kind: 'text', text: 'Name' }] },
            { kind: 'text', text: after },
          ]);
        }
      }),
    );
  });

  it.each(['*Bobby*', '_Bobby_', '~Bobby~', '`Bobby`', ':tada:', ':größe:', 'a :+1: b', '> Bobby'])(
    'is plain text where the data would come alive: %s',
    (data) => {
      const text = `Name\n${data}`;
      expect(textObject(say`${bold('Name')}\n${data}`, 100)).toEqual({
        type: 'plain_text',
        text,
        emoji: false,
      });
    },
  );

  it.each(['tls_admin → tls_viewer', "O'Brien & Sons", 'a > b', 'at 10:30', 'x<y'])(
    'keeps its form where the data is harmless: %s',
    (data) => {
      expect(textObject(say`${bold('Name')} ${data}`, 100)).toMatchObject({ type: 'mrkdwn', verbatim: true });
    },
  );

  it('is plain text where only the escapes would have it cut', () => {
    const [before, after] = ['&'.repeat(40), 'Grace'];
    expect(textObject(say`${before} → ${after}`, 100)).toMatchObject({
      type: 'plain_text',
      text: `${before} → ${after}`,
    });
  });

  it('is as long as its place allows', () => {
    expect(textObject(say`${bold('Name')} ${'x'.repeat(50)}`, 20).text).toHaveLength(20);
    expect(textObject(say`${bold('Name')} ${'*'.repeat(50)}`, 20).text).toHaveLength(20);
  });
});

describe('plain text', () => {
  it.each([
    ['nora\u200b', 'nora‹U+200B›'],
    ['\u202egnp.exe', '‹U+202E›gnp.exe'],
    ['a\u3164b', 'a‹U+3164›b'],
    ['a\u{e0041}b', 'a‹U+E0041›b'],
    ['a\ud800', 'a‹U+D800›'],
    ['a\u0007\u0085', 'a‹U+0007›‹U+0085›'],
    ['two\nlines', 'two lines'],
    ['Tomás 高瀬 👍', 'Tomás 高瀬 👍'],
  ])('of %j', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it.each([
    ['می\u200cروم', 'می\u200cروم'],
    ['ශ්\u200dරී', 'ශ්\u200dරී'],
    ['👩\u200d💻 ❤\ufe0f', '👩\u200d💻 ❤\ufe0f'],
    ['no\u200dra', 'no‹U+200D›ra'],
    ['می\u200c', 'می‹U+200C›'],
    ['n\u061c\u200c\u061c', 'n‹U+061C›‹U+200C›‹U+061C›'],
    ['a\ufe0f', 'a‹U+FE0F›'],
    ['می\u202eروم', 'می‹U+202E›روم'],
    ['می\u200bروم', 'می‹U+200B›روم'],
  ])('of the name %j keeps the joiners that its script is written with', (name, expected) => {
    expect(plainName(name)).toBe(expected);
    expect(plainText(say`${bold(name)}`)).toBe(expected);
    expect(plainText(say`${code(name)}`)).toBe(plain(name));
    expect(plain(name)).not.toMatch(INVISIBLE);
  });

  it('never makes two texts alike but for line breaks and for those that spell the marks out', () => {
    const free = hostile.map((text) => text.replaceAll('\n', '').replaceAll('‹', ''));
    fc.assert(
      fc.property(free, free, (one, other) => {
        expect(plain(one) === plain(other)).toBe(one === other);
      }),
    );
  });
});

describe('cutting', () => {
  it('keeps within the limit and never halves a character', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20 }), (given, limit) => {
        const kept = cut(given, limit);
        expect(kept.length).toBeLessThanOrEqual(limit);
        expect(kept.isWellFormed()).toBe(true);
        if (given.length <= limit) expect(kept).toBe(given);
        else expect(given.startsWith(kept.slice(0, -1)) && kept.endsWith('…')).toBe(true);
      }),
    );
  });
});

describe('a sentence', () => {
  const sentence = say`${member('U0NORA001')} in ${channel('C0GENERAL')}, ${date(MOMENT)}: ${bold('7 < 8')} ${3}`;

  it('is drawn in mrkdwn with what Slack brings to life', () => {
    expect(mrkdwn(sentence)).toBe(
      '<@U0NORA001> in <#C0GENERAL>, <!date^1756737059^{date_short_pretty} at {time}|2025-09-01 14:30 UTC>: *7 &lt; 8* 3',
    );
  });

  it('is drawn in plain text without ids and markup', () => {
    expect(plainText(sentence)).toBe('a member in that channel, 2025-09-01 14:30 UTC: 7 < 8 3');
  });

  it('is drawn in rich text with an element for each', () => {
    const [section] = richText(sentence).elements;
    expect(section && 'elements' in section && section.elements).toMatchObject([
      { type: 'user', user_id: 'U0NORA001' },
      { type: 'text', text: ' in ' },
      { type: 'channel', channel_id: 'C0GENERAL' },
      { type: 'text', text: ', ' },
      { type: 'date', timestamp: 1756737059, fallback: '2025-09-01 14:30 UTC' },
      { type: 'text', text: ': ' },
      { type: 'text', text: '7 < 8', style: { bold: true } },
      { type: 'text', text: ' 3' },
    ]);
  });

  it('has a line of its own in rich text', () => {
    expect(textsOf(say`one`, say`two`)).toEqual(['one', '\n', 'two']);
  });

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('enumerates %j', (items, expected) => {
    expect(plainText(enumerate(items.map(code)))).toBe(expected);
  });
});

it('what is fixed of a sentence holds none of its data', () => {
  const text = fc.string({ minLength: 1 }).map((data) => `‹${data}›`);
  fc.assert(
    fc.property(text, (data) => {
      const sentence = say`${withData(data)} and ${typedWords(data)} ${link(data, 'https://example.com')} ${member(data)}`;
      expect(fixedText(sentence)).toBe('…a … b … d e … … and … … …');
      expect(plainText(withoutTyped(say`x ${typedWords(data)} y`))).toBe('x what you typed y');
    }),
  );
});
