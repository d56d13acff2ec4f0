import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/approvals/action.ts';
import type { ListedToken } from '../../../src/changes/token.ts';
import { tokenNotes, tokenNotesInShort } from '../../../src/messages/tokens/notes.ts';
import { CURRENT } from '../../approvals/people.ts';
import { read } from '../read.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const USER = { id: 'u1', login: 'edda@example.com', name: 'Edda Morton' };
const TARGET = { ...USER, role: 'engineer', lastActiveAt: null, twoFactor: true, locked: false };

const tokens = (count: number): ListedToken[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `t${at}`,
    name: `ci-${at}`,
    scope: 'global',
    services: 0,
    lastUsedAt: null,
  }));
const shown = (count: number) => ({ readAt: NOW, tokens: tokens(count) });

const revoke = (count: number): Action => ({ kind: 'revoke', version: 1, target: USER, shown: shown(count) });
const deletion = (count: number, flags: { revokeFirst?: boolean; laterTokens?: boolean }): Action => ({
  kind: 'delete-with-tokens',
  version: 1,
  target: TARGET,
  shown: shown(count),
  revokeFirst: false,
  laterTokens: false,
  ...flags,
});
const lock = (count: number): Action => ({
  kind: 'demote-with-tokens',
  version: 1,
  target: TARGET,
  before: CURRENT,
  changes: { locked: true },
  sessions: false,
  shown: shown(count),
});

const told = (action: Action) => tokenNotes(action).map(read).join(' ');

describe('what approvers are told of tokens', () => {
  it.each([revoke, lock])('names each token that is revoked', (action) => {
    const words = told(action(50));
    for (const { name } of tokens(50)) expect(words).toContain(`\`${name}\``);
    expect(words).not.toContain('more');
  });

  it('counts those of a deletion that are too many', () => {
    expect(told(deletion(20, {}))).toContain('`ci-14` (global, never used), 5 more.');
  });

  it('names three in a list of requests, and counts the others', () => {
    for (const action of [revoke(20), lock(20), deletion(20, {})]) {
      const words = tokenNotesInShort(action).map(read).join(' ');
      expect(words).toContain('20 tokens that programs use: `ci-0`');
      expect(words).toContain('17 more');
      expect(words).not.toContain('ci-3');
    }
  });

  it('says that a lock has no token to revoke', () => {
    expect(told(lock(0))).toBe('No API token that programs use. There is none to revoke.');
  });

  it('says what tokens made since are, where there is none now', () => {
    expect(told(deletion(0, { laterTokens: true }))).toBe(
      "No API token that programs use. API tokens made before the deletion are included. Fastly may refuse until they are revoked. If Fastly doesn't refuse, they end with the user.",
    );
  });

  it('says that sessions alone are ended first', () => {
    expect(told(deletion(0, { revokeFirst: true }))).toContain("Step 1 ends the user's browser sessions.");
  });
});
