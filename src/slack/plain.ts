/** Control characters, line breaks, and the characters that turn writing around or have no width. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/**
 * Text that shows what it is made of: what cannot be seen is named by its code point, so that two logins never
 * look the same and a name cannot put words of its own on a new line.
 */
export function plain(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    character === '\n' ? ' ' : `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`,
  );
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
