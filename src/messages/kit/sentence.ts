import type { RichTextBlock, RichTextElement, TextObject } from '@slack/types';
import { cut, label, plain, plainName } from './plain.ts';

/**
 * Words for people, kept apart from how Slack writes them down: names, logins and ids put into a sentence are
 * data and stay data, whatever characters they hold. This is the one place where text is made safe: as rich text
 * nothing in it can come alive, as mrkdwn it is escaped, as plain text there is nothing to escape.
 */
export type Sentence = { readonly parts: readonly Part[] };

/** A piece of a sentence, as rich text, as mrkdwn and as plain text. `fixed` is what of it is the same whatever the data. */
type Part = { kind: Kind; rich: RichTextElement; mrkdwn: string; plain: string; fixed: string };
type Kind = 'text' | 'bold' | 'code' | 'typed' | 'member' | 'group' | 'channel' | 'link' | 'date';

/** Stands for data in what is fixed of a sentence. */
const DATA = '…';

/** ``say`Reset for ${bold(name)}` ``: strings put in are data, sentences and parts keep their form. */
export function say(
  literals: TemplateStringsArray,
  ...values: (Sentence | Part | string | number)[]
): Sentence {
  const parts: Part[] = [];
  for (const [index, literal] of literals.entries()) {
    add(parts, text(literal));
    const value = values[index];
    if (value === undefined) continue;
    if (typeof value === 'string' || typeof value === 'number')
      add(parts, { ...text(data(String(value))), fixed: DATA });
    else if ('parts' in value) for (const part of value.parts) add(parts, part);
    else add(parts, value);
  }
  return { parts };
}

/** Text that follows text is one piece with it. */
function add(parts: Part[], part: Part): void {
  if (part.plain === '') return;
  const last = parts.at(-1);
  if (part.kind === 'text' && last?.kind === 'text') {
    parts[parts.length - 1] = { ...text(last.plain + part.plain), fixed: last.fixed + part.fixed };
  } else parts.push(part);
}

/** One piece of data is kept this short, so that a message of several stays within Slack's limits. */
const LONGEST_DATA = 500;

function data(text: string): string {
  return cut(plainName(text), LONGEST_DATA);
}

function text(words: string): Part {
  return {
    kind: 'text',
    rich: { type: 'text', text: words },
    mrkdwn: escaped(words),
    plain: words,
    fixed: words,
  };
}

function dataPart(kind: Kind, rich: RichTextElement, mrkdwn: string, plain: string): Part {
  return { kind, rich, mrkdwn, plain, fixed: DATA };
}

export function bold(words: string): Part {
  const shown = data(words);
  return dataPart('bold', { type: 'text', text: shown, style: { bold: true } }, `*${escaped(shown)}*`, shown);
}

/** For what one would copy or type: ids, logins, commands. Nothing in it stays unseen. */
export function code(words: string): Part {
  const shown = cut(plain(words), LONGEST_DATA);
  return dataPart('code', { type: 'text', text: shown, style: { code: true } }, escapedCode(shown), shown);
}

/** Words that somebody typed, shown back to them. They may hold a secret, so they go nowhere but to who typed them. */
export function typedWords(words: string): Part {
  return { ...code(words), kind: 'typed' };
}

/** The sentence without words that somebody typed: for a place that is kept. */
export function withoutTyped({ parts }: Sentence): Sentence {
  return { parts: parts.map((part) => (part.kind === 'typed' ? text('what you typed') : part)) };
}

/** What of a sentence is the same whatever the data: 'No user matches ….' It names a kind of sentence in logs. */
export function fixedText({ parts }: Sentence): string {
  return parts.map(({ fixed }) => fixed).join('');
}

export function member(id: string): Part {
  return dataPart('member', { type: 'user', user_id: id }, `<@${id}>`, 'a member');
}

export function userGroup(id: string): Part {
  return dataPart('group', { type: 'usergroup', usergroup_id: id }, `<!subteam^${id}>`, 'a user group');
}

export function channel(id: string): Part {
  return dataPart('channel', { type: 'channel', channel_id: id }, `<#${id}>`, 'that channel');
}

/** A link to where Slack itself said something is. What is no web address is only its text. */
export function link(words: string, url: string): Part {
  const shown = data(words);
  if (!URL.canParse(url) || !/^https?:\/\/[^\s<>|]+$/.test(url)) return text(shown);
  return dataPart('link', { type: 'link', url, text: shown }, `<${escaped(url)}|${escaped(shown)}>`, shown);
}

/** A moment, shown in the reader's time zone and language. */
export function date(moment: Date): Part {
  return dated(moment, '{date_short_pretty} at {time}');
}

/** As `date`, without the time: for lists, where it only takes room. */
export function day(moment: Date): Part {
  return dated(moment, '{date_short_pretty}');
}

/** @param format as in docs.slack.dev, formatting message text */
function dated(moment: Date, format: string): Part {
  if (Number.isNaN(moment.getTime())) return text('at an unknown time');
  const timestamp = Math.floor(moment.getTime() / 1000);
  const inUtc = `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const rich: RichTextElement = { type: 'date', timestamp, format, fallback: inUtc };
  return dataPart('date', rich, `<!date^${timestamp}^${format}|${inUtc}>`, inUtc);
}

/** 'a', 'a and b', 'a, b and c'. */
export function enumerate(items: readonly (Sentence | Part)[], conjunction = 'and'): Sentence {
  return items.reduce<Sentence>((sentence, item, index) => {
    if (index === 0) return say`${item}`;
    return index === items.length - 1 ? say`${sentence} ${conjunction} ${item}` : say`${sentence}, ${item}`;
  }, say``);
}

/** As many as approvals may be required (`APPROVALS_REQUIRED`), so that every approver is mentioned. */
export const MOST_MENTIONED = 100;

/** '@a, @b and 3 others': members, mentioned. Of more than `most`, the first ones. */
export function mentions(
  members: readonly string[],
  conjunction: 'and' | 'or',
  most = MOST_MENTIONED,
): Sentence {
  const named = members.slice(0, most).map(member);
  const others = members.length - named.length;
  const more = others > 0 ? [say`${others} ${others === 1 ? 'other' : 'others'}`] : [];
  return enumerate([...named, ...more], conjunction);
}

/** '1 day', '2 days'. */
export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** Of many names, so many are told. */
const MOST_NAMED = 10;

/** 'a, b and 3 more'. */
export function namesInShort(
  names: readonly Sentence[],
  most = MOST_NAMED,
  conjunction: 'and' | 'or' = 'and',
): Sentence {
  const more = names.length - most;
  return enumerate([...names.slice(0, most), ...(more > 0 ? [say`${more} more`] : [])], conjunction);
}

/** Sentences in a row. */
export function joined(items: readonly Sentence[], between = say` `): Sentence {
  return items.reduce((line, item, index) => (index === 0 ? item : say`${line}${between}${item}`), say``);
}

/** 'a  ·  b  ·  c'. */
export function sideBySide(items: readonly Sentence[]): Sentence {
  return joined(items, say`  ·  `);
}

/** Sentences as one rich text block, each on a line of its own (docs.slack.dev, rich text block). */
export function richText(...lines: readonly Sentence[]): RichTextBlock {
  const elements = lines.flatMap((line, index) => [
    ...(index === 0 ? [] : [{ type: 'text', text: '\n' } as const]),
    ...line.parts.map(({ rich }) => rich),
  ]);
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

/**
 * For fields and other small places that take no rich text. Slack has an escape for `&`, `<` and `>`, but none for what
 * makes text bold, struck, quoted or an emoji (docs.slack.dev, formatting message text): where names and the like have
 * that, all of it is plain text. So it is where only the escapes make it too long for the place.
 *
 * @param limit how many characters the place holds
 */
export function textObject(sentence: Sentence, limit: number): TextObject {
  const written = sentence.parts
    .filter(({ kind }) => kind !== 'code' && kind !== 'typed')
    .map(({ plain }) => plain)
    .join(' ');
  const marked = mrkdwn(sentence);
  return LOOKS_LIKE_MARKUP.test(written) || marked.length > limit
    ? label(plainText(sentence), limit)
    : { type: 'mrkdwn', text: marked, verbatim: true };
}

/** One sign of it is enough, as its other half may be anywhere. */
const LOOKS_LIKE_MARKUP = /[*~`]|\b_|_\b|:[^\s:]+:|(^|\n)\s*>/;

/** For a message's `text`, where markup does no harm: it is read out and shown in notifications. */
export function mrkdwn(sentence: Sentence): string {
  return sentence.parts.map(({ mrkdwn }) => mrkdwn).join('');
}

/** mrkdwn of at most `limit` characters. What Slack reads as one piece, an escape or a mention, is not cut inside. */
export function cutMrkdwn(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = cut(text, limit).slice(0, -1);
  return `${kept.replace(/(?:<[^<>]*|&[a-z]*)$/, '')}…`;
}

/** Where Slack draws no markup: errors at fields, titles, option texts. */
export function plainText(sentence: Sentence): string {
  return sentence.parts.map(({ plain }) => plain).join('');
}

/** As mrkdwn, where nothing in it comes alive (docs.slack.dev, formatting message text). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The same in a `code` span, which has no escape for its own mark. */
export function escapedCode(text: string): string {
  return `\`${escaped(text).replaceAll('`', '‹U+0060›')}\``;
}
