import { describe, expect, it } from 'vitest';
import { ApiTokenId, isExpired, isGlobal } from '../../src/fastly/api-token.ts';
import { BOT_ACCOUNT, ENGINEER } from '../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../sandbox/fastly/user.ts';
import { standIn } from '../support/stand-in.ts';
import { clientFor, customerId, failureOf, startAccount } from './start.ts';

const ACCOUNT = customerId(CUSTOMER_ID);
const NOW = Date.parse('2026-03-01T12:00:00Z');

/** What the client makes of a list of such entries. */
async function listOf(entries: object[]) {
  const { url } = await standIn({ [`GET /customer/${CUSTOMER_ID}/tokens`]: () => entries });
  return await clientFor(url).listTokens(ACCOUNT);
}

describe('the list of tokens', () => {
  it('has all of the account with what Fastly tells of them', async () => {
    const { account, client } = await startAccount();
    const token = {
      id: 'ci1',
      user_id: ENGINEER.id,
      name: 'ci-purge',
      scope: 'purge_all',
      services: ['s1', 's2'],
      created_at: '2025-01-01T00:00:00Z',
      last_used_at: '2026-02-28T08:00:00Z',
      expires_at: '2026-04-01T00:00:00Z',
      ip: '203.0.113.9',
      user_agent: 'curl/8.9.1',
    };
    account.putTokens([token]);
    const { tokens, unreadable } = await client.listTokens(ACCOUNT);
    expect(unreadable).toBe(0);
    expect(tokens.map(({ id }) => id)).toEqual(account.tokens().map(({ id }) => id));
    expect(tokens.at(-1)).toEqual({ ...token, customer_id: CUSTOMER_ID });
    expect(tokens).toContainEqual(expect.objectContaining({ user_id: BOT_ACCOUNT.id }));
    expect(account.calls()).toMatchObject([{ method: 'GET', path: `/customer/${CUSTOMER_ID}/tokens` }]);
  });

  it('keeps never apart from unknown', async () => {
    const { tokens } = await listOf([
      { id: 'never1', last_used_at: null, expires_at: null },
      { id: 'unknown1' },
      { id: 'odd1', last_used_at: 'yesterday', expires_at: 7 },
    ]);
    expect(tokens.map(({ last_used_at, expires_at }) => [last_used_at, expires_at])).toEqual([
      [null, null],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('tells which belong to no user', async () => {
    const { tokens } = await listOf([{ id: 'nobody1', user_id: null }, { id: 'untold1' }]);
    expect(tokens.map(({ user_id }) => user_id)).toEqual([null, undefined]);
  });

  it('counts what cannot be read, and leaves out another account and what comes twice', async () => {
    const { tokens, unreadable } = await listOf([
      { id: 'own1', customer_id: CUSTOMER_ID },
      { id: 'own1', name: 'again' },
      { id: 'other1', customer_id: 'elsewhere' },
      { id: '../user/edda1' },
      { id: 'odd1', user_id: 7 },
      { name: 'without an id' },
    ]);
    expect(tokens.map(({ id, name }) => [id, name])).toEqual([['own1', undefined]]);
    expect(unreadable).toBe(3);
  });

  it('fails where Fastly does not show it', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ tokensUnreadable: true });
    expect(await failureOf(client.listTokens(ACCOUNT))).toMatchObject({
      kind: 'forbidden',
      operation: 'list_tokens',
      mayHaveBeenCarriedOut: false,
    });
  });
});

describe('revoking', () => {
  it('ends one token, and finds it gone the second time', async () => {
    const { account, client } = await startAccount();
    const before = account.tokens().length;
    account.putTokens([{ id: 'ci1', user_id: ENGINEER.id }]);
    await client.revokeToken(ApiTokenId.parse('ci1'));
    expect(account.tokens()).toHaveLength(before);
    expect(account.calls()).toMatchObject([{ method: 'DELETE', path: '/tokens/ci1', status: 204 }]);
    expect(await failureOf(client.revokeToken(ApiTokenId.parse('ci1')))).toMatchObject({ kind: 'not_found' });
  });

  it('makes no call with what is no id', async () => {
    const { account, client } = await startAccount();
    const invalid = { id: ApiTokenId.parse('ci1') };
    for (const id of ['', '../user/edda1', 'a/b', 'self?x']) {
      Reflect.set(invalid, 'id', id);
      expect(await failureOf(client.revokeToken(invalid.id))).toMatchObject({ kind: 'invalid_id' });
    }
    expect(account.calls()).toEqual([]);
  });
});

it.each([
  ['2026-03-01T12:00:00Z', true],
  ['2026-03-01T12:00:01Z', false],
  [null, false],
  [undefined, false],
])('a token that expires at %s has expired: %s', (expires_at, expected) => {
  expect(isExpired({ expires_at }, NOW)).toBe(expected);
});

it.each([
  ['global', true],
  ['purge_all global', true],
  ['global:read', false],
  [undefined, false],
])('the scope %s is global: %s', (scope, expected) => {
  expect(isGlobal({ scope })).toBe(expected);
});
