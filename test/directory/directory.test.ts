import { describe, expect, it } from 'vitest';
import { type Filter, figuresOf } from '../../src/directory/filter.ts';
import { User } from '../../src/fastly/user.ts';
import {
  APOSTROPHE,
  BOT_ACCOUNT,
  ENGINEER,
  LIMITED_ENGINEER,
  NON_LATIN,
  NORA_USER,
  PEOPLE,
  PLUS_LOGIN,
  TOMAS_USER,
} from '../sandbox/fastly/people.ts';
import type { Fastly } from '../sandbox/fastly/server.ts';
import { CUSTOMER_ID } from '../sandbox/fastly/user.ts';
import { expectToFindEachOf, person, startDirectory } from './start.ts';

const LIST = `/customer/${CUSTOMER_ID}/users`;
const MINUTE = 60_000;

const lists = (account: Fastly) => account.calls().filter(({ path }) => path === LIST).length;
const logins = (users: readonly { login: string }[]) => users.map(({ login }) => login);
const NOT_ALLOWED = '{"msg":"Access denied"}';

describe('how often Fastly is asked', () => {
  it('is once for fifty who ask at once', async () => {
    const { account, directory } = await startDirectory();
    const answers = await Promise.all(Array.from({ length: 50 }, () => directory.search('nora', 5)));
    expect(new Set(answers.map((users) => JSON.stringify(users))).size).toBe(1);
    expect(account.calls().map(({ path }) => path)).toEqual(['/current_user', LIST]);
  });

  it('is for the list alone once the account is known, which also tells what the token may do', async () => {
    const { account, client, clock, directory } = await startDirectory([{ ...BOT_ACCOUNT }]);
    await directory.search('', 1);
    account.putUsers([{ ...BOT_ACCOUNT, role: 'engineer' }]);
    account.forgetCalls();
    clock.now = MINUTE;
    await directory.search('', 1);
    expect(account.calls().map(({ path }) => path)).toEqual([LIST]);
    expect(await client.tokenProblem()).toBe('no-superuser');
  });

  it("is for the token's user, too, where the list does not have them", async () => {
    const { account, clock, directory } = await startDirectory([{ ...BOT_ACCOUNT }]);
    await directory.search('', 1);
    account.setFaults({
      noCurrentUser: true,
      fail: { match: `GET ${LIST}`, status: 200, body: '[]', contentType: 'application/json', times: 1 },
    });
    clock.now = MINUTE;
    await expect(directory.search('', 1)).rejects.toMatchObject({
      kind: 'not_found',
      operation: 'get_current_user',
    });
  });

  it('is once a minute', async () => {
    const { account, clock, directory } = await startDirectory();
    await directory.search('', 1);
    clock.now = MINUTE - 1;
    await directory.search('', 1);
    expect(lists(account)).toBe(1);
    clock.now = MINUTE;
    account.putUsers([person('new1', 'Newcomer', 'newcomer@example.com')]);
    expect(logins(await directory.search('newcomer', 5))).toEqual(['newcomer@example.com']);
    expect(lists(account)).toBe(2);
  });

  it('is again at once after a failure, which all who asked are told', async () => {
    const { account, directory } = await startDirectory();
    account.setFaults({ fail: { match: `GET ${LIST}`, status: 403, body: NOT_ALLOWED, times: 1 } });
    const failed = await Promise.allSettled([directory.search('nora', 5), directory.search('ada', 5)]);
    expect(failed).toMatchObject(Array(2).fill({ status: 'rejected', reason: { kind: 'forbidden' } }));
    expect(await directory.search('nora', 5)).not.toEqual([]);
  });

  it('is once a minute for the account, too', async () => {
    const { account, clock, directory } = await startDirectory();
    await Promise.all([directory.account(), directory.account()]);
    account.patchAccount({ force_sso: true });
    expect((await directory.account()).force_sso).toBe(false);
    clock.now = MINUTE;
    expect((await directory.account()).force_sso).toBe(true);
    expect(account.calls()).toHaveLength(2);
  });
});

describe('a search', () => {
  it('has the best match first: itself, the start of a name, of a word, inside, then logins', async () => {
    const { directory } = await startDirectory([
      person('q1', 'Someone', 'a.quux@example.com'),
      person('q2', 'Someone Else', 'quux.b@example.com'),
      person('q3', 'Equuxian', 'c@example.com'),
      person('q4', 'Ada Quuxley', 'd@example.com'),
      person('q5', 'Quuxa Ada', 'e@example.com'),
      person('q6', 'QUUX', 'f@example.com'),
    ]);
    expect((await directory.search('quux', 10)).map(({ id }) => id)).toEqual([
      'q6',
      'q5',
      'q4',
      'q3',
      'q2',
      'q1',
    ]);
    expect((await directory.search('quux', 2)).map(({ id }) => id)).toEqual(['q6', 'q5']);
  });

  it('is by name when nothing is typed', async () => {
    const { directory } = await startDirectory([person('a1', '!Aaron', 'z@example.com')]);
    const users = await directory.search('  ', 100);
    expect(users).toHaveLength(PEOPLE.length + 1);
    expect(users[0]?.id).toBe('a1');
  });

  it.each([
    ['TOMÁS OKAFOR', TOMAS_USER.login],
    ['tomas', TOMAS_USER.login],
    ['okafor  tomas', TOMAS_USER.login],
    ['高瀬', NON_LATIN.login],
    ["o'gallin", APOSTROPHE.login],
    ['O’Gallin', APOSTROPHE.login],
    ['Maribel+CDN@Example.com', PLUS_LOGIN.login],
  ])('knows neither accents nor case nor the kind of apostrophe: %s', async (text, login) => {
    const { directory } = await startDirectory();
    expect(logins(await directory.search(text, 5))[0]).toBe(login);
  });

  it('leaves out who was deleted', async () => {
    const { directory } = await startDirectory([{ ...ENGINEER, deleted_at: '2025-01-01T00:00:00Z' }]);
    expect(await directory.search(ENGINEER.login, 5)).toEqual([]);
  });

  it('finds each of 5,000 users', async () => {
    await expectToFindEachOf(5_000);
  });
});

describe('a list', () => {
  const EVERYBODY: Filter = { text: '', role: null, locked: null, withoutTwoFactor: false, inactive: null };

  it('is of all by name, or of the best fits first', async () => {
    const { directory } = await startDirectory([person('a1', '!Aaron', 'z@example.com')]);
    const { users, account } = await directory.list(EVERYBODY);
    expect(users.map(({ id }) => id)).toEqual((await directory.search('', 100)).map(({ id }) => id));
    expect(account.users).toBe(PEOPLE.length + 1);
    const nora = await directory.list({ ...EVERYBODY, text: 'nora' });
    expect(logins(nora.users)).toEqual(['nora.ellery@example.com', NORA_USER.login]);
    expect(nora.account).toEqual(account);
  });

  it('has who is not set, or not sent, as not locked and without two-factor', async () => {
    const flags = { locked: null, two_factor_auth_enabled: null };
    const { directory } = await startDirectory([
      { ...person('q1', 'Quux One', 'q1@example.com'), ...flags },
      { ...person('q2', 'Quux Two', 'q2@example.com'), locked: true, two_factor_auth_enabled: true },
      { ...person('q3', 'Quux Three', 'q3@example.com'), locked: false, two_factor_auth_enabled: false },
    ]);
    const ids = async (more: Partial<Filter>) =>
      (await directory.list({ ...EVERYBODY, text: 'quux', ...more })).users.map(({ id }) => id).sort();
    expect(await ids({ locked: false })).toEqual(['q1', 'q3']);
    expect(await ids({ locked: true })).toEqual(['q2']);
    expect(await ids({ withoutTwoFactor: true })).toEqual(['q1', 'q3']);
    expect(await ids({ locked: true, withoutTwoFactor: true })).toEqual([]);
  });

  it('has the longest idle first, and apart those of whom Fastly does not say it', async () => {
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const idle = (id: string, created_at: string, last_active_at: string | null) => ({
      ...person(id, `Quux ${id}`, `${id}@example.com`),
      created_at,
      last_active_at,
    });
    const { directory, clock } = await startDirectory([
      idle('q1', ago(900), ago(91)),
      idle('q2', ago(900), ago(89)),
      idle('q3', ago(400), null),
      idle('q4', ago(89), null),
      // What cannot be read counts as not sent.
      idle('q5', ago(900), 'a while ago'),
    ]);
    clock.now = Date.now();
    const found = await directory.list({ ...EVERYBODY, text: 'quux', inactive: 90 });
    expect(found.users.map(({ id }) => id)).toEqual(['q3', 'q1']);
    expect(found.unknown.map(({ id }) => id)).toEqual(['q5']);
    const all = await directory.list({ ...EVERYBODY, text: 'quux' });
    expect(all.users).toHaveLength(5);
    expect(all.unknown).toEqual([]);
  });

  it('finds Fastly superusers however the role is written, and by a further role', async () => {
    const { directory } = await startDirectory([
      { ...person('q1', 'Quux One', 'q1@example.com'), role: 'Superuser ' },
      { ...person('q2', 'Quux Two', 'q2@example.com'), role: 'engineer', roles: ['engineer', 'superuser'] },
      { ...person('q3', 'Quux Three', 'q3@example.com'), role: 'engineer', roles: ['id1', 'id2'] },
    ]);
    const ids = async (role: string) =>
      (await directory.list({ ...EVERYBODY, text: 'quux', role })).users.map(({ id }) => id).sort();
    expect(await ids('superuser')).toEqual(['q1', 'q2']);
    expect(await ids('engineer')).toEqual(['q2', 'q3']);
  });
});

describe('the figures', () => {
  it('count everybody who is there, by role most first', async () => {
    const { directory } = await startDirectory([{ ...ENGINEER, deleted_at: '2025-01-01T00:00:00Z' }]);
    expect(await directory.figures()).toEqual({
      users: 24,
      unreadable: 0,
      byRole: [
        { role: 'user', users: 7 },
        { role: 'engineer', users: 6 },
        { role: 'superuser', users: 6 },
        { role: 'billing', users: 3 },
        { role: 'tls_admin', users: 1 },
        { role: 'tls_viewer_imported', users: 1 },
      ],
      locked: 2,
      withoutTwoFactor: 21,
      neverActive: 11,
    });
  });

  it('take nobody without a role, or whose activity is not sent, for one', () => {
    const { role, last_active_at, ...bare } = person('b1', 'Bare', 'b@example.com');
    const users = [User.parse(bare), User.parse({ ...bare, role: null, last_active_at: null })];
    expect(figuresOf(users)).toEqual({
      users: 2,
      unreadable: 0,
      byRole: [],
      locked: 0,
      withoutTwoFactor: 2,
      neverActive: 1,
    });
  });
});

describe('finding one user', () => {
  it.each([
    ['an id', ENGINEER.id, ENGINEER.id],
    ['an id with spaces around it', ` ${ENGINEER.id} `, ENGINEER.id],
    ['a login', 'Silas.Morton@example.com', LIMITED_ENGINEER.id],
    ['a whole name', 'edda  MORTON', ENGINEER.id],
  ])('is certain of %s', async (_what, text, id) => {
    const { directory } = await startDirectory();
    expect(await directory.find(text, 'change', 5)).toMatchObject({ kind: 'certain', user: { id } });
  });

  it.each([
    ['a part of a name', 'edda', ENGINEER.id],
    ['one word that is a whole name', 'nora', 'wUqqsx9MdG5pweNDPmm9Zf'],
    ['a part of a login', 'nora@', NORA_USER.id],
    ['a login without its accents', 'nóra@example.com', NORA_USER.id],
  ])('takes %s for likely', async (_what, text, id) => {
    const { directory } = await startDirectory();
    expect(await directory.find(text, 'change', 5)).toMatchObject({ kind: 'likely', user: { id } });
  });

  it('offers several where several fit, and says when there are more', async () => {
    const { directory } = await startDirectory();
    expect(await directory.find('morton', 'change', 5)).toMatchObject({
      kind: 'several',
      users: [{ id: ENGINEER.id }, { id: LIMITED_ENGINEER.id }],
      more: false,
    });
    expect(await directory.find('morton', 'change', 1)).toMatchObject({
      kind: 'several',
      users: [{}],
      more: true,
    });
  });

  it('offers all of the same name', async () => {
    const { directory } = await startDirectory([
      person('n1', 'Nora', 'n1@example.com'),
      person('n2', 'Noramund', 'n2@example.com'),
    ]);
    expect(await directory.find('nora', 'look', 5)).toMatchObject({
      kind: 'several',
      users: [{ id: 'wUqqsx9MdG5pweNDPmm9Zf' }, { id: 'n1' }],
    });
  });

  it('finds none where none fits', async () => {
    const { directory } = await startDirectory();
    expect(await directory.find('nobody at all', 'look', 5)).toEqual({ kind: 'none' });
    expect(await directory.find('Zzzzzzzzzzzzzzzzzzzzz9', 'look', 5)).toEqual({ kind: 'none' });
  });

  it('asks Fastly for a user once where it could be an id, and not at all where a name fits', async () => {
    const { account, directory } = await startDirectory();
    await directory.find('Zzzzzzzzzzzzzzzzzzzzz9', 'change', 5);
    await directory.find('edda', 'change', 5);
    const asked = account.calls().filter(({ path }) => path.startsWith('/user/'));
    expect(asked.map(({ path }) => path)).toEqual(['/user/Zzzzzzzzzzzzzzzzzzzzz9']);
  });

  it('never takes an address for a part of a login', async () => {
    const { directory } = await startDirectory([person('x1', 'Ashlee', 'ashlee@quux.example')]);
    expect(await directory.find('lee@quux.example', 'look', 5)).toEqual({ kind: 'none' });
    expect(await directory.find('ashlee@quux.exampl', 'look', 5)).toEqual({ kind: 'none' });
    expect(await directory.near('lee@quux.example', 3)).toMatchObject([{ id: 'x1' }]);
  });

  it("asks Fastly for the list again before an address is nobody's, at most once in 5 seconds", async () => {
    const { account, clock, directory } = await startDirectory();
    await directory.search('', 1);
    account.putUsers([person('new1', 'Newcomer', 'newcomer@quux.example')]);
    expect(await directory.find('newcomer@quux.example', 'change', 5)).toEqual({ kind: 'none' });
    clock.now = 5_000;
    expect(await directory.find('newcomer@quux.example', 'change', 5)).toMatchObject({ kind: 'certain' });
    expect(await directory.find('nobody@quux.example', 'change', 5)).toEqual({ kind: 'none' });
    expect(lists(account)).toBe(2);
  });

  it.each(['Ab12', 'BrandNewUserWith22Chars'])(
    'asks Fastly for an id that the list does not have: %s',
    async (id) => {
      const { account, directory } = await startDirectory();
      await directory.search('', 1);
      account.putUsers([person(id, 'Brand New', 'brand.new@example.com')]);
      expect(await directory.find(id, 'look', 5)).toMatchObject({ kind: 'certain', user: { id } });
    },
  );

  it('takes an id where there is no list, and for a name says that the list is what fails', async () => {
    const { account, directory } = await startDirectory();
    account.setFaults({ fail: { match: `GET ${LIST}`, status: 403, body: NOT_ALLOWED, times: 9 } });
    expect(await directory.find(ENGINEER.id, 'change', 5)).toMatchObject({ kind: 'certain' });
    await expect(directory.find('nora', 'look', 5)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(directory.find('nora lindqvist', 'look', 5)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('does not take a refused token for nobody', async () => {
    const { account, directory } = await startDirectory();
    account.setFaults({ tokenRefused: true });
    await expect(directory.find('nora', 'look', 5)).rejects.toMatchObject({ kind: 'unauthorized' });
  });
});

describe('a login', () => {
  it('is known whatever its case', async () => {
    const { directory } = await startDirectory();
    expect(await directory.withLogin(' NORA@Example.com ')).toMatchObject([{ id: NORA_USER.id }]);
  });

  it.each(['nora', 'nóra@example.com', 'nora@example.com.evil.example', ''])(
    "is not another's that looks like it: %j",
    async (login) => {
      const { directory } = await startDirectory();
      expect(await directory.withLogin(login)).toEqual([]);
    },
  );
});

describe('a member', () => {
  const MAREN = person('m1', 'Maren Quux', 'maren+cdn@quux.example');
  it.each([
    ['maren+cdn@quux.example', null, 'certain'],
    ['MAREN+CDN@quux.example', null, 'certain'],
    ['maren@quux.example', null, 'likely'],
    ['mären+cdn@quux.example', null, 'likely'],
    ['someone@else.example', 'Maren Quux', 'likely'],
    ['someone@else.example', 'Maren', 'none'],
    ['someone@else.example', null, 'none'],
  ])('with the address %s and the name %s is %s', async (address, name, kind) => {
    const { directory } = await startDirectory([MAREN]);
    expect(await directory.findMember({ address, name }, 5)).toMatchObject({ kind });
  });
});
