import { expect, it } from 'vitest';
import { User } from '../../src/fastly/user.ts';
import { say } from '../../src/messages/kit/sentence.ts';
import { userTable } from '../../src/messages/user-table.ts';
import { wordsOf } from '../e2e/support/seeing.ts';

const ID = '0123456789abcdefABCDEF';
const AROUND = { headline: say`1 user`, above: [], below: [] };

it.each([
  [
    'what Fastly sent as null',
    { role: null, two_factor_auth_enabled: null, last_active_at: null },
    'not set not set never',
  ],
  ['a role without a letter as none', { role: ' ' }, 'not set not known not known'],
  ['what Fastly did not send', {}, 'not known not known not known'],
])('a table of users tells %s', (_, fields, says) => {
  const user = User.parse({ id: ID, login: 'ada@example.com', name: 'Ada', ...fields });
  expect(wordsOf(userTable('Users', [user], AROUND).blocks)).toContain(`ada@example.com ${says}`);
});
