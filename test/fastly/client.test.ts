import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { FastlyClient } from '../../src/fastly/client.ts';
import { nameOf, type UserFields } from '../../src/fastly/user.ts';
import {
  BOT_ACCOUNT,
  ENGINEER,
  NEVER_ACTIVE,
  NORA_USER,
  OWNER,
  PASSWORD,
  PEOPLE,
  PLUS_LOGIN,
  TLS_ADMIN,
} from '../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../sandbox/fastly/user.ts';
import { clientFor, customerId, failureOf, startAccount, userId } from './start.ts';

const NEW_PASSWORD = 'maple_Harbour_93';

const EVERY_FIELD: Required<UserFields> = {
  login: 'ada+cdn@example.com',
  name: 'Ada & Émile = 100 %',
  limit_services: true,
  locked: false,
  require_new_password: true,
  role: 'engineer',
  two_factor_auth_enabled: false,
  two_factor_setup_required: true,
};
const EVERY_FIELD_AS_SENT = {
  login: 'ada+cdn@example.com',
  name: 'Ada & Émile = 100 %',
  limit_services: 'true',
  locked: 'false',
  require_new_password: 'true',
  role: 'engineer',
  two_factor_auth_enabled: 'false',
  two_factor_setup_required: 'true',
};

describe('creating a user', () => {
  it('sends all eight parameters exactly as given and answers with the new user', async () => {
    const { account, client } = await startAccount();
    const created = await client.createUser(EVERY_FIELD);
    expect(created).toMatchObject(EVERY_FIELD);
    expect(account.calls()).toMatchObject([
      { method: 'POST', path: '/user', auth: 'token', fields: EVERY_FIELD_AS_SENT },
    ]);
    expect(account.users()).toContainEqual(expect.objectContaining({ ...EVERY_FIELD, id: created.id }));
  });

  it('leaves out what was not given', async () => {
    const { account, client } = await startAccount();
    await client.createUser({ login: 'ada@example.com' });
    const fields = { login: 'eva@example.com' };
    Reflect.set(fields, 'name', undefined);
    await client.createUser(fields);
    expect(account.calls().map((call) => call.fields)).toEqual([
      { login: 'ada@example.com' },
      { login: 'eva@example.com' },
    ]);
  });
});

describe('updating a user', () => {
  it('changes what was given and nothing else', async () => {
    const { account, client } = await startAccount();
    const updated = await client.updateUser(userId(ENGINEER), { locked: true, name: 'Edda M.' });
    expect(updated).toMatchObject({ locked: true, name: 'Edda M.', role: 'engineer', login: ENGINEER.login });
    expect(account.calls()).toMatchObject([
      { method: 'PUT', path: `/user/${ENGINEER.id}`, auth: 'token', status: 200 },
    ]);
    expect(account.calls()[0]?.fields).toEqual({ locked: 'true', name: 'Edda M.' });
  });

  it('sends all eight parameters exactly as given, even those that Fastly then refuses', async () => {
    const { account, client } = await startAccount();
    const error = await failureOf(client.updateUser(userId(ENGINEER), EVERY_FIELD));
    expect(error).toMatchObject({ kind: 'invalid', status: 400 });
    expect(account.calls()[0]?.fields).toEqual(EVERY_FIELD_AS_SENT);
  });
});

describe('deleting a user', () => {
  it('takes the user away', async () => {
    const { account, client } = await startAccount();
    await client.deleteUser(userId(ENGINEER));
    expect(account.users().map(({ id }) => id)).not.toContain(ENGINEER.id);
    expect(account.calls()).toMatchObject([{ method: 'DELETE', path: `/user/${ENGINEER.id}`, fields: {} }]);
  });

  it('succeeds for a user who was deleted before, as Fastly does', async () => {
    const { client } = await startAccount();
    await client.deleteUser(userId(ENGINEER));
    await expect(client.deleteUser(userId(ENGINEER))).resolves.toBeUndefined();
  });
});

describe('reading', () => {
  it('gets the user behind the token', async () => {
    const { client } = await startAccount();
    expect(await client.getCurrentUser()).toMatchObject({
      id: BOT_ACCOUNT.id,
      login: 'fastly-bot@example.com',
      customer_id: CUSTOMER_ID,
    });
  });

  it("keeps 'not set' as null, and apart from 'not sent'", async () => {
    const { client } = await startAccount();
    const user = await client.getUser(userId(NEVER_ACTIVE));
    expect(user).toMatchObject({
      locked: null,
      require_new_password: null,
      two_factor_auth_enabled: null,
      last_active_at: null,
      deleted_at: null,
    });
    expect(user.two_factor_setup_required).toBeUndefined();
  });

  it('takes unknown roles and unknown fields as they come', async () => {
    const { account, client } = await startAccount();
    account.putUsers([{ ...TLS_ADMIN, role: 'keeper_of_keys', shoe_size: 43, teams: [{ id: 1 }] }]);
    expect(await client.getUser(userId(TLS_ADMIN))).toMatchObject({ role: 'keeper_of_keys' });
  });

  it('gets the account with its owner and how its people sign in', async () => {
    const { account, client } = await startAccount();
    account.patchAccount({ force_sso: true, can_reset_passwords: false });
    expect(await client.currentCustomer()).toMatchObject({
      id: CUSTOMER_ID,
      owner_id: OWNER.id,
      force_sso: true,
      can_reset_passwords: false,
    });
  });

  it('gets what the token may do and until when', async () => {
    const { account, client } = await startAccount();
    expect(await client.currentToken()).toMatchObject({
      user_id: BOT_ACCOUNT.id,
      scope: 'global',
      services: [],
      expires_at: null,
    });
    account.patchToken({ scope: 'purge_all', services: ['s1'], expires_at: '2100-01-01T00:00:00Z' });
    expect(await client.currentToken()).toMatchObject({
      scope: 'purge_all',
      services: ['s1'],
      expires_at: '2100-01-01T00:00:00Z',
    });
  });

  it('believes nothing about a token of another user than the one it has asked for', async () => {
    const { account, client } = await startAccount();
    await client.getCurrentUser();
    account.patchToken({ user_id: ENGINEER.id });
    expect(await failureOf(client.currentToken())).toMatchObject({ kind: 'other_user' });
  });

  it.each([
    ['no such field', '{"id":"t1"}', { scope: undefined, expires_at: undefined }],
    ['fields of other types', '{"id":"t1","scope":7,"services":"all","expires_at":"soon"}', {}],
  ])('takes a token with %s for one of which that is not known', async (_, body, expected) => {
    const { account, client } = await startAccount();
    account.setFaults({ fail: { match: 'GET /tokens/self', status: 200, body, times: 1 } });
    expect(await client.currentToken()).toEqual({ id: 't1', ...expected });
  });

  it('lists everybody', async () => {
    const { account, client } = await startAccount();
    const { users, unreadable } = await client.listUsers(customerId(CUSTOMER_ID));
    expect(unreadable).toBe(0);
    expect(users.map(({ id }) => id)).toEqual(PEOPLE.map(({ id }) => id));
    expect(account.calls()).toMatchObject([{ method: 'GET', path: `/customer/${CUSTOMER_ID}/users` }]);
  });

  it('leaves out of the list what is not a user, counts it, and keeps the others', async () => {
    const { account, client } = await startAccount();
    const nora = { id: 'abc1', login: 'nora@example.com' };
    const entries = [{ ...nora }, null, 'nora', { id: '../x', login: 'a@b.c' }, { id: 'abc2' }];
    account.setFaults({ fail: { match: null, status: 200, body: JSON.stringify(entries), times: 1 } });
    expect(await client.listUsers(customerId(CUSTOMER_ID))).toEqual({ users: [nora], unreadable: 4 });
  });

  it('takes entries of the list with the same id for one, and leaves out those of another account', async () => {
    const { account, client } = await startAccount();
    const entries = [ENGINEER, NORA_USER, ENGINEER, { ...TLS_ADMIN, customer_id: 'another1' }];
    account.setFaults({ fail: { match: null, status: 200, body: JSON.stringify(entries), times: 1 } });
    const { users, unreadable } = await client.listUsers(customerId(CUSTOMER_ID));
    expect(users.map(({ id }) => id)).toEqual([ENGINEER.id, NORA_USER.id]);
    expect(unreadable).toBe(0);
  });

  it('calls people by their name, or by their login where there is none', async () => {
    const { client } = await startAccount();
    const user = await client.getUser(userId(NORA_USER));
    expect(nameOf(user)).toBe('Nora Lindqvist');
    expect(nameOf({ ...user, name: '  ' })).toBe('nora@example.com');
    expect(nameOf({ ...user, name: null })).toBe('nora@example.com');
  });
});

describe('passwords', () => {
  it('asks for a reset with the login percent-encoded in the path', async () => {
    const { account, client } = await startAccount();
    await client.requestPasswordReset(PLUS_LOGIN.login);
    expect(account.calls()).toMatchObject([
      { method: 'POST', path: '/user/maribel%2Bcdn%40example.com/password/request_reset', status: 200 },
    ]);
  });

  it('keeps a login with a slash, a question mark or a hash inside its place in the path', async () => {
    const { account, client } = await startAccount();
    await failureOf(client.requestPasswordReset('../a?b#c@example.com'));
    expect(account.calls()[0]?.path).toBe('/user/..%2Fa%3Fb%23c%40example.com/password/request_reset');
  });

  it('changes a password by Basic with the login and the current password, never with the token', async () => {
    const { account, client } = await startAccount();
    const user = await client.updateUserPassword(
      NORA_USER.login,
      new Secret(PASSWORD),
      new Secret(NEW_PASSWORD),
    );
    expect(user.id).toBe(NORA_USER.id);
    expect(account.calls()).toMatchObject([
      { method: 'POST', path: '/current_user/password', auth: 'basic', status: 200 },
    ]);
    await client.updateUserPassword(NORA_USER.login, new Secret(NEW_PASSWORD), new Secret(PASSWORD));
  });

  it('puts the credentials, the form and no token on the wire', async () => {
    const { url, requests } = await recordingServer();
    await clientFor(url, 'the-token').updateUserPassword(
      'nora@example.com',
      new Secret('öld:&pass'),
      new Secret('néw=pass'),
    );
    const basic = Buffer.from('nora@example.com:öld:&pass').toString('base64');
    expect(requests[0]?.headers).toMatchObject({
      authorization: `Basic ${basic}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(requests[0]?.headers).not.toHaveProperty('fastly-key');
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      old_password: 'öld:&pass',
      new_password: 'néw=pass',
    });
  });
});

it('keeps its connections for further calls, after refusals too', async () => {
  const { url, requests, sockets } = await recordingServer();
  const client = clientFor(`${url}/`, 'the-token');
  for (let round = 0; round < 10; round += 1) {
    await client.getCurrentUser();
    await failureOf(client.getUser(userId({ id: 'missing' })));
    await client.updateUser(userId({ id: 'abc1' }), { name: 'Nora' });
  }
  expect(requests.slice(0, 3).map(({ line }) => line)).toEqual([
    'GET /current_user',
    'GET /user/missing',
    'PUT /user/abc1',
  ]);
  expect(requests.map(({ headers }) => headers['fastly-key'])).toEqual(Array(30).fill('the-token'));
  // A second one, as undici frees the first only after the answer's end was read.
  expect(sockets()).toBeLessThanOrEqual(2);
});

type Recorded = { line: string; headers: Record<string, unknown>; body: string };

/** Answers with a user, or with 404 for `missing`; says what came, headers and all. */
async function recordingServer(): Promise<{ url: string; requests: Recorded[]; sockets: () => number }> {
  const requests: Recorded[] = [];
  let sockets = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    response.statusCode = request.url?.endsWith('missing') ? 404 : 200;
    response.end(JSON.stringify({ id: 'abc1', login: 'nora@example.com' }));
  });
  server.on('connection', () => {
    sockets += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port');
  return { url: `http://127.0.0.1:${address.port}`, requests, sockets: () => sockets };
}

describe('an answer about somebody else', () => {
  it.each<[string, boolean, (client: FastlyClient) => Promise<unknown>]>([
    ['a user', false, (client) => client.getUser(userId(ENGINEER))],
    ['an update', true, (client) => client.updateUser(userId(ENGINEER), { locked: true })],
    ['a creation', true, (client) => client.createUser({ login: 'ada@example.com' })],
    [
      'an invitation',
      true,
      (client) => client.createInvitation({ email: 'ada@example.com' }, customerId(CUSTOMER_ID)),
    ],
    [
      'a password',
      true,
      (client) => client.updateUserPassword(ENGINEER.login, new Secret(PASSWORD), new Secret(NEW_PASSWORD)),
    ],
  ])('to %s is not believed', async (_what, mayHaveBeenCarriedOut, call) => {
    const { account, client } = await startAccount();
    account.setFaults({ otherUser: true });
    expect(await failureOf(call(client))).toMatchObject({ kind: 'other_user', mayHaveBeenCarriedOut });
  });

  it('is one about an id in another letter case', async () => {
    const { account, client } = await startAccount();
    const body = JSON.stringify({ ...ENGINEER, id: ENGINEER.id.toLowerCase() });
    account.setFaults({ fail: { match: null, status: 200, body, times: 1 } });
    expect(await failureOf(client.getUser(userId(ENGINEER)))).toMatchObject({ kind: 'other_user' });
  });

  it('is none about a login in another letter case', async () => {
    const { account, client } = await startAccount();
    const body = JSON.stringify({ ...ENGINEER, login: 'ada@example.com' });
    account.setFaults({ fail: { match: null, status: 200, body, times: 1 } });
    expect(await client.createUser({ login: 'Ada@Example.com' })).toMatchObject({ id: ENGINEER.id });
  });

  it("is one about another account than the token's", async () => {
    const { account, client } = await startAccount();
    account.setFaults({ otherUser: { match: 'GET /current_customer' } });
    expect(await client.currentCustomer()).not.toMatchObject({ id: CUSTOMER_ID });
    await client.getCurrentUser();
    expect(await failureOf(client.currentCustomer())).toMatchObject({ kind: 'other_user' });
  });
});
