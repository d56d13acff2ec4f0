import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { FastlyClient } from '../../src/fastly/client.ts';
import { Secret } from '../../src/secret.ts';
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
    expect(error.message).toContain('No: [redacted]');
  });
});

describe('a refusal that quotes a password', () => {
  const [current, chosen] = ['ab&"<\\>+/?é-1', 'ab&"<\\>+/?é-123'];
  const writings: [string, (secret: string) => string][] = [
    ['as it is', (secret) => secret],
    ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
    ['in a URL', encodeURIComponent],
    ['in a form', (secret) => new URLSearchParams([['', secret]]).toString().slice(1)],
    [
      'in HTML',
      (secret) =>
        secret.replace('&', '&amp;').replace('"', '&quot;').replace('<', '&lt;').replace('>', '&gt;'),
    ],
    ['in base64', (secret) => Buffer.from(secret).toString('base64')],
    ['as HTTP Basic', (secret) => Buffer.from(`${NORA_USER.login}:${secret}`).toString('base64')],
  ];

  it.each(writings)('%s is told without it, also where one is part of the other', async (how, write) => {
    const { account } = await startAccount();
    const quoted = how === 'as HTTP Basic' ? [current] : [current, chosen];
    const words = quoted.map(write).join(' and ');
    account.setFaults(failing(400, JSON.stringify({ msg: 'Record invalid', detail: `Not ${words}.` })));
    const change = clientFor(account.url, TOKEN).updateUserPassword(
      NORA_USER.login,
      new Secret(current),
      new Secret(chosen),
    );
    const redacted = quoted.map(() => '[redacted]').join(' and ');
    expect((await failureOf(change)).message).toContain(`Not ${redacted}.`);
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
