import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../control/protocol.ts';
import { startSandbox } from '../sandbox.ts';
import { fastlyFaults } from './faults.ts';
import {
  BOT_ACCOUNT,
  ENGINEER,
  HOSTILE,
  LIMITED_ENGINEER,
  LOCKED_SUPERUSER,
  LONG_NAME,
  NEVER_ACTIVE,
  NEW_PASSWORD_REQUIRED,
  NORA_USER,
  OWNER,
  PASSWORD,
  PEOPLE,
  PLUS_LOGIN,
  SEVERAL_ROLES,
  TOMAS_USER,
  UNSETTABLE_ROLE,
} from './people.ts';
import { type Fastly, startFastly } from './server.ts';
import { CUSTOMER_ID } from './user.ts';

const HALF_PAST_TWO = Date.parse('2025-09-01T14:30:00Z');
const TOP_OF_THE_HOUR = Date.parse('2025-09-01T15:00:00Z') / 1000;
const DAY = 24 * 3_600_000;
const JSON_API = 'application/vnd.api+json';
const NEW_PASSWORD = 'maple_Harbour_93';

let fastly: Fastly;
let clock: number;

beforeEach(async () => {
  clock = HALF_PAST_TWO;
  fastly = await startFastly({ now: () => clock });
});
afterEach(() => fastly.close());

type Answer = { status: number; body: unknown; text: string; headers: Headers };
type Sent = { form?: Record<string, string>; headers?: Record<string, string>; body?: string };

async function send(method: string, path: string, { form, headers, body }: Sent = {}): Promise<Answer> {
  const response = await fetch(fastly.url + path, {
    method,
    headers: { 'Fastly-Key': fastly.token, Accept: 'application/json', ...headers },
    body: form === undefined ? (body ?? null) : new URLSearchParams(form),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : null, text, headers: response.headers };
}

function invite(attributes: JsonObject): Promise<Answer> {
  return send('POST', '/invitations', {
    headers: { 'Content-Type': JSON_API, Accept: JSON_API },
    body: JSON.stringify({ data: { type: 'invitation', attributes } }),
  });
}

const basic = (login: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
});

/** Resolves when the account says that something changed and the condition holds. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = fastly.onChange(() => {
      if (!condition()) return;
      end();
      resolve();
    });
  });
}

describe('credentials', () => {
  const refused = { status: 401, body: { msg: 'Provided credentials are missing or invalid' } };

  test('a missing or wrong token is refused', async () => {
    expect(await send('GET', '/current_user', { headers: { 'Fastly-Key': '' } })).toMatchObject(refused);
    expect(await send('GET', '/current_user', { headers: { 'Fastly-Key': 'wrong' } })).toMatchObject(refused);
  });
  test('each start has a token of its own', async () => {
    const other = await startFastly();
    expect(other.token).toMatch(/^[\w-]{32}$/);
    expect(other.token).not.toBe(fastly.token);
    await other.close();
  });
  test('the token stops working when its user is deleted', async () => {
    await send('DELETE', `/user/${BOT_ACCOUNT.id}`);
    expect(await send('GET', '/current_user')).toMatchObject(refused);
  });
  test('a token whose user is no longer a superuser changes nobody else', async () => {
    await send('PUT', `/user/${BOT_ACCOUNT.id}`, { form: { role: 'engineer' } });
    expect((await send('PUT', `/user/${ENGINEER.id}`, { form: { name: 'E' } })).status).toBe(403);
    expect((await send('DELETE', `/user/${ENGINEER.id}`)).status).toBe(403);
    expect((await send('POST', '/user', { form: { login: 'new@example.com' } })).status).toBe(403);
    expect((await send('PUT', `/user/${BOT_ACCOUNT.id}`, { form: { name: 'Me' } })).status).toBe(200);
  });
  test('an unknown endpoint is not found', async () => {
    expect(await send('GET', '/service')).toMatchObject({ status: 404, body: { msg: 'Record not found' } });
  });
});

describe('reading', () => {
  test('the current user is the bot, with the customer id', async () => {
    expect((await send('GET', '/current_user')).body).toEqual(BOT_ACCOUNT);
  });
  test('the current customer names the owner', async () => {
    expect((await send('GET', '/current_customer')).body).toMatchObject({
      id: CUSTOMER_ID,
      owner_id: OWNER.id,
      force_sso: false,
      can_reset_passwords: true,
    });
  });
  test('a user is sent with nulls, and without fields that are not there', async () => {
    const { body } = await send('GET', `/user/${PLUS_LOGIN.id}`);
    expect(body).toEqual({
      id: PLUS_LOGIN.id,
      customer_id: CUSTOMER_ID,
      name: 'Maribel Quist',
      login: 'maribel+cdn@example.com',
      role: 'engineer',
      created_at: '2022-11-04T18:02:15Z',
      updated_at: '2022-11-04T18:02:15Z',
      deleted_at: null,
      last_active_at: null,
      locked: null,
      limit_services: false,
      require_new_password: null,
      two_factor_auth_enabled: null,
    });
  });
  test('an unknown id is not found', async () => {
    expect(await send('GET', '/user/nobody')).toMatchObject({
      status: 404,
      body: { msg: 'Record not found', detail: "Cannot load user 'nobody'" },
    });
  });
  test('the list is a bare array of everybody', async () => {
    expect((await send('GET', `/customer/${CUSTOMER_ID}/users`)).body).toEqual(PEOPLE);
  });
  test("another customer's users are not found", async () => {
    expect((await send('GET', '/customer/elsewhere/users')).status).toBe(404);
  });
  test('the people are as various as real ones', () => {
    expect(PEOPLE).toHaveLength(25);
    expect(new Set(PEOPLE.map(({ id }) => id)).size).toBe(25);
    for (const { id } of PEOPLE) expect(id).toMatch(/^[A-Za-z0-9]{21,22}$/);
    for (const { login } of PEOPLE) expect(login).toMatch(/@example\.com$/);
    expect(LONG_NAME.name).toHaveLength(200);
    expect(HOSTILE.name).toContain('<!channel>');
    expect(NEVER_ACTIVE.last_active_at).toBeNull();
  });
});

describe('creating', () => {
  const form = {
    login: 'wilma+new@example.com',
    name: 'Wilma & Co',
    role: 'engineer',
    limit_services: 'true',
  };

  test('a user is created from the form, with the rest not set', async () => {
    const { status, body } = await send('POST', '/user', { form });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...form,
      id: expect.stringMatching(/^[A-Za-z0-9]{22}$/),
      limit_services: true,
      locked: null,
      created_at: '2025-09-01T14:30:00Z',
    });
    expect(fastly.users()).toContainEqual(body);
  });
  test('two-factor attributes are taken when creating', async () => {
    const { body } = await send('POST', '/user', { form: { ...form, two_factor_setup_required: 'true' } });
    expect(body).toMatchObject({ two_factor_setup_required: true });
  });
  test('a login that is taken is a duplicate, whatever its case', async () => {
    const { status, body } = await send('POST', '/user', { form: { login: 'NORA@example.com' } });
    expect({ status, body }).toMatchObject({ status: 409, body: { msg: 'Duplicate record' } });
  });
  test.each([
    ['a missing login', { name: 'Wilma' }],
    ['a login that is no address', { ...form, login: 'wilma' }],
    ['a blank name', { ...form, name: ' ' }],
    ['an unknown role', { ...form, role: 'emperor' }],
    ['a limited user', { ...form, role: 'user' }],
  ])('%s is an invalid record', async (_what, wrong) => {
    const { status, body } = await send('POST', '/user', { form: wrong });
    expect({ status, body }).toMatchObject({ status: 400, body: { msg: 'Record invalid' } });
    expect(fastly.users()).toHaveLength(PEOPLE.length);
  });
  test.each([403, 404, 405, 410] as const)('direct creation can be refused with %i', async (status) => {
    fastly.setFaults({ directCreation: status });
    expect((await send('POST', '/user', { form })).status).toBe(status);
    expect(fastly.users()).toHaveLength(PEOPLE.length);
  });
});

describe('updating', () => {
  test('only what is given changes, and updated_at', async () => {
    const { body } = await send('PUT', `/user/${ENGINEER.id}`, { form: { locked: 'true', name: 'Edda' } });
    expect(body).toEqual({ ...ENGINEER, locked: true, name: 'Edda', updated_at: '2025-09-01T14:30:00Z' });
  });
  test('a locked user can be changed', async () => {
    const { body } = await send('PUT', `/user/${LOCKED_SUPERUSER.id}`, { form: { locked: 'false' } });
    expect(body).toMatchObject({ locked: false });
  });
  test('a user of a role that cannot be set can be changed in everything else', async () => {
    const path = `/user/${UNSETTABLE_ROLE.id}`;
    const locked = await send('PUT', path, { form: { locked: 'true' } });
    const { role, roles } = UNSETTABLE_ROLE;
    expect(locked).toMatchObject({ status: 200, body: { locked: true, role, roles } });
    expect((await send('PUT', path, { form: { role } })).status).toBe(400);
  });
  test('the role that is set takes the place of all others', async () => {
    const { status, body } = await send('PUT', `/user/${SEVERAL_ROLES.id}`, { form: { role: 'billing' } });
    expect({ status, body }).toMatchObject({ status: 200, body: { role: 'billing', roles: ['billing'] } });
  });
  test('a service-limited engineer cannot be made user', async () => {
    expect(await send('PUT', `/user/${LIMITED_ENGINEER.id}`, { form: { role: 'user' } })).toMatchObject({
      status: 400,
      body: { msg: 'Record invalid', detail: "Role 'user' is not allowed to be service limited" },
    });
  });
  test('unless the limit goes with it', async () => {
    const form = { role: 'user', limit_services: 'false' };
    expect((await send('PUT', `/user/${LIMITED_ENGINEER.id}`, { form })).status).toBe(200);
  });
  test.each([
    ['login', 'other@example.com'],
    ['two_factor_auth_enabled', 'true'],
    ['two_factor_setup_required', 'false'],
    ['role', 'emperor'],
    ['role', ''],
    ['locked', ''],
    ['locked', 'yes'],
    ['limit_services', '1'],
  ])('%s=%s is refused', async (parameter, value) => {
    expect((await send('PUT', `/user/${ENGINEER.id}`, { form: { [parameter]: value } })).status).toBe(400);
    expect(fastly.users()).toContainEqual(ENGINEER);
  });
  test('an unknown id is not found', async () => {
    expect((await send('PUT', '/user/nobody', { form: { name: 'N' } })).status).toBe(404);
  });
  test.each([
    ['JSON', 'application/json', '{"name":"E"}'],
    ['a form with a broken percent-encoding', 'application/x-www-form-urlencoded', 'name=100%'],
    ['a form with a parameter twice', 'application/x-www-form-urlencoded', 'name=a&name=b'],
  ])('%s is refused', async (_what, contentType, body) => {
    const sent = { headers: { 'Content-Type': contentType }, body };
    expect(await send('PUT', `/user/${ENGINEER.id}`, sent)).toMatchObject({
      status: 400,
      body: { msg: 'Bad request' },
    });
  });
});

describe('deleting', () => {
  test('a deleted user is gone, and deleting again is ok', async () => {
    const ok = { status: 200, body: { status: 'ok' } };
    expect(await send('DELETE', `/user/${ENGINEER.id}`)).toMatchObject(ok);
    expect(await send('DELETE', `/user/${ENGINEER.id}`)).toMatchObject(ok);
    expect((await send('GET', `/user/${ENGINEER.id}`)).status).toBe(404);
  });
  test('an id that never was is not found', async () => {
    expect((await send('DELETE', '/user/nobody')).status).toBe(404);
  });
  test('the owner stays until the ownership is transferred', async () => {
    expect(await send('DELETE', `/user/${OWNER.id}`)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('owner') },
    });
    fastly.patchAccount({ owner_id: NORA_USER.id });
    expect((await send('DELETE', `/user/${OWNER.id}`)).status).toBe(200);
  });
});

describe('passwords', () => {
  const change = (login: string, password: string, form: Record<string, string>) =>
    send('POST', '/current_user/password', { headers: basic(login, password), form });

  test.each([PLUS_LOGIN.login, encodeURIComponent(PLUS_LOGIN.login), "saoirse.o'gallin@example.com"])(
    'a reset is requested for %s',
    async (login) => {
      expect(await send('POST', `/user/${login}/password/request_reset`)).toMatchObject({
        status: 200,
        body: { status: 'ok' },
      });
    },
  );
  test('a reset for an unknown login is not found', async () => {
    expect((await send('POST', '/user/no@example.com/password/request_reset')).status).toBe(404);
  });
  test('a login that is not percent-encoded UTF-8 is refused', async () => {
    expect((await send('POST', '/user/%E9@example.com/password/request_reset')).status).toBe(400);
  });
  test('no reset where the account does not allow it', async () => {
    fastly.patchAccount({ can_reset_passwords: false });
    expect((await send('POST', `/user/${ENGINEER.login}/password/request_reset`)).status).toBe(403);
  });
  test('a password is changed by whoever has the current one', async () => {
    const { login, id } = NEW_PASSWORD_REQUIRED;
    const form = { old_password: PASSWORD, new_password: NEW_PASSWORD };
    expect(await change(login, PASSWORD, form)).toMatchObject({
      status: 200,
      body: { id, require_new_password: false, updated_at: '2025-09-01T14:30:00Z' },
    });
    expect((await change(login, PASSWORD, { new_password: PASSWORD })).status).toBe(401);
    expect((await change(login, NEW_PASSWORD, { new_password: 'with:colons-and-1' })).status).toBe(200);
    expect((await change(login, 'with:colons-and-1', { new_password: NEW_PASSWORD })).status).toBe(200);
  });
  test('a token does not change a password', async () => {
    expect((await send('POST', '/current_user/password', { form: { new_password: 'x' } })).status).toBe(401);
  });
  test.each([
    ['too short', { new_password: 'abcdef-1234' }],
    ['without a digit', { new_password: 'abcdefgh-ijkl' }],
    ['without a letter', { new_password: '12345678-1234' }],
    ['without a special character', { new_password: 'abcdefgh12345' }],
    ['the current one', { new_password: PASSWORD }],
    ['missing', {}],
    ['given with a wrong old one', { old_password: 'wrong', new_password: NEW_PASSWORD }],
  ])('a new password that is %s is refused', async (_what, form) => {
    expect((await change(NORA_USER.login, PASSWORD, form)).status).toBe(400);
  });
});

describe('invitations', () => {
  const attributes = { email: 'wilma@example.com', role: 'engineer', limit_services: true };

  test('an invitation is created, listed and deleted', async () => {
    const created = await invite(attributes);
    expect(created.status).toBe(201);
    expect(created.headers.get('content-type')).toBe(JSON_API);
    const [invitation] = fastly.invitations();
    expect(invitation).toMatchObject({ type: 'invitation', attributes });
    expect(created.body).toEqual({ data: invitation });
    expect((await send('GET', '/invitations')).body).toMatchObject({ data: [invitation] });
    const deleted = await send('DELETE', `/invitations/${invitation?.id}`);
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect(fastly.invitations()).toEqual([]);
  });
  test('the list has pages', async () => {
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com']) await invite({ email });
    const { body } = await send('GET', '/invitations?page[number]=2&page%5Bsize%5D=2');
    expect(body).toMatchObject({
      data: [{ attributes: { email: 'c@example.com' } }],
      meta: { current_page: 2, per_page: 2, record_count: 3, total_pages: 2 },
      links: { prev: expect.stringMatching(/^http.*page%5Bnumber%5D=1/) },
    });
    expect((await send('GET', '/invitations?page[number]=3&page[size]=2')).body).toMatchObject({ data: [] });
  });
  test('an invitation expires after seven days', async () => {
    await invite(attributes);
    clock += 7 * DAY - 1;
    expect(fastly.invitations()).toHaveLength(1);
    clock += 1;
    expect(fastly.invitations()).toEqual([]);
    expect((await send('GET', '/invitations')).body).toMatchObject({
      data: [{ attributes: { status_code: 0 } }],
    });
    expect((await invite(attributes)).status).toBe(201);
  });
  test('whoever is a user or was invited is a duplicate', async () => {
    const duplicate = { status: 409, body: { errors: [{ title: 'Duplicate record' }] } };
    expect(await invite({ email: NORA_USER.login })).toMatchObject(duplicate);
    await invite(attributes);
    expect(await invite(attributes)).toMatchObject(duplicate);
  });
  test('a limited user cannot be invited', async () => {
    expect(await invite({ ...attributes, role: 'user' })).toMatchObject({
      status: 400,
      body: { errors: [{ title: 'Record invalid', code: 'record_invalid' }] },
    });
  });
  test.each([
    ['application/json', '{"data":{"type":"invitation","attributes":{"email":"a@example.com"}}}'],
    [JSON_API, '{"data":{"type":"invitation"}}'],
    [
      JSON_API,
      '{"data":{"type":"invitation","attributes":{"email":"a@example.com"},"relationships":{"customer":{"data":{"id":"other1","type":"customer"}}}}}',
    ],
    [JSON_API, 'email=a'],
  ])('%s with %s is no invitation', async (contentType, body) => {
    expect(
      await send('POST', '/invitations', { headers: { 'Content-Type': contentType }, body }),
    ).toMatchObject({ status: 400, body: { title: 'Bad request', status: 400, errors: null } });
  });
  test('a page that is no number is refused', async () => {
    expect((await send('GET', '/invitations?page[number]=0')).status).toBe(400);
  });
  test('an unknown invitation is not found', async () => {
    expect((await send('DELETE', '/invitations/none')).status).toBe(404);
  });
});

describe('rate limit', () => {
  const rename = () => send('PUT', `/user/${ENGINEER.id}`, { form: { name: 'E' } });
  const limits = ({ headers }: Answer) => [
    headers.get('Fastly-RateLimit-Remaining'),
    headers.get('Fastly-RateLimit-Reset'),
  ];

  test('writes tell what is left and when it starts anew, refused ones too', async () => {
    expect(limits(await rename())).toEqual(['999', String(TOP_OF_THE_HOUR)]);
    expect(limits(await send('DELETE', '/user/nobody'))).toEqual(['998', String(TOP_OF_THE_HOUR)]);
  });
  test('reads and invitations tell nothing', async () => {
    expect(limits(await send('GET', '/current_user'))).toEqual([null, null]);
    expect(limits(await invite({ email: 'a@example.com' }))).toEqual([null, null]);
    expect(limits(await rename())).toEqual(['998', String(TOP_OF_THE_HOUR)]);
  });
  test('the thousand and first write of the hour is refused, reads are not', async () => {
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 50 }, rename));
    const refused = await rename();
    expect(refused.status).toBe(429);
    expect(limits(refused)).toEqual(['0', String(TOP_OF_THE_HOUR)]);
    expect((await send('GET', '/current_user')).status).toBe(200);
    clock = TOP_OF_THE_HOUR * 1000;
    expect(limits(await rename())).toEqual(['999', String(TOP_OF_THE_HOUR + 3600)]);
  });
  test('the writes can be used up until the top of the hour', async () => {
    fastly.setFaults({ rateLimitUsedUp: { reset: null } });
    expect(limits(await rename())).toEqual(['0', String(TOP_OF_THE_HOUR)]);
    expect((await invite({ email: 'a@example.com' })).status).toBe(429);
    expect(fastly.users()).toContainEqual(ENGINEER);
    clock = TOP_OF_THE_HOUR * 1000;
    expect((await rename()).status).toBe(200);
  });
  test('or until a time that is given', async () => {
    fastly.setFaults({ rateLimitUsedUp: { reset: TOP_OF_THE_HOUR + 7200 } });
    clock = TOP_OF_THE_HOUR * 1000;
    expect(limits(await rename())).toEqual(['0', String(TOP_OF_THE_HOUR + 7200)]);
  });
});

describe('faults', () => {
  const getEngineer = () => send('GET', `/user/${ENGINEER.id}`);
  const deleteEngineer = () => send('DELETE', `/user/${ENGINEER.id}`);

  test('down: connections are refused, and taken again on the same port', async () => {
    fastly.setFaults({ down: true });
    await expect(getEngineer()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    fastly.setFaults({ down: false });
    expect((await getEngineer()).status).toBe(200);
  });
  test('down: a request under way is cut', async () => {
    fastly.setFaults({ delay: { match: null, milliseconds: 3_600_000 } });
    const working = until(() => true);
    const deletion = expect(deleteEngineer()).rejects.toThrow('fetch failed');
    await working;
    const cut = until(() => fastly.calls().length === 1);
    fastly.setFaults({ down: true });
    await Promise.all([deletion, cut]);
    expect(fastly.calls()).toMatchObject([{ method: 'DELETE', status: null }]);
  });
  test('fail: the next matching requests are answered as ordered', async () => {
    fastly.setFaults({
      fail: { match: 'GET /user/', status: 503, body: '<h1>Busy</h1>', headers: { 'x-a': 'b' }, times: 2 },
    });
    expect((await send('GET', '/current_user')).status).toBe(200);
    for (const _time of [1, 2]) {
      const failed = await getEngineer();
      expect(failed).toMatchObject({ status: 503, text: '<h1>Busy</h1>' });
      expect(failed.headers.get('content-type')).toBe('text/html');
      expect(failed.headers.get('x-a')).toBe('b');
    }
    expect((await getEngineer()).status).toBe(200);
  });
  test('fail: the work is not done, and the body can be empty', async () => {
    fastly.setFaults({ fail: { match: null, status: 502, times: 1 } });
    expect(await deleteEngineer()).toMatchObject({ status: 502, text: '' });
    expect(fastly.users()).toContainEqual(ENGINEER);
  });
  test.each([
    ['before', true],
    ['after', false],
  ] as const)('drop: the connection is cut %s the work is done', async (when, stillThere) => {
    fastly.setFaults({ drop: { match: 'DELETE', when, times: 1 } });
    await expect(deleteEngineer()).rejects.toThrow('fetch failed');
    expect(fastly.users().some(({ id }) => id === ENGINEER.id)).toBe(stillThere);
    expect(fastly.calls()).toMatchObject([{ path: `/user/${ENGINEER.id}`, status: null }]);
    expect((await deleteEngineer()).status).toBe(200);
  });
  test('fail: the answer can fail after the work is done', async () => {
    fastly.setFaults({ fail: { match: 'DELETE', status: 502, when: 'after', times: 1 } });
    expect((await deleteEngineer()).status).toBe(502);
    expect(fastly.users().some(({ id }) => id === ENGINEER.id)).toBe(false);
    expect(fastly.calls()).toMatchObject([{ status: 502, done: true }]);
  });
  test('endless: the work is done, and the answer does not end', async () => {
    fastly.setFaults({ endless: { match: 'DELETE', times: 1 } });
    const { body } = await fetch(`${fastly.url}/user/${ENGINEER.id}`, {
      method: 'DELETE',
      headers: { 'Fastly-Key': fastly.token },
    });
    let read = 0;
    for await (const chunk of body ?? []) {
      read += chunk.length;
      if (read > 1_000_000) break;
    }
    expect(read).toBeGreaterThan(1_000_000);
    expect(fastly.users().some(({ id }) => id === ENGINEER.id)).toBe(false);
  });
  test('delay: the work is done while the answer is held back', async () => {
    fastly.setFaults({ delay: { match: 'DELETE', milliseconds: 3_600_000 } });
    expect((await getEngineer()).status).toBe(200);
    const deleted = until(() => fastly.users().length === PEOPLE.length - 1);
    const impatient = new AbortController();
    const request = fetch(`${fastly.url}/user/${ENGINEER.id}`, {
      method: 'DELETE',
      headers: { 'Fastly-Key': fastly.token },
      signal: impatient.signal,
    });
    await deleted;
    const given = until(() => fastly.calls().length === 2);
    impatient.abort();
    await expect(request).rejects.toThrow('aborted');
    await given;
    expect(fastly.calls()[1]).toMatchObject({ method: 'DELETE', status: null });
  });
  test('tokenRefused: 401 until the token works again', async () => {
    fastly.setFaults({ tokenRefused: true });
    expect((await getEngineer()).status).toBe(401);
    fastly.setFaults({ tokenRefused: false });
    expect((await getEngineer()).status).toBe(200);
  });
  test('faults that are left out stay', () => {
    fastly.setFaults({ directCreation: 410 });
    expect(fastly.setFaults({ tokenRefused: true })).toMatchObject({
      directCreation: 410,
      tokenRefused: true,
    });
  });
  test('faults from outside are checked', () => {
    expect(fastlyFaults.parse({ down: true })).toEqual({ down: true });
    expect(() => fastlyFaults.parse({ dwon: true })).toThrow();
    expect(() => fastlyFaults.parse({ directCreation: 401 })).toThrow();
  });
});

describe('the record of calls', () => {
  test('has the fields as sent', async () => {
    await send('PUT', `/user/${ENGINEER.id}`, { form: { name: 'E & F', locked: 'false' } });
    await send('POST', '/user/a%2Bb@example.com/password/request_reset');
    expect(fastly.calls()).toEqual([
      {
        method: 'PUT',
        path: `/user/${ENGINEER.id}`,
        status: 200,
        fields: { name: 'E & F', locked: 'false' },
        auth: 'token',
        milliseconds: expect.any(Number),
        done: true,
      },
      {
        method: 'POST',
        path: '/user/a%2Bb@example.com/password/request_reset',
        status: 404,
        fields: {},
        auth: 'token',
        milliseconds: expect.any(Number),
        done: false,
      },
    ]);
  });
  test('hides passwords and tokens', async () => {
    await send('POST', '/current_user/password', {
      headers: basic(NORA_USER.login, PASSWORD),
      form: { old_password: PASSWORD, new_password: NEW_PASSWORD },
    });
    expect(fastly.calls()).toMatchObject([
      { auth: 'basic', fields: { old_password: '[redacted]', new_password: '[redacted]' } },
    ]);
    const record = JSON.stringify(fastly.calls());
    for (const secret of [PASSWORD, NEW_PASSWORD, fastly.token]) expect(record).not.toContain(secret);
  });
  test('can be forgotten', async () => {
    await send('GET', '/current_user');
    fastly.forgetCalls();
    expect(fastly.calls()).toEqual([]);
  });
});

describe('changes from outside', () => {
  test('people are added with believable fields and replaced by id', async () => {
    const [added] = fastly.putUsers([{ name: 'Wilma', login: 'wilma@example.com', department: 'CDN' }]);
    expect(added).toMatchObject({ name: 'Wilma', role: 'user', locked: null, department: 'CDN' });
    fastly.putUsers([{ ...TOMAS_USER, role: 'emperor' }]);
    expect((await send('GET', `/user/${TOMAS_USER.id}`)).body).toEqual({ ...TOMAS_USER, role: 'emperor' });
    expect(fastly.users()).toHaveLength(PEOPLE.length + 1);
  });
  test('a user can be there and yet deleted', async () => {
    fastly.putUsers([{ ...ENGINEER, deleted_at: '2025-08-31T00:00:00Z' }]);
    expect((await send('GET', `/user/${ENGINEER.id}`)).body).toMatchObject({
      deleted_at: '2025-08-31T00:00:00Z',
    });
    expect((await send('POST', '/user', { form: { login: ENGINEER.login } })).status).toBe(200);
  });
  test('a field of the wrong type is refused', () => {
    expect(() => fastly.putUsers([{ locked: 'no' }])).toThrow();
    expect(() => fastly.patchAccount({ name: 'Other Corp' })).toThrow();
  });
  test('a removed user is gone, and can still be deleted', async () => {
    expect(fastly.removeUser(ENGINEER.id)).toBe(true);
    expect(fastly.removeUser('nobody')).toBe(false);
    expect((await send('GET', `/user/${ENGINEER.id}`)).status).toBe(404);
    expect((await send('DELETE', `/user/${ENGINEER.id}`)).status).toBe(200);
  });
  test('are made through the control API too: five hundred people by one request, some of them deleted', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const people = Array.from({ length: 500 }, (_, index) => ({
      id: `person${index}`,
      name: `Person ${index}`,
      login: `person${index}@example.com`,
      deleted_at: index % 100 === 0 ? '2025-08-31T00:00:00Z' : null,
    }));
    expect(await sandbox.client.putFastlyUsers(people)).toMatchObject(people);
    const response = await fetch(`${sandbox.fastly.url}/customer/${CUSTOMER_ID}/users`, {
      headers: { 'Fastly-Key': sandbox.fastly.token },
    });
    const listed: unknown = await response.json();
    expect(listed).toHaveLength(500 + PEOPLE.length);
    expect(listed).toEqual(expect.arrayContaining(people.map((person) => expect.objectContaining(person))));
    const deleting = { method: 'DELETE', headers: { 'Fastly-Key': sandbox.fastly.token } };
    expect((await fetch(`${sandbox.fastly.url}/user/person0`, deleting)).status).toBe(200);
  });
  test('five thousand people are listed', async () => {
    fastly.putUsers(Array.from({ length: 5_000 }, (_, index) => ({ name: `Person ${index}` })));
    const { body } = await send('GET', `/customer/${CUSTOMER_ID}/users`);
    expect(body).toHaveLength(5_000 + PEOPLE.length);
  });
});

type Options = { [name: string]: unknown };
type Operation<Result> = (options?: Options) => Promise<Result>;
type ClientUser = { id: string; name: string; login: string; role: string; locked: boolean | null };
type ClientToken = { id: string; user_id: string | null; last_used_at: Date; services: string[] };
type FastlyClient = {
  ApiClient: new () => {
    authentications: { session_password_change: { username?: string; password?: string } };
    plugins: ((request: { url: string }) => void)[] | null;
    rateLimitRemaining: number;
    authenticate(token: string): void;
  };
  UserApi: new (
    client: object,
  ) => {
    [operation in
      | 'createUser'
      | 'getUser'
      | 'getCurrentUser'
      | 'updateUser'
      | 'updateUserPassword']: Operation<ClientUser>;
  } & { [operation in 'deleteUser' | 'requestPasswordReset']: Operation<{ status: string }> };
  CustomerApi: new (
    client: object,
  ) => { listUsers: Operation<ClientUser[]>; getLoggedInCustomer: Operation<{ owner_id: string }> };
  InvitationsApi: new (
    client: object,
  ) => {
    createInvitation: Operation<{ data: { id: string } }>;
    listInvitations: Operation<{ data: { id: string }[]; meta: { record_count: number } }>;
    deleteInvitation: Operation<null>;
  };
  TokensApi: new (
    client: object,
  ) => {
    listTokensCustomer: Operation<ClientToken[]>;
    getTokenCurrent: Operation<ClientToken>;
    revokeToken: Operation<null>;
  };
};

describe("Fastly's own client", () => {
  const library: FastlyClient = createRequire(import.meta.url)('fastly');

  /** Every operation passes its own base URL over `basePath`, so a plugin of the client's puts ours in its place. */
  function connect() {
    const client = new library.ApiClient();
    client.authenticate(fastly.token);
    client.plugins = [
      (request) => {
        request.url = request.url.replace('https://api.fastly.com', fastly.url);
      },
    ];
    return {
      client,
      users: new library.UserApi(client),
      customers: new library.CustomerApi(client),
      invitations: new library.InvitationsApi(client),
      tokens: new library.TokensApi(client),
    };
  }

  test('creates, gets, updates and deletes a user', async () => {
    const { users, client } = connect();
    const created = await users.createUser({
      login: 'wilma+new@example.com',
      name: 'Wilma Ångström & Co',
      role: 'engineer',
      limit_services: true,
    });
    expect(created).toMatchObject({ name: 'Wilma Ångström & Co', login: 'wilma+new@example.com' });
    const user_id = created.id;
    expect(await users.getUser({ user_id })).toEqual(created);
    expect(await users.updateUser({ user_id, locked: true })).toMatchObject({
      locked: true,
      role: 'engineer',
    });
    expect(await users.deleteUser({ user_id })).toMatchObject({ status: 'ok' });
    expect(client.rateLimitRemaining).toBe(997);
    await expect(users.getUser({ user_id })).rejects.toMatchObject({
      status: 404,
      body: { msg: 'Record not found' },
    });
  });
  test('gets the current user, everybody and the account', async () => {
    const { users, customers } = connect();
    expect(await users.getCurrentUser()).toMatchObject({ id: BOT_ACCOUNT.id });
    const listed = await customers.listUsers({ customer_id: CUSTOMER_ID });
    expect(listed.map(({ id, name, locked }) => [id, name, locked])).toEqual(
      PEOPLE.map(({ id, name, locked }) => [id, name, locked]),
    );
    expect(await customers.getLoggedInCustomer()).toMatchObject({ owner_id: OWNER.id });
  });
  test('requests a password reset for a login with a plus sign', async () => {
    const { users } = connect();
    expect(await users.requestPasswordReset({ user_login: PLUS_LOGIN.login })).toMatchObject({
      status: 'ok',
    });
    expect(fastly.calls()).toMatchObject([
      { path: '/user/maribel%2Bcdn%40example.com/password/request_reset' },
    ]);
  });
  test('changes a password as its owner', async () => {
    const { users, client } = connect();
    Object.assign(client.authentications.session_password_change, {
      username: PLUS_LOGIN.login,
      password: PASSWORD,
    });
    const passwords = { old_password: PASSWORD, new_password: NEW_PASSWORD };
    expect(await users.updateUserPassword(passwords)).toMatchObject({ id: PLUS_LOGIN.id });
    await expect(users.updateUserPassword(passwords)).rejects.toMatchObject({ status: 401 });
  });
  test('sends, lists and deletes an invitation', async () => {
    const { invitations } = connect();
    const attributes = { email: 'wilma@example.com', role: 'engineer', limit_services: false };
    const { data } = await invitations.createInvitation({
      invitation: { data: { type: 'invitation', attributes } },
    });
    expect(fastly.invitations()).toMatchObject([{ id: data.id, attributes }]);
    const listed = await invitations.listInvitations({ page_number: 1, page_size: 10 });
    expect(listed).toMatchObject({ data: [{ id: data.id }], meta: { record_count: 1 } });
    expect(await invitations.deleteInvitation({ invitation_id: data.id })).toBeNull();
    expect(fastly.invitations()).toEqual([]);
  });
  test('lists and revokes tokens, and gets its own', async () => {
    const { tokens } = connect();
    const used = '2025-08-30T10:00:00Z';
    fastly.putTokens([
      { id: 'ci1', user_id: ENGINEER.id, scope: 'purge_all', services: ['s1'], last_used_at: used },
    ]);
    const listed = await tokens.listTokensCustomer({ customer_id: CUSTOMER_ID });
    expect(listed.map(({ id }) => id)).toEqual(fastly.tokens().map(({ id }) => id));
    expect(listed.at(-1)).toMatchObject({ id: 'ci1', user_id: ENGINEER.id, services: ['s1'] });
    expect(new Date(listed.at(-1)?.last_used_at ?? 0)).toEqual(new Date(used));
    expect(await tokens.getTokenCurrent()).toMatchObject({ id: listed[0]?.id, user_id: BOT_ACCOUNT.id });
    expect(await tokens.revokeToken({ token_id: 'ci1' })).toBeNull();
    expect(fastly.tokens().map(({ id }) => id)).not.toContain('ci1');
  });
});

describe('tokens', () => {
  const list = () => send('GET', `/customer/${CUSTOMER_ID}/tokens`);
  const [live, over] = [
    { id: 'live1', user_id: ENGINEER.id, name: 'ci-purge', scope: 'purge_all' },
    { id: 'over1', user_id: ENGINEER.id, expires_at: '2025-08-31T00:00:00Z' },
  ];
  const idsOf = (body: unknown) => (Array.isArray(body) ? body.map(({ id }) => id) : []);

  test('are listed, whoever has them, without a secret', async () => {
    fastly.putTokens([live, over]);
    const { body, text } = await list();
    expect(body).toEqual(fastly.tokens());
    expect(body).toContainEqual(
      expect.objectContaining({ ...live, services: [], last_used_at: null, expires_at: null }),
    );
    expect(body).toContainEqual(expect.objectContaining({ user_id: BOT_ACCOUNT.id }));
    expect(body).toContainEqual(expect.objectContaining({ user_id: null, name: 'deploy-bot' }));
    expect(text).not.toContain(fastly.token);
    expect((await send('GET', '/customer/elsewhere/tokens')).status).toBe(404);
  });
  test('are not listed where the switch says so', async () => {
    fastly.setFaults({ tokensUnreadable: true });
    expect((await list()).status).toBe(403);
    expect((await send('GET', '/tokens/self')).status).toBe(200);
  });
  test('are revoked with an empty answer, once', async () => {
    fastly.putTokens([live]);
    expect(await send('DELETE', '/tokens/live1')).toMatchObject({ status: 204, text: '' });
    expect(await send('DELETE', '/tokens/live1')).toMatchObject({ status: 404 });
    expect(idsOf((await list()).body)).not.toContain('live1');
  });
  test('of others are revoked and listed by superusers alone', async () => {
    fastly.putTokens([live]);
    await send('PUT', `/user/${BOT_ACCOUNT.id}`, { form: { role: 'engineer' } });
    expect((await send('DELETE', '/tokens/live1')).status).toBe(403);
    expect((await list()).status).toBe(403);
  });
  test('that is handed out stops working once it is revoked', async () => {
    expect((await send('DELETE', `/tokens/${fastly.tokens()[0]?.id}`)).status).toBe(204);
    expect((await list()).status).toBe(401);
  });
  test.each([
    ['end', 200, []],
    ['refuse', 400, ['live1', 'over1']],
    ['stay', 200, ['live1', 'over1']],
  ] as const)('of a user who is deleted %s', async (tokensAtDeletion, status, left) => {
    fastly.putTokens([live, over]);
    fastly.setFaults({ tokensAtDeletion });
    expect((await send('DELETE', `/user/${ENGINEER.id}`)).status).toBe(status);
    expect(idsOf((await list()).body).filter((id) => /^(live|over)1$/.test(String(id)))).toEqual(left);
  });
  test('that have expired keep nobody from being deleted', async () => {
    fastly.putTokens([over]);
    fastly.setFaults({ tokensAtDeletion: 'refuse' });
    expect((await send('DELETE', `/user/${ENGINEER.id}`)).status).toBe(200);
  });
  test('of a user who is removed from outside end', async () => {
    fastly.putTokens([live]);
    fastly.removeUser(ENGINEER.id);
    expect(idsOf((await list()).body)).not.toContain('live1');
  });
  test('are added, replaced and revoked through the control API too', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const { client } = sandbox;
    await client.putFastlyTokens([live]);
    await client.putFastlyTokens([{ ...live, name: 'renamed' }]);
    expect(await client.fastlyTokens()).toContainEqual(
      expect.objectContaining({ id: 'live1', name: 'renamed' }),
    );
    await client.revokeFastlyToken('live1');
    expect(idsOf(await client.fastlyTokens())).not.toContain('live1');
    await expect(client.revokeFastlyToken('live1')).rejects.toThrow('There is no token live1.');
    await expect(client.putFastlyTokens([{ services: 'all' }])).rejects.toThrow();
  });
});

describe('answers about somebody else', () => {
  test('name another user, and the change is made to the one who was asked for', async () => {
    fastly.setFaults({ otherUser: true });
    const { body } = await send('PUT', `/user/${ENGINEER.id}`, { form: { locked: 'true' } });
    expect(body).not.toMatchObject({ id: ENGINEER.id });
    fastly.setFaults({ otherUser: false });
    expect((await send('GET', `/user/${ENGINEER.id}`)).body).toMatchObject({ id: ENGINEER.id, locked: true });
  });

  test('are given where the request matches, and else not', async () => {
    fastly.setFaults({ otherUser: { match: 'PUT ' } });
    expect((await send('GET', `/user/${ENGINEER.id}`)).body).toMatchObject({ id: ENGINEER.id });
    expect((await invite({ email: 'ada@example.com' })).body).toMatchObject({
      data: { attributes: { email: 'ada@example.com' } },
    });
    fastly.setFaults({ otherUser: true });
    expect((await invite({ email: 'eva@example.com' })).body).toMatchObject({
      data: { attributes: { email: expect.not.stringContaining('eva') } },
    });
    expect((await send('GET', '/current_user')).body).toMatchObject({ id: BOT_ACCOUNT.id });
  });
});

test('a token without a user has no current user, and lists the users', async () => {
  fastly.setFaults({ noCurrentUser: true });
  expect((await send('GET', '/current_user')).status).toBe(404);
  expect((await send('GET', `/customer/${CUSTOMER_ID}/users`)).status).toBe(200);
});

describe('the token', () => {
  const change = () => send('PUT', `/user/${ENGINEER.id}`, { form: { locked: 'true' } });
  const self = () => send('GET', '/tokens/self');

  test('is told of without the secret', async () => {
    const { body, text } = await self();
    expect(body).toMatchObject({ user_id: BOT_ACCOUNT.id, scope: 'global', services: [], expires_at: null });
    expect(text).not.toContain(fastly.token);
  });
  test('of an automation belongs to no user', async () => {
    fastly.setFaults({ noCurrentUser: true });
    expect((await self()).body).toMatchObject({ user_id: null });
  });
  test.each([
    { scope: 'global', services: ['s1'], reads: 200, changes: 200 },
    { scope: 'global:read purge_all', services: [], reads: 200, changes: 403 },
    { scope: 'purge_select', services: [], reads: 403, changes: 403 },
  ])(
    'with scope $scope reads with $reads and changes with $changes',
    async ({ reads, changes, ...token }) => {
      fastly.patchToken(token);
      expect((await send('GET', '/current_user')).status).toBe(reads);
      expect((await change()).status).toBe(changes);
      expect((await self()).body).toMatchObject(token);
    },
  );
  test('is refused from when it expires on', async () => {
    fastly.patchToken({ expires_at: new Date(clock + DAY).toISOString() });
    expect((await change()).status).toBe(200);
    clock += DAY;
    expect((await change()).status).toBe(401);
    expect((await self()).status).toBe(401);
  });
  test('is changed in what it may do, and in nothing else, through the control API too', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    expect(await sandbox.client.patchFastlyToken({ scope: 'purge_all' })).toMatchObject({
      scope: 'purge_all',
    });
    expect(() => fastly.patchToken({ name: 'another' })).toThrow();
    expect(() => fastly.patchToken({ expires_at: 'soon' })).toThrow();
  });
});

test('of two logins that differ in letter case, the one as written is meant', async () => {
  fastly.putUsers([
    { id: 'lower1', login: 'ada@example.com' },
    { id: 'upper1', login: 'Ada@example.com' },
  ]);
  const change = { form: { old_password: PASSWORD, new_password: NEW_PASSWORD } };
  const as = (login: string) => ({
    ...change,
    headers: { authorization: `Basic ${Buffer.from(`${login}:${PASSWORD}`).toString('base64')}` },
  });
  const upper = await send('POST', '/current_user/password', as('Ada@example.com'));
  expect(upper.body).toMatchObject({ id: 'upper1' });
  const lower = await send('POST', '/current_user/password', as('ada@example.com'));
  expect(lower.body).toMatchObject({ id: 'lower1' });
});
