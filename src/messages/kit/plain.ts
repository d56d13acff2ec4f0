import type { PlainTextElement } from '@slack/types';

/**
 * Control characters, line breaks, halves of characters, and those that turn writing around or have no width: Unicode
 * calls most of them 'default ignorable'. The empty Braille cell is drawn as nothing, too.
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufff9-\ufffb]/gu;

/** Scripts in which a joiner (U+200C, U+200D) between two letters changes how they are written. */
const JOINING = [
  'Arabic',
  'Bengali',
  'Devanagari',
  'Gujarati',
  'Gurmukhi',
  'Kannada',
  'Khmer',
  'Malayalam',
  'Mongolian',
  'Myanmar',
  'Oriya',
  'Sinhala',
  'Syriac',
  'Tamil',
  'Telugu',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');

/** Marks such as U+061C belong to a script, too, and are no letters. */
const LETTER = `[[${JOINING}]&&\\p{L}]`;

/** A joiner where a name needs it: between letters of such a script, or inside an emoji. */
const JOINER = new RegExp(
  `(?<=${LETTER}\\p{M}*)[\\u200c\\u200d](?=${LETTER})` +
    '|(?<=\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]*)(?:\\u200d(?=\\p{Extended_Pictographic})|\\ufe0f)',
  'gv',
);

/**
 * Text that shows what it is made of: what cannot be seen is named by its code point, so that two logins never
 * look the same and a name cannot put words of its own on a new line.
 */
export function plain(text: string): string {
  return text.replace(INVISIBLE, named);
}

/** The same for people's names: what Persian, Sinhala and other scripts and emoji are written with stays as it is. */
export function plainName(text: string): string {
  const joiners = new Set(Array.from(text.matchAll(JOINER), ({ index }) => index));
  return text.replace(INVISIBLE, (character, index) => (joiners.has(index) ? character : named(character)));
}

function named(character: string): string {
  if (character === '\n') return ' ';
  return `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** At most `limit` characters as Slack counts them, cut at a whole character, with an ellipsis where it was cut. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > limit - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A plain text object of at most `limit` characters. Emoji codes such as `:wave:` stay text, as data may hold them. */
export function label(text: string, limit: number): PlainTextElement {
  return { type: 'plain_text', text: cut(text, limit), emoji: false };
}
