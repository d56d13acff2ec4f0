import { withEmoji } from './emoji.ts';

/** A piece of mrkdwn, see https://docs.slack.dev/messaging/formatting-message-text. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike' | 'quote'; pieces: Piece[] }
  | { kind: 'code' | 'preformatted'; text: string }
  | { kind: 'user' | 'channel' | 'group'; id: string }
  | { kind: 'broadcast'; text: string }
  | { kind: 'link'; url: string; text: string }
  | { kind: 'date'; seconds: number; format: string; url: string | null; fallback: string };

/** What is looked for, the first that fits first. */
const MARKS = [
  /```(?<preformatted>[\s\S]+?)```\n?/,
  /`(?<code>[^`\n]+)`/,
  /<(?<angle>[^<>\n]+)>/,
  /(?<=^|\n)&gt; ?(?<quote>[^\n]*(?:\n&gt; ?[^\n]*)*)\n?/,
  /(?<![\w*])\*(?<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])/,
  /(?<![\w_])_(?<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])/,
  /(?<![\w~])~(?<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])/,
];
const ANY_MARK = new RegExp(MARKS.map(({ source }) => source).join('|'), 'g');
const ADDRESS = /(?<url>https?:\/\/[^\s<>]+[^\s<>.,;:!?)'"])/g;

/** `verbatim`: addresses in the text stay text. */
export function parseMrkdwn(text: string, verbatim: boolean): Piece[] {
  return split(
    text,
    ANY_MARK,
    (found) => marked(found, verbatim),
    (plain) => (verbatim ? [{ kind: 'text', text: written(plain) }] : withAddresses(plain)),
  );
}

function marked(found: { [mark: string]: string | undefined }, verbatim: boolean): Piece {
  const inside = (text: string) => parseMrkdwn(text, verbatim);
  const { preformatted, code, angle, quote, bold, italic, strike } = found;
  if (preformatted !== undefined)
    return { kind: 'preformatted', text: unescaped(preformatted.replace(/^\n|\n$/g, '')) };
  if (code !== undefined) return { kind: 'code', text: unescaped(code) };
  if (quote !== undefined) return { kind: 'quote', pieces: inside(quote.replaceAll(/\n&gt; ?/g, '\n')) };
  if (bold !== undefined) return { kind: 'bold', pieces: inside(bold) };
  if (italic !== undefined) return { kind: 'italic', pieces: inside(italic) };
  if (strike !== undefined) return { kind: 'strike', pieces: inside(strike) };
  return inAngleBrackets(angle ?? '');
}

function inAngleBrackets(content: string): Piece {
  const bar = content.indexOf('|');
  const target = bar === -1 ? content : content.slice(0, bar);
  const label = bar === -1 ? null : written(content.slice(bar + 1));
  const [, seconds, format = '', url = null] = target.split('^');
  if (target.startsWith('!date^')) {
    const fallback = label ?? '';
    return { kind: 'date', seconds: Number(seconds), format: unescaped(format), url, fallback };
  }
  if (target.startsWith('@')) return { kind: 'user', id: target.slice(1) };
  if (target.startsWith('#')) return { kind: 'channel', id: target.slice(1) };
  if (target.startsWith('!subteam^')) return { kind: 'group', id: target.slice('!subteam^'.length) };
  if (target.startsWith('!')) return { kind: 'broadcast', text: label ?? `@${target.slice(1)}` };
  return { kind: 'link', url: unescaped(target), text: label ?? unescaped(target.replace(/^mailto:/, '')) };
}

function withAddresses(text: string): Piece[] {
  return split(
    text,
    ADDRESS,
    ({ url = '' }) => ({ kind: 'link', url: unescaped(url), text: unescaped(url) }),
    (plain) => [{ kind: 'text', text: written(plain) }],
  );
}

/** Cuts `text` at what `pattern` finds. */
function split(
  text: string,
  pattern: RegExp,
  found: (groups: { [name: string]: string | undefined }) => Piece,
  between: (plain: string) => Piece[],
): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) pieces.push(...between(text.slice(end, match.index)));
    pieces.push(found(match.groups ?? {}));
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(...between(text.slice(end)));
  return pieces;
}

const written = (text: string) => withEmoji(unescaped(text));

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
