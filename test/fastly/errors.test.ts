import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { FastlyClient } from '../../src/fastly/client.ts';
import { isFastlyError } from '../../src/fastly/errors.ts';
import { rateLimitReset } from '../../src/fastly/transport.ts';
import type { CustomerId, UserId } from '../../src/fastly/user.ts';
import {
  ENGINEER,
  LIMITED_ENGINEER,
  NORA_USER,
  OWNER,
  PASSWORD,
  TOMAS_USER,
} from '../sandbox/fastly/people.ts';
import { failureOf, startAccount, userId } from './start.ts';

/** The error of a read that is answered like this. */
async function errorFor(status: number, body?: string, contentType?: string) {
  const { account, client } = await startAccount();
  account.setFaults({
    fail: {
      match: null,
      status,
      times: 1,
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
    },
  });
  return await failureOf(client.getUser(userId(ENGINEER)));
}

describe("the account's own refusals", () => {
  it('tells that the token is not accepted', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ tokenRefused: true });
    expect(await failureOf(client.getCurrentUser())).toMatchObject({
      kind: 'unauthorized',
      operation: 'get_current_user',
      status: 401,
      mayHaveBeenCarriedOut: false,
    });
  });

  it('tells that the current password is wrong', async () => {
    const { client } = await startAccount();
    const change = client.updateUserPassword(
      NORA_USER.login,
      new Secret('wrong'),
      new Secret('maple_93_xyz'),
    );
    expect(await failureOf(change)).toMatchObject({
      kind: 'unauthorized',
      operation: 'update_user_password',
    });
  });

  it('tells that a new password is too weak', async () => {
    const { client } = await startAccount();
    const change = client.updateUserPassword(NORA_USER.login, new Secret(PASSWORD), new Secret('short'));
    expect(await failureOf(change)).toMatchObject({
      kind: 'invalid',
      msg: 'the new password is too weak',
    });
  });

  it('tells that there is no such user', async () => {
    const { client } = await startAccount();
    expect(await failureOf(client.getUser(userId({ id: 'nobody0' })))).toMatchObject({
      kind: 'not_found',
      status: 404,
      msg: 'Record not found',
      detail: "Cannot load user 'nobody0'",
      message: "get_user: Fastly answered 404: Record not found: Cannot load user 'nobody0'",
    });
  });

  it('tells that a login is taken', async () => {
    const { client } = await startAccount();
    expect(await failureOf(client.createUser({ login: TOMAS_USER.login }))).toMatchObject({
      kind: 'duplicate',
      operation: 'create_user',
      status: 409,
      msg: 'Duplicate record',
      mayHaveBeenCarriedOut: false,
    });
  });

  it('tells that a limited engineer cannot become a user, and that the owner cannot be deleted', async () => {
    const { client } = await startAccount();
    expect(await failureOf(client.updateUser(userId(LIMITED_ENGINEER), { role: 'user' }))).toMatchObject({
      kind: 'invalid',
      detail: "Role 'user' is not allowed to be service limited",
    });
    expect(await failureOf(client.deleteUser(userId(OWNER)))).toMatchObject({
      kind: 'invalid',
      operation: 'delete_user',
      detail: expect.stringContaining('owner'),
    });
  });

  it.each([
    [403, 'forbidden'],
    [404, 'not_found'],
    [405, 'invalid'],
    [410, 'invalid'],
  ] as const)('tells that the account refuses direct creation with %i', async (status, kind) => {
    const { account, client } = await startAccount();
    account.setFaults({ directCreation: status });
    expect(await failureOf(client.createUser({ login: 'ada@example.com' }))).toMatchObject({ kind, status });
  });
});

describe('the kind of an error', () => {
  it.each([
    [302, 'invalid'],
    [400, 'invalid'],
    [404, 'not_found'],
    [405, 'invalid'],
    [409, 'duplicate'],
    [410, 'invalid'],
    [412, 'invalid'],
    [422, 'invalid'],
  ] as const)("follows from the status %i of Fastly's own answer", async (status, kind) => {
    const error = await errorFor(status, '{"msg":"Bad request"}');
    expect(error).toMatchObject({ kind, status, mayHaveBeenCarriedOut: false });
    expect(isFastlyError(error)).toBe(true);
  });

  it.each([
    [429, 'rate_limited'],
    [501, 'unavailable'],
    [520, 'unavailable'],
  ] as const)('follows from the status %i even with an empty body', async (status, kind) => {
    expect(await errorFor(status)).toMatchObject({ kind, status, mayHaveBeenCarriedOut: false });
  });

  it.each([302, 400, 401, 403, 404, 405, 409, 410, 412, 422])(
    'is that of an outage for %i with a page or without a body, which Fastly itself does not send',
    async (status) => {
      for (const body of ['<html><body>Please log in</body></html>', undefined]) {
        expect(await errorFor(status, body)).toMatchObject({ kind: 'unavailable', status });
      }
    },
  );

  it.each([
    '{"msg":"Provided credentials are missing or invalid"}',
    '{"errors":[{"title":"Unauthorized"}]}',
    '{"title":"Unauthorized","errors":null}',
  ])('is one about the token where Fastly itself says so: %s', async (body) => {
    expect(await errorFor(401, body)).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(await errorFor(403, body)).toMatchObject({ kind: 'forbidden', status: 403 });
  });

  it.each([
    [403, '{"error":"blocked"}'],
    [403, '{"msg":"","title":"","errors":[]}'],
    [401, '["Unauthorized"]'],
    [404, '{}'],
    [404, 'default backend - 404'],
    [404, '404 page not found\n'],
    [405, 'Method Not Allowed'],
    [400, '["Bad request"]'],
    [400, '{"msg":"Bad requ'],
  ])('is that of an outage for %i with %s, which something in between has said', async (status, body) => {
    expect(await errorFor(status, body)).toMatchObject({ kind: 'unavailable', status });
  });

  it('leaves open whether a change was made where something in between has answered', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ fail: { match: null, status: 403, body: '<html></html>', times: 1 } });
    expect(await failureOf(client.deleteUser(userId(ENGINEER)))).toMatchObject({
      kind: 'unavailable',
      mayHaveBeenCarriedOut: true,
    });
  });

  it("is 'duplicate' for a 400 that says so", async () => {
    expect(await errorFor(400, '{"msg":"Duplicate record"}')).toMatchObject({ kind: 'duplicate' });
  });
});

describe('the words of a refusal', () => {
  it.each([
    ['msg and detail', '{"msg":"Bad request","detail":"Why"}', 'Bad request', 'Why'],
    ['a bare msg', '{"msg":"Bad request"}', 'Bad request', null],
    ['a list of errors', '{"errors":[{"title":"Bad","detail":"Why","code":"c"}]}', 'Bad', 'Why'],
    ['a title with errors null', '{"title":"Bad","detail":"Why","status":400,"errors":null}', 'Bad', 'Why'],
    ['an empty list of errors', '{"msg":"Bad","errors":[]}', 'Bad', null],
    ['a detail of another type', '{"msg":"Bad","detail":{"login":["taken"]}}', 'Bad', null],
    ['errors of another type', '{"msg":"Bad","errors":{"login":["taken"]}}', 'Bad', null],
    ['blank words', '{"msg":" ","detail":" "}', null, null],
  ])('are read from %s', async (_shape, body, msg, detail) => {
    expect(await errorFor(400, body)).toMatchObject({ kind: 'invalid', msg, detail });
  });

  it('are read whatever the content type says', async () => {
    expect(await errorFor(400, '{"msg":"Bad request"}', 'text/html')).toMatchObject({ msg: 'Bad request' });
  });
});

describe('a successful status with the wrong body', () => {
  it.each([
    ['is empty', undefined],
    ['is a page', '<html>Welcome</html>'],
    ['is null', 'null'],
    ['is a user without a login', '{"id":"abc1"}'],
    ['is a user whose id could leave its place in a path', '{"id":"../x","login":"a@example.com"}'],
    ['is a user whose lock is not yes, no or unset', '{"id":"abc1","login":"a@b.c","locked":"yes"}'],
  ])('is an unexpected answer when it %s', async (_what, body) => {
    expect(await errorFor(200, body)).toMatchObject({
      kind: 'unexpected_answer',
      status: 200,
      mayHaveBeenCarriedOut: false,
    });
  });

  it('is taken for a user when only the content type is wrong', async () => {
    const { account, client } = await startAccount();
    const body = '{"id":"abc1","login":"a@example.com"}';
    account.setFaults({ fail: { match: null, status: 200, body, contentType: 'text/plain', times: 1 } });
    expect(await client.getCurrentUser()).toEqual({ id: 'abc1', login: 'a@example.com' });
  });

  it.each<[string, (client: FastlyClient) => Promise<unknown>]>([
    ['creation', (client) => client.createUser({ login: 'ada@example.com' })],
    ['update', (client) => client.updateUser(userId(ENGINEER), { locked: true })],
    ['deletion', (client) => client.deleteUser(userId(ENGINEER))],
    ['reset', (client) => client.requestPasswordReset(ENGINEER.login)],
  ])('leaves open whether a %s was carried out', async (_change, call) => {
    const { account, client } = await startAccount();
    account.setFaults({ fail: { match: null, status: 200, body: '{"status":"no idea"}', times: 1 } });
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'unexpected_answer',
      mayHaveBeenCarriedOut: true,
    });
  });

  it('names the fields that were wrong and never their values', async () => {
    const error = await errorFor(200, '{"id":"sesame!","login":""}');
    expect(error.message).toContain('id, login');
    expect(error.message).not.toContain('sesame');
  });
});

describe('what is refused before any call', () => {
  it.each(['', '../current_user', 'a/b', 'a b', 'abc?x', 'abc%2e', 'ünï', 'abc\n'])(
    'is the id %j',
    async (text) => {
      const { account, client } = await startAccount();
      for (const call of callsWithId(client, text)) {
        expect(await failureOf(call)).toMatchObject({ kind: 'invalid_id', status: null });
      }
      expect(account.calls()).toEqual([]);
    },
  );

  it.each(['', '.', '..', '\ud800@example.com'])('is a reset for the login %j', async (login) => {
    const { account, client } = await startAccount();
    expect(await failureOf(client.requestPasswordReset(login))).toMatchObject({ kind: 'invalid_id' });
    expect(account.calls()).toEqual([]);
  });
});

/** Every operation that takes an id, with text that the types would not let through. */
function callsWithId(client: FastlyClient, text: string): Promise<unknown>[] {
  const id: UserId = JSON.parse(JSON.stringify(text));
  const account: CustomerId = JSON.parse(JSON.stringify(text));
  return [
    client.getUser(id),
    client.updateUser(id, { locked: true }),
    client.deleteUser(id),
    client.listUsers(account),
  ];
}

describe('when the rate limit ends', () => {
  const now = Date.parse('2025-09-01T14:30:00Z');
  const seconds = now / 1000;

  it.each([
    ['the header of Fastly', { 'fastly-ratelimit-reset': String(seconds + 60) }, seconds + 60],
    ['Retry-After in seconds', { 'retry-after': '30' }, seconds + 30],
    ['Retry-After as a date', { 'retry-after': 'Mon, 01 Sep 2025 14:31:00 GMT' }, seconds + 60],
    ['the header of Fastly before Retry-After', { 'fastly-ratelimit-reset': '5', 'retry-after': '9' }, 5],
    [
      'Retry-After where the other makes no sense',
      { 'fastly-ratelimit-reset': 'soon', 'retry-after': '9' },
      seconds + 9,
    ],
    ['neither', {}, null],
    ['neither, when both make no sense', { 'fastly-ratelimit-reset': '0', 'retry-after': 'soon' }, null],
    [
      'neither, when no calendar goes that far',
      { 'fastly-ratelimit-reset': '1e300', 'retry-after': '1e300' },
      null,
    ],
  ])('is read from %s', (_source, headers, expected) => {
    expect(rateLimitReset(headers, now)).toBe(expected);
  });
});
