import { describe, expect, it } from 'vitest';
import { EVERY_TOKEN, fitsToken, type TokenFilter } from '../../src/directory/token-filter.ts';
import { ApiToken } from '../../src/fastly/api-token.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const at = (days: number) => new Date(NOW + days * 86_400_000).toISOString();

const fits = (token: object, filter: Partial<TokenFilter>) =>
  fitsToken(ApiToken.parse({ id: 't1', ...token }), { ...EVERY_TOKEN, ...filter }, NOW);

describe('a token that is unused for 90 days', () => {
  it.each([
    ['was used longer ago', { last_used_at: at(-90.1), created_at: at(-200) }, 'yes'],
    ['was used since', { last_used_at: at(-89.9), created_at: at(-200) }, 'no'],
    ['was never used, and made longer ago', { last_used_at: null, created_at: at(-90.1) }, 'yes'],
    ['was never used, and made since', { last_used_at: null, created_at: at(-89.9) }, 'no'],
    ['was never used, and made nobody knows when', { last_used_at: null }, 'unknown'],
    ['was used nobody knows when', { created_at: at(-200) }, 'unknown'],
  ])('%s: %j', (_, token, expected) => {
    expect(fits(token, { unused: 90 })).toBe(expected);
  });
});

describe('a token that expires within 14 days', () => {
  it.each([
    ['does so in time', { expires_at: at(14) }, 'yes'],
    ['does so later', { expires_at: at(14.1) }, 'no'],
    ['has expired', { expires_at: at(-1) }, 'no'],
    ['never does', { expires_at: null }, 'no'],
    ['does so nobody knows when', {}, 'unknown'],
  ])('%s: %j', (_, token, expected) => {
    expect(fits(token, { expiring: 14 })).toBe(expected);
  });
});

it('fits all filters or none', () => {
  const token = { scope: 'global', last_used_at: at(-100), expires_at: at(3) };
  expect(fits(token, {})).toBe('yes');
  expect(fits(token, { unused: 90, expiring: 14, global: true })).toBe('yes');
  expect(fits({ ...token, scope: 'purge_all' }, { unused: 90, global: true })).toBe('no');
  expect(fits({ scope: 'purge_all' }, { unused: 90, global: true })).toBe('no');
  expect(fits({ scope: undefined }, { global: true })).toBe('unknown');
  expect(fits({ scope: 'global' }, { unused: 90, global: true })).toBe('unknown');
});
