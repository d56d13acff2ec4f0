import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/commands/inputs/command-text.ts';

const FLAGS = ['role', 'locked', 'without-2fa', 'two-factor-auth-enabled', 'two-factor-setup-required'];

describe('what a word was meant to be', () => {
  it.each([
    ['lokced', 'locked'],
    ['2fa', 'without-2fa'],
    ['2FA', 'without-2fa'],
    ['setup', 'two-factor-setup-required'],
    ['fa', null],
    ['two-factor', null],
    ['xyzzyxyzzy', null],
    ['', null],
    ['lo', 'locked'],
    ['wolf', null],
    ['bole', 'role'],
  ])('%j: %j', (word, meant) => {
    expect(nearest(word, FLAGS)).toBe(meant);
  });

  it.each([
    ['de', 'delete'],
    ['lsit', 'list'],
    ['gett', 'get'],
    ['dleete', 'delete'],
    ['edit', null],
    ['in', null],
  ])('%j among subcommands: %j', (word, meant) => {
    expect(nearest(word, ['get', 'list', 'delete', 'audit', 'invite', 'invitations'])).toBe(meant);
  });

  it('is nothing where there is nothing', () => {
    expect(nearest('role', [])).toBeNull();
  });
});
