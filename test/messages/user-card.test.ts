import { expect, it } from 'vitest';
import { User } from '../../src/fastly/user.ts';
import { say } from '../../src/messages/kit/sentence.ts';
import { userCard } from '../../src/messages/user-card.ts';
import { userTable } from '../../src/messages/user-table.ts';
import { wordsOf } from '../e2e/support/seeing.ts';

const user = (fields: object) => User.parse({ id: 'a1', login: 'ada@example.com', ...fields });
const card = (fields: object) => wordsOf(userCard(user(fields), null, say`now`).blocks);
const row = (fields: object) =>
  wordsOf(userTable('Users', [user(fields)], { headline: say`1 user`, above: [], below: [] }).blocks);

it.each([
  [{ role: ' SuperUser' }, true],
  [{ role: 'engineer', roles: ['engineer', 'superuser'] }, true],
  [{ role: 'engineer', roles: ['id1', 'id2'] }, false],
])('the card marks a Fastly superuser, and nobody who only may be one: %j', (fields, marked) => {
  expect(card(fields).includes('⭐')).toBe(marked);
});

it('the card and the table tell one role as a word, and several as so many more', () => {
  for (const told of [card, row]) {
    expect(told({ role: 'engineer', roles: ['id1'] })).not.toContain('more');
    expect(told({ role: 'engineer', roles: ['id1', 'id2'] })).toContain('engineer and 1 more');
    expect(told({ role: null, roles: ['id1'] })).toContain('not set and 1 more');
    expect(told({ roles: ['billing', 'id1'] })).toContain('not set, billing and 1 more');
  }
});

it('the table counts the roles whose names are too long for it', () => {
  const roles = ['engineer', 'ngwaf_observer_imported', 'tls_viewer_imported', 'id1'];
  expect(row({ role: 'engineer', roles })).toContain('engineer and 3 more');
  expect(card({ role: 'engineer', roles })).toContain(
    'engineer, ngwaf_observer_imported, tls_viewer_imported and 1 more',
  );
});
