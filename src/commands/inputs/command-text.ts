import { closest, distance } from 'fastest-levenshtein';
import { MemberId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { code, say } from '../../messages/kit/sentence.ts';

/**
 * How the text after `/fastly-user <subcommand>` is read: words, quoted text, flags, and what Slack makes of
 * mentions and addresses (`should_escape`, docs.slack.dev slash commands).
 */

/** One word as typed: text, or a member who was mentioned. */
export type Word = { kind: 'text'; text: string; quoted: boolean } | { kind: 'mention'; memberId: MemberId };

/** A flag is there or not (`switch`), or takes text, or takes `yes` or `no`. */
export type FlagKind = 'switch' | 'text' | 'yes-no';
export type FlagKinds = Readonly<Record<string, FlagKind>>;

/** What flags were given, by name: `true` for a switch, text, or yes and no as booleans. */
export type FlagValues = Record<string, string | boolean>;

/** Words that mean nothing. The sentence says which, and what would. */
export class WordsError extends Refusal {}

/**
 * Splits text into words. Quotes count at the start of a word or of a flag's value (`--name="Ada Example"`) only, so
 * `O'Brien` is one word; the curly quotes and long dashes of phones and macOS count as what they replace.
 *
 * @throws {WordsError} when a quote is not closed
 */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const flag = FLAG_WITH_VALUE.exec(rest)?.[0] ?? '';
    const { word, length } = firstWord(rest.slice(flag.length));
    words.push(flag === '' ? word : { kind: 'text', text: flag + wordText(word), quoted: false });
    rest = rest.slice(flag.length + length).trimStart();
  }
  return words;
}

/** The word that text begins with, and how much of the text it is. */
function firstWord(text: string): { word: Word; length: number } {
  const quote = OPENING_QUOTES.get(text[0] ?? '');
  if (quote === undefined) {
    const length = ESCAPED.exec(text)?.[0].length ?? text.search(/\s|$/);
    return { word: bareWord(text.slice(0, length)), length };
  }
  const end = closingQuote(text, quote);
  if (end === -1) throw unclosedQuote(text.slice(1, 30));
  return { word: quotedWord(text.slice(1, end)), length: end + 1 };
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
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    const flag = word && flagOf(word);
    if (!word || flag === null || flag === undefined) {
      if (word) positional.push(word);
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
    const next = flag.value === null ? words[index + 1] : undefined;
    if (next !== undefined) index += 1;
    flags.set(flag.name, flagValue(flag.name, kind, flag.value ?? (next && textOf(next))));
  }
  return { positional, flags: Object.fromEntries(flags) };
}

const OPENING_QUOTES = new Map([
  ['"', '"”“'],
  ['“', '"”“'],
  ['”', '"”“'],
  ["'", "'’‘"],
  ['‘', "'’‘"],
  ['’', "'’‘"],
]);

/** A closing quote ends a word: what follows it is a space or nothing. */
function closingQuote(text: string, closing: string): number {
  for (let index = 1; index < text.length; index += 1) {
    if (closing.includes(text[index] ?? '') && /^(\s|$)/.test(text.slice(index + 1))) return index;
  }
  return -1;
}

function unclosedQuote(after: string): WordsError {
  return new WordsError(
    after.trim() === ''
      ? say`The quote at the end isn't closed.`
      : say`The quote before ${code(after)} isn't closed.`,
  );
}

/** `<@U123|name>`, `<#C123|name>`, `<mailto:a@example.com|a@example.com>`, `<https://…|…>`; names may hold spaces. */
const ESCAPED = /^<([@#!]?)([^>|]+)(?:\|([^>]*))?>(?=\s|$)/;

function bareWord(raw: string): Word {
  const [, sigil, target = '', label] = ESCAPED.exec(raw) ?? [];
  if (sigil === '@') {
    const memberId = MemberId.safeParse(target);
    if (memberId.success) return { kind: 'mention', memberId: memberId.data };
  }
  const text = target.startsWith('mailto:') ? target.slice('mailto:'.length) : (label ?? target);
  return { kind: 'text', text: unescaped(sigil === undefined ? raw : text || raw), quoted: false };
}

/** Slack makes an address in quotes a link, too. */
function quotedWord(raw: string): Word {
  const text = raw.replace(
    /<(?:mailto:)?([^>|]+)(?:\|([^>]*))?>/g,
    (_, target: string, label?: string) => label ?? target,
  );
  return { kind: 'text', text: unescaped(text), quoted: true };
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const FLAG = /^(?:--|—|–-?)([A-Za-z0-9][A-Za-z0-9-]*)(?:=(.*))?$/s;
const FLAG_WITH_VALUE = /^(?:--|—|–-?)[A-Za-z0-9][A-Za-z0-9-]*=/;

function flagOf(word: Word): { name: string; value: string | null } | null {
  if (word.kind !== 'text' || word.quoted) return null;
  const [, name, value] = FLAG.exec(word.text) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), value: value ?? null };
}

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
  const lower = value.toLowerCase();
  if (lower === 'yes' || lower === 'no') return lower === 'yes';
  throw new WordsError(say`${flag} takes ${code('yes')} or ${code('no')}, not ${code(value)}.`);
}

/** What follows a flag as a word of its own. */
function textOf(word: Word): string {
  if (flagOf(word)) throw new WordsError(say`${code(wordText(word))} is where a flag's value should be.`);
  return wordText(word);
}

function wordText(word: Word): string {
  if (word.kind === 'mention') throw new WordsError(say`A mention can't follow a flag.`);
  return word.text;
}

function unknownFlag(name: string, known: readonly string[]): WordsError {
  const close = nearest(name, known);
  const problem = say`Unknown flag ${code(`--${name}`)}.`;
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
