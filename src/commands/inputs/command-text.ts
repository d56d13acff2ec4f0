import { closest, distance } from 'fastest-levenshtein';
import type { MemberId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { code, say, typedWords } from '../../messages/kit/sentence.ts';
import { type Entity, type Seen, seen } from './slack-text.ts';

/**
 * How the text after `/fastly-user <subcommand>` is read: words, quoted text and flags. What Slack makes of mentions
 * and addresses is read before, in `slack-text.ts`.
 */

/**
 * One word as the person saw it: text, a member who was mentioned, or what stands for several people or for no person
 * (`@here`, `#general`). `address` is what Slack made a link of, if nothing but marks stands around it; `disguised`
 * if the link's text is another.
 */
export type Word =
  | { kind: 'text'; text: string; quoted: boolean; address?: string | 'disguised' }
  | { kind: 'mention'; memberId: MemberId }
  | { kind: 'special'; text: string };

/** A flag is there or not (`switch`), or takes text, or takes `yes` or `no`. */
type FlagKind = 'switch' | 'text' | 'yes-no';
export type FlagKinds = Readonly<Record<string, FlagKind>>;

/** What flags were given, by name: `true` for a switch, text, or yes and no as booleans. */
export type FlagValues = Record<string, string | boolean>;

/** Words that mean nothing. The sentence says which, and what would. */
export class WordsError extends Refusal {}

/**
 * Splits text into words. Any of Unicode's quotation marks opens a quote at the start of a word or of a flag's value
 * (`--name="Ada Example"`) if a mark that matches it ends a later word. Otherwise an apostrophe is a letter of the word
 * (`'s-Gravesande`).
 *
 * @throws {WordsError} when another quote is not closed
 */
export function splitWords(raw: string): Word[] {
  const text = seen(raw);
  const words: Word[] = [];
  let at = nextWord(text, 0);
  while (at < text.text.length) {
    const flag = FLAG_WITH_VALUE.exec(text.mask.slice(at))?.[0].length ?? 0;
    const { word, end } = wordAt(text, at + flag);
    words.push(
      flag === 0
        ? word
        : { kind: 'text', text: text.text.slice(at, at + flag) + wordText(word), quoted: false },
    );
    at = nextWord(text, end);
  }
  return words;
}

function nextWord({ mask }: Seen, from: number): number {
  const space = mask.slice(from).search(/\S/);
  return space === -1 ? mask.length : from + space;
}

function wordAt(text: Seen, start: number): { word: Word; end: number } {
  const mark = text.mask[start] ?? '';
  const closing = QUOTES.find((marks) => marks.includes(mark));
  if (mark !== '' && closing !== undefined) {
    const close = closingQuote(text.mask, start, closing);
    if (close !== -1) {
      const inner = SPACED.includes(mark)
        ? trimmed(text.text, start + 1, close)
        : ([start + 1, close] as const);
      return { word: wordIn(text, ...inner, true), end: close + 1 };
    }
    if (!APOSTROPHES.includes(mark)) throw unclosedQuote(text.text.slice(start + 1, start + 30));
  }
  const length = text.mask.slice(start).search(/\s|$/);
  return { word: wordIn(text, start, start + length, false), end: start + length };
}

/** Around what Slack made of a word: anything but letters, digits and what an address may hold. */
const MARKS_ONLY = /^[^\p{L}\p{N}@+=-]*$/u;

function wordIn(text: Seen, start: number, end: number, quoted: boolean): Word {
  const shown = text.text.slice(start, end);
  const inside = text.entities.filter((each) => each.start >= start && each.end <= end);
  const [only, another] = inside;
  const around = only && text.text.slice(start, only.start) + text.text.slice(only.end, end);
  if (only && !another && around !== undefined && MARKS_ONLY.test(around)) return wordOf(only, shown, quoted);
  return { kind: 'text', text: shown, quoted };
}

function wordOf(entity: Entity, text: string, quoted: boolean): Word {
  switch (entity.kind) {
    case 'mention':
      return { kind: 'mention', memberId: entity.memberId };
    case 'address':
      return { kind: 'text', text, quoted, address: entity.address };
    case 'link':
      return { kind: 'text', text, quoted };
    case 'special':
      return quoted ? { kind: 'text', text, quoted } : { kind: 'special', text };
  }
}

/** The address that Slack made a link of, if the word is one. @throws {WordsError} where the link's text is another */
export function linkedAddress(word: Word): string | undefined {
  if (word.kind !== 'text' || word.address !== 'disguised')
    return word.kind === 'text' ? word.address : undefined;
  throw new WordsError(say`${typedWords(word.text)} links to another address. Type the address itself.`);
}

/**
 * Reads words as flags and positional words. Everything after a flag's name is read by its kind.
 *
 * @throws {WordsError} for a flag that does not exist, comes twice, or lacks its value
 */
export function readFlags(
  words: readonly Word[],
  kinds: FlagKinds,
): { positional: Word[]; flags: FlagValues } {
  const positional: Word[] = [];
  const flags = new Map<string, string | boolean>();
  const remaining = words.values();
  for (const word of remaining) {
    const flag = flagOf(word);
    if (flag === null) {
      positional.push(word);
      continue;
    }
    const kind = Object.hasOwn(kinds, flag.name) ? kinds[flag.name] : undefined;
    if (kind === undefined) throw unknownFlag(flag.name, Object.keys(kinds));
    if (flags.has(flag.name)) throw new WordsError(say`${code(`--${flag.name}`)} is given twice.`);
    if (kind === 'switch') {
      if (flag.value !== null) throw new WordsError(say`${code(`--${flag.name}`)} takes no value.`);
      flags.set(flag.name, true);
      continue;
    }
    const next = flag.value === null ? remaining.next().value : undefined;
    flags.set(flag.name, flagValue(flag.name, kind, flag.value ?? (next && textOf(next))));
  }
  return { positional, flags: Object.fromEntries(flags) };
}

/** Unicode's quotation marks: each opens a quote that any mark of its line closes, as languages differ in which does. */
const QUOTES = ['"“”„‟＂〝〞〟⹂', "'‘’‚‛＇", '«»', '‹›', '「」', '『』', '｢｣', '﹁﹂', '﹃﹄'] as const;

/** Inside of these, French writes spaces that belong to the marks. */
const SPACED = '«»‹›';

const APOSTROPHES = "'’‘";

/** A closing quote ends a word: what follows it is a space or nothing. */
function closingQuote(mask: string, open: number, closing: string): number {
  for (let index = open + 1; index < mask.length; index += 1) {
    if (closing.includes(mask[index] ?? '') && /^(\s|$)/.test(mask.slice(index + 1, index + 2))) return index;
  }
  return -1;
}

function trimmed(text: string, start: number, end: number): readonly [start: number, end: number] {
  const inner = text.slice(start, end);
  const lead = inner.length - inner.trimStart().length;
  return [start + lead, start + Math.max(lead, inner.trimEnd().length)];
}

function unclosedQuote(after: string): WordsError {
  return new WordsError(
    after.trim() === ''
      ? say`The quote at the end isn't closed.`
      : say`The quote before ${typedWords(after)} isn't closed.`,
  );
}

/** Two of Unicode's dashes, or one of the long ones that phones and macOS make of two. */
const DASHES = '(?:[-\\u2010-\\u2015\\u2212\\uff0d]{2}|[\\u2013-\\u2015])';
const FLAG = new RegExp(`^${DASHES}([A-Za-z0-9][A-Za-z0-9-]*)(?:=(.*))?$`, 's');
const FLAG_WITH_VALUE = new RegExp(`^${DASHES}[A-Za-z0-9][A-Za-z0-9-]*=`);

function flagOf(word: Word): { name: string; value: string | null } | null {
  if (word.kind !== 'text' || word.quoted) return null;
  const [, name, value] = FLAG.exec(word.text) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), value: value ?? null };
}

const YES_NO = new Map([
  ...['yes', 'y', 'true', 'on', '1'].map((word) => [word, true] as const),
  ...['no', 'n', 'false', 'off', '0'].map((word) => [word, false] as const),
]);

function flagValue(name: string, kind: 'text' | 'yes-no', value: string | undefined): string | boolean {
  const flag = code(`--${name}`);
  if (value === undefined || value === '') {
    throw new WordsError(
      kind === 'text'
        ? say`${flag} needs a value after it.`
        : say`${flag} needs ${code('yes')} or ${code('no')} after it.`,
    );
  }
  if (kind === 'text') return value;
  const answer = YES_NO.get(value.toLowerCase());
  if (answer !== undefined) return answer;
  throw new WordsError(say`${flag} takes ${code('yes')} or ${code('no')}, not ${typedWords(value)}.`);
}

/** What follows a flag as a word of its own. */
function textOf(word: Word): string {
  if (flagOf(word))
    throw new WordsError(say`${typedWords(wordText(word))} is where a flag's value should be.`);
  return wordText(word);
}

function wordText(word: Word): string {
  if (word.kind === 'mention') throw new WordsError(say`A mention can't follow a flag.`);
  return word.text;
}

function unknownFlag(name: string, known: readonly string[]): WordsError {
  const close = nearest(name, known);
  const problem = say`Unknown flag ${typedWords(`--${name}`)}.`;
  return new WordsError(close === null ? problem : say`${problem} Did you mean ${code(`--${close}`)}?`);
}

/** A shorter word is a part of too much to be meant as one. */
const SHORTEST_PART = 3;

/**
 * The candidate that a mistyped `word` was most likely meant to be: the only one that begins with it, else the only one
 * that it is a part of, else the closest of those that are close, for which the first letter counts most; `null` when
 * there is none.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase();
  const whole =
    only(candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed))) ??
    (typed.length < SHORTEST_PART
      ? null
      : only(candidates.filter((candidate) => candidate.toLowerCase().includes(typed))));
  if (whole !== null) return whole;
  const close = candidates.filter((candidate) => {
    const most = candidate[0] === typed[0] ? Math.max(2, candidate.length / 5) : 1;
    return Math.abs(candidate.length - typed.length) <= most && distance(typed, candidate) <= most;
  });
  return close.length === 0 ? null : closest(typed, close);
}

function only(candidates: readonly string[]): string | null {
  const [first = null, another] = candidates;
  return another === undefined ? first : null;
}
