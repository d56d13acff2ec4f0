import fc from 'fast-check';

/** What Slack would make alive: mentions of people and groups, links, dates, and their escaped forms. */
const LIVE = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<!subteam^S0FORGED1|@all>',
  '<@U0FORGED1>',
  '<@U0FORGED1|nora>',
  '<#C0FORGED1|general>',
  '<https://evil.example|Approve>',
  '<mailto:nora@example.com|nora@example.com>',
  '<!date^0^{date_num}^https://evil.example|today>',
  'https://evil.example/',
  '&lt;!channel&gt;',
  '&amp;',
  '&#60;!here&#62;',
  '&',
  '<',
  '>',
  '|',
];

/** Markup, each around a mark that no word of the bot's has, so that an oracle can find it again. */
export const MARKUP = ['*⟦b⟧*', '_⟦i⟧_', '~⟦s⟧~', ':skull:'];
export const CODE_MARKUP = ['`⟦c⟧`', '```⟦p⟧```'];
/** A line break of somebody's own, to put words of their own on a new line. */
export const NEW_LINE = '⟦\n⟧';

/** Characters that hide, turn writing around or are halves. */
const HIDING = [
  ...['\u202e', '\u2066', '\u2069', '\u200f', '\u061c', '\u200b', '\ufeff', '\u00ad', '\u2060', '\u3164'],
  ...['\u{e0041}', '\ufe0f', '\u200d', '\u200c', '\u2800', '\u0000', '\u001b[31m', '\u0007', '\r', '\u2028'],
  ...['\ud83d', '\udc00', '\ufff9', '\u0301', '\ud800\ud800'],
];

/** What other readers of the text take for their own: JSON, JavaScript, HTML, SQL, paths, logs. */
const FOREIGN = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    '#{7*7}',
    '%s%n',
    '../../etc',
    '"}],"x":["',
    '\\u003c!here\\u003e',
  ],
  ...[
    "' or 1=1 --",
    '<script>alert(1)</script>',
    '{"user":{"id":"1"}}',
    'null',
    'undefined',
    'NaN',
    '%00',
    '‹U+202E›',
  ],
];

/** What somebody types who wants something of this bot. */
export const WORDS = [
  ...[
    'get',
    'delete',
    'update',
    'nora@example.com',
    'Nora',
    'superuser',
    '--role',
    '--reason',
    '--locked=yes',
  ],
  ...[
    '--private',
    '—force',
    '--',
    '-',
    '=',
    '"',
    "'",
    '„',
    '“',
    '«',
    '»',
    ' ',
    '  ',
    '@',
    'yes',
    '@here',
    '#general',
  ],
];

const LONG = [
  '&'.repeat(700),
  '<'.repeat(160),
  'W'.repeat(3_100),
  '\u200b'.repeat(80),
  '😀'.repeat(80),
  'a b '.repeat(90),
];

const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...LIVE) },
  { weight: 3, arbitrary: fc.constantFrom(...MARKUP, ...CODE_MARKUP, NEW_LINE) },
  { weight: 4, arbitrary: fc.constantFrom(...HIDING) },
  { weight: 2, arbitrary: fc.constantFrom(...FOREIGN) },
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.constantFrom(...LONG) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
);

/** Text by somebody who wants it to be taken for something else. It may be empty, and have some thousand characters. */
export const hostileText = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''));

/** The same with something in it that can be seen to begin with. */
export const hostileName = hostileText.map((text) => `n${text}`);

/** An email address, to the taste of whoever made the account. */
export const hostileLogin = fc.oneof(
  hostileText.map((text) => `l${text}@example.com`),
  hostileName,
);

/** Any JSON, with hostile words for strings and keys. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    hostileText,
    fc.constantFrom(null, true, false, 0, -1, 1e308, Number.MAX_SAFE_INTEGER),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(hostileText, fc.constantFrom('__proto__', 'id', 'user', 'private')),
      tie('value'),
      {
        maxKeys: 3,
      },
    ),
  ),
})).value;
