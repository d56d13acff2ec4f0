import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FlagKinds,
  readFlags,
  splitWords,
  type Word,
  WordsError,
} from '../../../src/commands/inputs/command-text.ts';
import { plainText } from '../../../src/messages/kit/sentence.ts';

const KINDS: FlagKinds = {
  name: 'text',
  role: 'text',
  inactive: 'text',
  locked: 'yes-no',
  private: 'switch',
};

const word = (text: string, quoted = false): Word => ({ kind: 'text', text, quoted });
const texts = (text: string) => splitWords(text).map((each) => (each.kind === 'text' ? each.text : each));
const read = (text: string) => readFlags(splitWords(text), KINDS);
/** What the caller is told. */
function refusalOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof WordsError) return plainText(error.sentence);
    throw error;
  }
  throw new Error(`'${text}' was understood`);
}
/** As Slack escapes what is typed. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Any text, with what has a meaning here more often than chance would have it. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'"\'“”‘’<>|@#!&;=-–— \n', '--', '&amp;', '&lt;', '<@U1|a b>', '<mailto:', '--name'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const withoutQuotes = anyText.filter((text) => !/["“”]/.test(text));
const bare = fc.stringMatching(/^[A-Za-z0-9@.+_áñ高]+$/);

describe('words', () => {
  it.each([
    ['get nora', ['get', 'nora']],
    ['  get \t nora\n', ['get', 'nora']],
    ['', []],
    ["get O'Brien", ['get', "O'Brien"]],
    ['get O’Brien', ['get', 'O’Brien']],
    ['get "Nora Lindqvist" now', ['get', 'Nora Lindqvist', 'now']],
    ["'Nora Lindqvist'", ['Nora Lindqvist']],
    [`"Saoirse O'Gallin"`, ["Saoirse O'Gallin"]],
    [`'Saoirse O'Gallin'`, ["Saoirse O'Gallin"]],
    ['5" disk', ['5"', 'disk']],
    ['"5" disk"', ['5', 'disk"']],
    ['""', ['']],
    ['--name „Leif“', ['--name', 'Leif']],
    ['«Leif» « Leif D » ‹Leif›', ['Leif', 'Leif D', 'Leif']],
    ['「高瀬」 ”Leif D„ »Leif D«', ['高瀬', 'Leif D', 'Leif D']],
    ["'s-Gravesande ’t Hooft ‘tis ´a `b", ["'s-Gravesande", '’t', 'Hooft', '‘tis', '´a', '`b']],
    ['<mailto:ada@example.com|ada@example.com>', ['ada@example.com']],
    ['"<mailto:ada@example.com|ada@example.com> x"', ['ada@example.com x']],
    ['<https://example.com|example.com>', ['example.com']],
    ['<https://example.com/a?b=1&amp;c>', ['https://example.com/a?b=1&c']],
    ['<#C0GENERAL|the general>', [{ kind: 'special', text: '#the general' }]],
    [
      '<!here> <!subteam^S1|@ops>',
      [
        { kind: 'special', text: '@here' },
        { kind: 'special', text: '@ops' },
      ],
    ],
    ['AT&amp;T &lt;b&gt; &amp;lt;', ['AT&T', '<b>', '&lt;']],
  ])('of %j', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  it('are mentions where Slack says so, with names that hold spaces', () => {
    const mention = (memberId: string) => ({ kind: 'mention', memberId });
    expect(splitWords('get <@U0NORA001|nora lind> <@W0TOMAS01>')).toEqual([
      word('get'),
      mention('U0NORA001'),
      mention('W0TOMAS01'),
    ]);
  });

  it('are no mentions when someone typed the characters of one', () => {
    expect(splitWords('&lt;@U0NORA001&gt; <@nobody>')).toEqual([
      word('<@U0NORA001>'),
      { kind: 'special', text: '@nobody' },
    ]);
  });

  it('come back as they were when each is quoted and they are joined', () => {
    fc.assert(
      fc.property(fc.array(withoutQuotes), fc.constantFrom(' ', '  ', '\n'), (given, space) => {
        const typed = given.map((text) => `"${escaped(text)}"`).join(space);
        expect(splitWords(typed)).toEqual(given.map((text) => word(text, true)));
      }),
    );
  });

  it('come back as they were without quotes, too, when there is nothing to quote', () => {
    fc.assert(
      fc.property(fc.array(bare), (given) => {
        expect(splitWords(given.join(' '))).toEqual(given.map((text) => word(text)));
      }),
    );
  });

  it('are the same with the curly quotes of phones', () => {
    const pairs = fc.constantFrom(['"', '“', '”'], ['"', '”', '“'], ["'", '‘', '’'], ["'", '’', '‘']);
    const content = withoutQuotes.filter((text) => !/['‘’]/.test(text));
    fc.assert(
      fc.property(content, pairs, (text, [plain = '', open = '', close = '']) => {
        const typed = escaped(text);
        expect(splitWords(`${open}${typed}${close} x`)).toEqual(splitWords(`${plain}${typed}${plain} x`));
      }),
    );
  });

  it('of which a quote is never closed are refused, with the place named', () => {
    expect(refusalOf('get "Nora Lindqvist')).toBe("The quote before Nora Lindqvist isn't closed.");
    expect(refusalOf('get "')).toBe("The quote at the end isn't closed.");
  });

  it('are read or refused in words, whatever is typed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(WordsError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('flags', () => {
  it.each([
    ['get nora --private', { private: true }],
    ['--name Nora', { name: 'Nora' }],
    ['--name=Nora', { name: 'Nora' }],
    ['--NAME Nora', { name: 'Nora' }],
    ['--name "Nora Lindqvist" --locked no', { name: 'Nora Lindqvist', locked: false }],
    ['--name="Nora Lindqvist" --locked=yes', { name: 'Nora Lindqvist', locked: true }],
    ['—name=“Nora Lindqvist”', { name: 'Nora Lindqvist' }],
    ['--name "--locked"', { name: '--locked' }],
    ['--name=a=b', { name: 'a=b' }],
    ['--name <mailto:a@example.com|a@example.com>', { name: 'a@example.com' }],
    ['--name=<mailto:a@example.com|a@example.com>', { name: 'a@example.com' }],
    ['--name -5', { name: '-5' }],
    ['--locked YES', { locked: true }],
    ['--locked true', { locked: true }],
    ['--locked on', { locked: true }],
    ['--locked Y', { locked: true }],
    ['--locked=off', { locked: false }],
    ['\u2010\u2010name Nora', { name: 'Nora' }],
    ['\u2212\u2212name Nora', { name: 'Nora' }],
    ['\uff0d\uff0dname Nora', { name: 'Nora' }],
    ['\u2015name Nora', { name: 'Nora' }],
    ['--name „Leif“', { name: 'Leif' }],
    ['--name=« Leif D »', { name: 'Leif D' }],
    ['"--private"', {}],
  ])('of %j', (text, flags) => {
    expect(read(text).flags).toEqual(flags);
  });

  it('leave the other words in their order', () => {
    expect(read('get --locked yes nora --private "x y"').positional).toEqual([
      word('get'),
      word('nora'),
      word('x y', true),
    ]);
  });

  it('give any value back as it was, with a space and with =', () => {
    fc.assert(
      fc.property(
        withoutQuotes.filter((text) => text !== ''),
        fc.constantFrom(' ', '='),
        (value, between) => {
          expect(read(`--name${between}"${escaped(value)}"`).flags).toEqual({ name: value });
        },
      ),
    );
  });

  it('are the same with the long dashes of phones', () => {
    fc.assert(
      fc.property(fc.constantFrom('—', '–', '–-'), bare, (dash, value) => {
        for (const rest of [`name ${value}`, `name=${value}`, 'private', 'locked no']) {
          expect(read(dash + rest)).toEqual(read(`--${rest}`));
        }
      }),
    );
  });

  it.each([
    ['--lokced yes', 'Unknown flag --lokced. Did you mean --locked?'],
    ['--xyzzyxyzzy', 'Unknown flag --xyzzyxyzzy.'],
    ['--constructor', 'Unknown flag --constructor.'],
    ['--__proto__', null],
    ['--name a --name b', '--name is given twice.'],
    ['--private --private', '--private is given twice.'],
    ['--private=yes', '--private takes no value.'],
    ['--name', '--name needs a value after it.'],
    ['--name=', '--name needs a value after it.'],
    ['--inactive', '--inactive needs a value after it, such as 90d.'],
    ['--name ""', '--name needs a value after it.'],
    ['--name --private', "--private is where a flag's value should be."],
    ['--name <@U0NORA001>', "A mention can't follow a flag."],
    ['--name=<@U0NORA001|nora>', "A mention can't follow a flag."],
    ['--locked', '--locked needs yes or no after it.'],
    ['--locked maybe', '--locked takes yes or no, not maybe.'],
    ['--locked perhaps', '--locked takes yes or no, not perhaps.'],
  ])('are refused in words: %s', (text, told) => {
    if (told === null) expect(read(text)).toEqual({ positional: [word(text)], flags: {} });
    else expect(refusalOf(text)).toBe(told);
  });
});
