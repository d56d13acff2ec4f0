import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { FastlyClient } from '../../src/fastly/client.ts';
import type { FastlyFaults } from '../sandbox/control/protocol.ts';
import { ENGINEER, NORA_USER } from '../sandbox/fastly/people.ts';
import { clientFor, failureOf, startAccount, userId } from './start.ts';

const TOKEN = 'tok-quince-7731';
const OLD = 'old-Saffron-8842';
const NEW = 'new-Juniper-9953';
/** The credentials as they travel, too. */
const SECRETS = [TOKEN, OLD, NEW, Buffer.from(`${NORA_USER.login}:${OLD}`).toString('base64')];

/** Everything that a log, a test or a debugger could make of an error. */
function everythingOf(error: Error): string {
  return [
    String(error),
    error.message,
    error.stack,
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
    inspect(error, { depth: null, showHidden: true, getters: true }),
  ].join('\n');
}

const calls: [string, (client: FastlyClient) => Promise<unknown>, string[]][] = [
  ['a call with the token', (client) => client.updateUser(userId(ENGINEER), { locked: true }), [TOKEN]],
  [
    'a change of a password',
    (client) => client.updateUserPassword(NORA_USER.login, new Secret(OLD), new Secret(NEW)),
    [OLD, NEW],
  ],
];
/** A body that quotes all it was sent, in every field that is read. */
const echo = JSON.stringify({ msg: `Not good: ${SECRETS.join(' ')}`, detail: `Not ${SECRETS.join('')}` });
const failing = (status: number, body: string): Partial<FastlyFaults> => ({
  fail: { match: null, status, body, times: 9 },
});
const failures: [string, Partial<FastlyFaults>][] = [
  ['the credentials are refused', {}],
  ['Fastly cannot be reached', { down: true }],
  ['the connection breaks', { drop: { match: null, when: 'after', times: 9 } }],
  ['no answer comes in time', { delay: { match: null, milliseconds: 60_000 } }],
  ['Fastly is in trouble', failing(503, echo)],
  ['the rate limit is used up', failing(429, echo)],
  ['the answer makes no sense', failing(200, echo)],
  ['Fastly forbids it', failing(403, '{"msg":"No"}')],
];

describe.each(calls)('no token and no password is in the error of %s', (_name, call, sent) => {
  it.each(failures)('when %s', async (_what, faults) => {
    const { account } = await startAccount();
    account.setFaults(faults);
    const told = everythingOf(await failureOf(call(clientFor(account.url, TOKEN, 500))));
    for (const secret of SECRETS) expect(told).not.toContain(secret);
  });

  it.each([400, 403, 404, 409, 422])('when Fastly refuses it with %i and quotes them', async (status) => {
    const { account } = await startAccount();
    const quoting = JSON.stringify({ msg: `No: ${sent.join(' ')}`, detail: `Not ${sent.join('')}` });
    account.setFaults(failing(status, quoting));
    const error = await failureOf(call(clientFor(account.url, TOKEN)));
    const told = everythingOf(error);
    for (const secret of SECRETS) expect(told).not.toContain(secret);
  });
});

describe('a refusal that quotes the token', () => {
  it('is told without it', async () => {
    const { account } = await startAccount();
    account.setFaults(failing(400, JSON.stringify({ msg: `No: ${TOKEN}`, detail: `Not ${TOKEN}${TOKEN}.` })));
    const { message } = await failureOf(clientFor(account.url, TOKEN).getCurrentUser());
    expect(message).toContain('No: [redacted]: Not [redacted][redacted].');
  });
});

describe('a refusal of a change of a password', () => {
  const secret = new Secret('it\'s "O!Neil" & <\\>+/?é-1');
  const inHtml = secret.reveal().replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const writings: [string, string][] = [
    ['as it is', secret.reveal()],
    ['in JSON', JSON.stringify(secret.reveal())],
    ['in a URL', encodeURIComponent(secret.reveal())],
    [
      'in a URL with every mark encoded',
      encodeURIComponent(secret.reveal()).replace("'", '%27').replace('!', '%21'),
    ],
    ['in HTML with a number', inHtml.replace("'", '&#39;')],
    ['in HTML with a hexadecimal number', inHtml.replace("'", '&#x27;')],
    ['in quotes', `'${secret.reveal().replace("'", "\\'")}'`],
    ['in base64', Buffer.from(secret.reveal()).toString('base64')],
    ['as one of Ruby', 'it\\x27s'],
  ];

  it.each(writings)('repeats nothing that Fastly says, where it quotes one %s', async (_how, quoted) => {
    const { account } = await startAccount();
    const body = { msg: `Sorry, ${quoted}`, detail: `Not ${quoted}.` };
    account.setFaults(failing(400, JSON.stringify(body)));
    const change = clientFor(account.url, TOKEN).updateUserPassword(NORA_USER.login, secret, secret);
    const error = await failureOf(change);
    expect(error.message).toBe('update_user_password: Fastly answered 400');
    const told = everythingOf(error);
    for (const part of [quoted, JSON.stringify(quoted).slice(1, -1), 'Sorry'])
      expect(told).not.toContain(part);
  });

  it.each([
    ['Record invalid', 'Password is too easy to guess', 'the new password is too weak'],
    ['Record invalid', 'Password must have at least 12 characters', 'the new password is too weak'],
    ['Password needs a digit', null, 'the new password is too weak'],
    ['Password was found in a breach', null, 'the new password is too weak'],
    ['New password must differ from the current password', null, 'the new password was in use before'],
    ['Record invalid', 'Password must not be the current one', 'the new password was in use before'],
    ['Password has been used before', null, 'the new password was in use before'],
    ['Password has already been used', null, 'the new password was in use before'],
    ['Cannot reuse a recent password', null, 'the new password was in use before'],
    ['Bad request', 'Old password is not correct', 'the current password is wrong'],
    ['old_password is invalid', null, 'the current password is wrong'],
    ['Current password does not match', null, 'the current password is wrong'],
    ['Passwords are managed elsewhere', null, null],
    ['Too many attempts, try again', null, null],
  ])('is told in words of our own: %s, %s', async (msg, detail, words) => {
    const { account } = await startAccount();
    account.setFaults(failing(400, JSON.stringify({ msg, detail })));
    const change = clientFor(account.url, TOKEN).updateUserPassword(NORA_USER.login, secret, secret);
    expect(await failureOf(change)).toMatchObject({ kind: 'invalid', msg: words, detail: null });
  });
});

describe('a secret', () => {
  it('prints as [redacted] however it is printed, and tells only who asks for it', () => {
    const secret = new Secret(TOKEN);
    const printed = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [{ secret }] }, { depth: null, showHidden: true }),
      JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    ];
    for (const text of printed) expect(text).not.toContain(TOKEN);
    expect(printed.slice(0, 2)).toEqual(['[redacted]', '[redacted]']);
    expect(secret.reveal()).toBe(TOKEN);
  });

  it('is not in a client that is printed', () => {
    expect(inspect(clientFor('http://127.0.0.1:1', TOKEN), { depth: null, showHidden: true })).not.toContain(
      TOKEN,
    );
  });
});
