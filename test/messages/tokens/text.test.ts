import { describe, expect, it } from 'vitest';
import type { ListedToken } from '../../../src/changes/token.ts';
import { tokenText } from '../../../src/messages/tokens/text.ts';
import { read } from '../read.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const ago = (milliseconds: number) => new Date(NOW - milliseconds).toISOString();

const token: ListedToken = { id: 't1', name: 'ci', scope: 'global', services: 0 };
const told = (changes: Partial<ListedToken>) => read(tokenText({ ...token, ...changes }, NOW));

describe('a token in a request', () => {
  it.each([
    ['less than a minute ago', 1_000],
    ['1 minute ago', MINUTE],
    ['59 minutes ago', HOUR - 1],
    ['1 hour ago', HOUR],
    ['2 days ago', 2 * DAY + HOUR],
    ['7 days ago', 7 * DAY],
  ])('that was used within a week is in bold: used %s', (words, since) => {
    expect(told({ lastUsedAt: ago(since) })).toBe(`\`ci\` (global, *used ${words}*)`);
  });

  it.each([
    ['used 7 days ago', ago(7 * DAY + 1)],
    ['used 30 days ago', ago(30 * DAY)],
    ['unused for 30 days', ago(30 * DAY + 1)],
    ['unused for 400 days', ago(400 * DAY)],
    ['never used', null],
    // The clocks of Fastly and of the bot differ.
    ['*used less than a minute ago*', ago(-HOUR)],
  ])('is told of as %s', (words, lastUsedAt) => {
    expect(told({ lastUsedAt })).toBe(`\`ci\` (global, ${words})`);
  });

  it('tells what Fastly does not say as unknown', () => {
    expect(told({ name: null, scope: null, services: null })).toBe('`t1` (unknown scope, last use unknown)');
  });

  it.each([
    [1, '`ci` (purge_all, 1 service, never used)'],
    [3, '`ci` (purge_all, 3 services, never used)'],
  ])('counts its services, where it is not for all of them', (services, expected) => {
    expect(told({ scope: 'purge_all', services, lastUsedAt: null })).toBe(expected);
  });
});
