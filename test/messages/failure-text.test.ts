import { describe, expect, it } from 'vitest';
import { NeedsNewerVersion } from '../../src/approvals/newer.ts';
import {
  FastlyCutOff,
  FastlyDuplicate,
  type FastlyError,
  FastlyForbidden,
  FastlyInvalid,
  FastlyOtherUser,
  FastlyRateLimited,
  FastlyTimedOut,
  FastlyUnauthorized,
  FastlyUnavailable,
  FastlyUnexpectedAnswer,
} from '../../src/fastly/errors.ts';
import { explain } from '../../src/messages/failure-text.ts';
import { pendingRequest } from '../approvals/people.ts';
import { read } from './read.ts';

const WORDS = { msg: 'Bad request', detail: null };
const FAILURES: readonly (readonly [what: string, of: (operation: string) => FastlyError])[] = [
  ['a refused token', (operation) => new FastlyUnauthorized(operation, 401)],
  ['a missing right', (operation) => new FastlyForbidden(operation, 403, WORDS)],
  ['a duplicate', (operation) => new FastlyDuplicate(operation, 409, WORDS)],
  ['a refusal', (operation) => new FastlyInvalid(operation, 400, WORDS)],
  ['a rate limit', (operation) => new FastlyRateLimited(operation, 429, null)],
  ['an outage', (operation) => new FastlyUnavailable(operation, 503, false)],
  ['a proxy in between', (operation) => new FastlyUnavailable(operation, 403, false)],
  ['a deadline', (operation) => new FastlyTimedOut(operation, false)],
  ['a lost connection', (operation) => new FastlyCutOff(operation, false, 'ECONNREFUSED', null)],
  ...(['proxy', 'certificate'] as const).map((kind) => {
    const problem = { kind, what: 'what is wrong', remedy: 'What helps.' };
    return [
      `a problem with the ${kind}`,
      (operation: string) => new FastlyCutOff(operation, false, 'code', problem),
    ] as const;
  }),
  ['an answer about somebody else', (operation) => new FastlyOtherUser(operation, 200, false)],
  ['an odd answer', (operation) => new FastlyUnexpectedAnswer(operation, 200, 'no id', false)],
];

describe('the text for a failed call', () => {
  const reads = [
    ...['get_user', 'get_current_user', 'list_users', 'current_customer', 'list_invitations'],
    ...['list_tokens', 'current_token'],
  ];
  it.each(FAILURES)('does not speak of changes where only something was read: %s', (_, of) => {
    for (const operation of reads) expect(read(explain(of(operation)))).not.toContain('changed');
  });

  const changes = [
    'create_user',
    'update_user',
    'delete_user',
    'create_invitation',
    'request_password_reset',
  ];
  it.each(FAILURES)('says that nothing was changed where a change was refused: %s', (_, of) => {
    for (const operation of changes) {
      expect(read(explain(of(operation)))).toMatch(/\. Nothing was changed\. \S|\. Nothing was changed\.$/);
    }
  });

  it('says how to check where a change may have been made', () => {
    expect(read(explain(new FastlyTimedOut('update_user', true)))).toBe(
      "Fastly didn't answer in time. It may still have gone through. Check with `/fastly-user get` before you try again.",
    );
  });
});

it('a call that a proxy refuses is not told as refused by Fastly', () => {
  const refused = new FastlyUnavailable('update_user', 403, true);
  expect(read(explain(refused))).toMatch(
    /^Something between the bot and Fastly, such as a proxy, refused the call \(403\)\. It may still have gone through\./,
  );
});

it('a request that needs a newer version is told of by its id, with what to do', () => {
  const { id, requester, channel } = pendingRequest();
  const error = new NeedsNewerVersion({ needsNewerVersion: true, id, requester, channel });
  expect(read(explain(error))).toBe(
    "Request `K7Q2-9FMX` needs a newer version of the bot. Nothing was done. Try again in a few minutes, or tell the bot's operator.",
  );
});
