import { describe, expect, it } from 'vitest';
import type { FastlyClient } from '../../src/fastly/client.ts';
import { ENGINEER } from '../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../sandbox/fastly/user.ts';
import { endlessServer } from '../support/endless-server.ts';
import { clientFor, customerId, failureOf, startAccount, userId } from './start.ts';

const MEBIBYTE = 1024 * 1024;

const listUsers = (client: FastlyClient) => client.listUsers(customerId(CUSTOMER_ID));
const listTokens = (client: FastlyClient) => client.listTokens(customerId(CUSTOMER_ID));
const listInvitations = (client: FastlyClient) => client.listInvitations();
const getUser = (client: FastlyClient) => client.getUser(userId(ENGINEER));
const update = (client: FastlyClient) => client.updateUser(userId(ENGINEER), { locked: true });

type Calls = (client: FastlyClient) => Promise<unknown>;

describe('an answer that never ends', () => {
  it.each<[string, boolean, Calls]>([
    ['the list of users', false, listUsers],
    ['the list of tokens', false, listTokens],
    ['a page of invitations', false, listInvitations],
    ['a user', false, getUser],
    ['an update', true, update],
  ])('to %s closes the connection and fails', async (_what, mayHaveBeenCarriedOut, call) => {
    const { url, closed } = await endlessServer();
    const error = await failureOf(call(clientFor(url, 'test-token', 60_000)));
    expect(error).toMatchObject({
      kind: 'unexpected_answer',
      reason: 'the answer is too large',
      mayHaveBeenCarriedOut,
    });
    await closed;
  });
});

describe('a large answer', () => {
  /** What comes of a call whose answer is padded to so many bytes. */
  async function answeredWith(body: object, bytes: number, call: Calls): Promise<unknown> {
    const { account, client } = await startAccount(60_000);
    const padded = JSON.stringify(body).padEnd(bytes);
    account.setFaults({ fail: { match: null, status: 200, body: padded, times: 1 } });
    return await call(client).then(
      () => 'taken',
      ({ reason }) => reason,
    );
  }

  it.each<[string, object, number, Calls]>([
    ['the list of users', [ENGINEER], 96, listUsers],
    ['the list of tokens', [{ id: 'ci1' }], 32, listTokens],
    ['a page of invitations', { data: [] }, 4, listInvitations],
    ['a user', ENGINEER, 1, getUser],
  ])('to %s is taken up to its bound', async (_what, body, mebibytes, call) => {
    expect(await answeredWith(body, mebibytes * MEBIBYTE, call)).toBe('taken');
    expect(await answeredWith(body, mebibytes * MEBIBYTE + 1, call)).toBe('the answer is too large');
  });
});
