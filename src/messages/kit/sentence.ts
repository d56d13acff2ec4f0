import type { RichTextBlock, RichTextElement, TextObject } from '@slack/types';
import { cut, label, plain } from './plain.ts';

/**
 * Words for people, kept apart from how Slack writes them down: names, logins and ids put into a sentence are
 * data and stay data, whatever characters they hold. This is the one place where text is made safe: as rich text
 * nothing in it can come alive, as mrkdwn it is escaped, as plain text there is nothing to escape.
 */
export type Sentence = { readonly parts: readonly Part[] };

type Part =
  | { kind: 'text'; text: string }
  | { kind: 'bold'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'member'; id: string }
  | { kind: 'channel'; id: string }
  | { kind: 'link'; text: string; url: string }
  | { kind: 'date'; moment: Date; format: DateFormat };

/** ``say`Reset for ${bold(name)}` ``: strings put in are data, sentences and parts keep their form. */
export function say(
  literals: TemplateStringsArray,
  ...values: (Sentence | Part | string | number)[]
): Sentence {
  const parts: Part[] = [];
  for (const [index, literal] of literals.entries()) {
    add(parts, { kind: 'text', text: literal });
    const value = values[index];
    if (value === undefined) continue;
    if (typeof value === 'string' || typeof value === 'number')
      add(parts, { kind: 'text', text: data(String(value)) });
    else if ('parts' in value) for (const part of value.parts) add(parts, part);
    else add(parts, value);
  }
  return { parts };
}

/** Text that follows text is one piece with it. */
function add(parts: Part[], part: Part): void {
  if ('text' in part && part.text === '') return;
  const last = parts.at(-1);
  if (part.kind === 'text' && last?.kind === 'text')
    parts[parts.length - 1] = { ...last, text: last.text + part.text };
  else parts.push(part);
}

/** One piece of data is kept this short, so that a message of several stays within Slack's limits. */
const LONGEST_DATA = 500;

function data(text: string): string {
  return cut(plain(text), LONGEST_DATA);
}

export function bold(text: string): Part {
  return { kind: 'bold', text: data(text) };
}

/** For what one would copy or type: ids, logins, commands. */
export function code(text: string): Part {
  return { kind: 'code', text: data(text) };
}

export function member(id: string): Part {
  return { kind: 'member', id };
}

export function channel(id: string): Part {
  return { kind: 'channel', id };
}

/** A link to where Slack itself said something is. What is no web address is only its text. */
export function link(text: string, url: string): Part {
  const web = URL.canParse(url) && /^https?:\/\/[^\s<>|]+$/.test(url);
  return web ? { kind: 'link', text: data(text), url } : { kind: 'text', text: data(text) };
}

/** How Slack writes a moment down, in the reader's time zone and language (docs.slack.dev, formatting message text). */
type DateFormat = '{date_short_pretty} at {time}' | '{date_short_pretty}';

/** A moment, shown in the reader's time zone and language. */
export function date(moment: Date): Part {
  return Number.isNaN(moment.getTime())
    ? { kind: 'text', text: 'at an unknown time' }
    : { kind: 'date', moment, format: '{date_short_pretty} at {time}' };
}

/** As `date`, without the time: for lists, where it only takes room. */
export function day(moment: Date): Part {
  const whole = date(moment);
  return whole.kind === 'date' ? { ...whole, format: '{date_short_pretty}' } : whole;
}

/** 'a', 'a and b', 'a, b and c'. */
export function enumerate(items: readonly (Sentence | Part)[], conjunction = 'and'): Sentence {
  return items.reduce<Sentence>((sentence, item, index) => {
    if (index === 0) return say`${item}`;
    return index === items.length - 1 ? say`${sentence} ${conjunction} ${item}` : say`${sentence}, ${item}`;
  }, say``);
}

/** 'a  ·  b  ·  c'. */
export function sideBySide(items: readonly Sentence[]): Sentence {
  return items.reduce((line, item, index) => (index === 0 ? item : say`${line}  ·  ${item}`), say``);
}

/** Sentences as one rich text block, each on a line of its own (docs.slack.dev, rich text block). */
export function richText(...lines: readonly Sentence[]): RichTextBlock {
  const elements = lines.flatMap((line, index) => [
    ...(index === 0 ? [] : [{ type: 'text', text: '\n' } as const]),
    ...line.parts.map(element),
  ]);
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function element(part: Part): RichTextElement {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'bold':
      return { type: 'text', text: part.text, style: { bold: true } };
    case 'code':
      return { type: 'text', text: part.text, style: { code: true } };
    case 'member':
      return { type: 'user', user_id: part.id };
    case 'channel':
      return { type: 'channel', channel_id: part.id };
    case 'link':
      return { type: 'link', url: part.url, text: part.text };
    case 'date':
      return {
        type: 'date',
        timestamp: unixSeconds(part.moment),
        format: part.format,
        fallback: inUtc(part.moment),
      };
  }
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
    .filter(({ kind }) => kind !== 'code')
    .map(plainPart)
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
  return sentence.parts.map(mrkdwnPart).join('');
}

function mrkdwnPart(part: Part): string {
  switch (part.kind) {
    case 'text':
      return escaped(part.text);
    case 'bold':
      return `*${escaped(part.text)}*`;
    case 'code':
      return `\`${escaped(part.text).replaceAll('`', '‹U+0060›')}\``;
    case 'member':
      return `<@${part.id}>`;
    case 'channel':
      return `<#${part.id}>`;
    case 'link':
      return `<${escaped(part.url)}|${escaped(part.text)}>`;
    case 'date':
      return `<!date^${unixSeconds(part.moment)}^${part.format}|${inUtc(part.moment)}>`;
  }
}

/** Where Slack draws no markup: errors at fields, titles, option texts. */
export function plainText(sentence: Sentence): string {
  return sentence.parts.map(plainPart).join('');
}

function plainPart(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'bold':
    case 'code':
    case 'link':
      return part.text;
    case 'member':
      return 'a member';
    case 'channel':
      return 'that channel';
    case 'date':
      return inUtc(part.moment);
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unixSeconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}

function inUtc(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
