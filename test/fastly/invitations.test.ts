import { describe, expect, it } from 'vitest';
import { InvitationId } from '../../src/fastly/invitation.ts';
import { NORA_USER } from '../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../sandbox/fastly/user.ts';
import { standIn } from '../support/stand-in.ts';
import { clientFor, customerId, failureOf, startAccount } from './start.ts';

const ACCOUNT = customerId(CUSTOMER_ID);

describe('an invitation', () => {
  it('is sent as a JSON:API document, listed while it is open, and withdrawn', async () => {
    const { account, client } = await startAccount();
    const invitee = { email: 'ada@example.com', role: 'engineer', limit_services: true };
    const sent = await client.createInvitation(invitee, ACCOUNT);
    expect(sent).toMatchObject(invitee);
    expect(account.calls()).toMatchObject([{ method: 'POST', path: '/invitations', auth: 'token' }]);
    expect(account.calls()[0]?.fields.data).toMatchObject({
      relationships: { customer: { data: { id: CUSTOMER_ID, type: 'customer' } } },
    });
    expect(await client.listInvitations()).toMatchObject([{ id: sent.id, ...invitee }]);
    await client.deleteInvitation(sent.id);
    expect(await client.listInvitations()).toEqual([]);
    expect(account.invitations()).toEqual([]);
  });

  it('leaves the role to Fastly when none is given', async () => {
    const { client } = await startAccount();
    expect(await client.createInvitation({ email: 'ada@example.com' }, ACCOUNT)).toMatchObject({
      role: 'user',
    });
  });

  it('is a duplicate for somebody who is a user, or is invited already', async () => {
    const { client } = await startAccount();
    await client.createInvitation({ email: 'ada@example.com' }, ACCOUNT);
    for (const email of ['ada@example.com', NORA_USER.login]) {
      const failure = await failureOf(client.createInvitation({ email }, ACCOUNT));
      expect(failure).toMatchObject({ kind: 'duplicate', msg: 'Duplicate record' });
    }
  });

  it('is refused with a role that does not go with limited services', async () => {
    const { client } = await startAccount();
    const limited = { email: 'ada@example.com', role: 'user', limit_services: true };
    expect(await failureOf(client.createInvitation(limited, ACCOUNT))).toMatchObject({
      kind: 'invalid',
      detail: "Role 'user' is not allowed to be service limited",
    });
  });

  it('that is gone cannot be withdrawn', async () => {
    const { client } = await startAccount();
    const gone = client.deleteInvitation(InvitationId.parse('gone1'));
    expect(await failureOf(gone)).toMatchObject({ kind: 'not_found' });
  });

  it('is sent once when the answer is lost', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ drop: { match: 'POST /invitations', when: 'after', times: 1 } });
    const failure = await failureOf(client.createInvitation({ email: 'ada@example.com' }, ACCOUNT));
    expect(failure).toMatchObject({ kind: 'cut_off', mayHaveBeenCarriedOut: true });
    expect(account.invitations()).toHaveLength(1);
  });
});

describe('the list of invitations', () => {
  it('is read to its last page', async () => {
    const { account, client } = await startAccount();
    const emails = Array.from({ length: 101 }, (_, index) => `invited.${index}@example.com`);
    for (const email of emails) await client.createInvitation({ email }, ACCOUNT);
    account.forgetCalls();
    expect((await client.listInvitations()).map(({ email }) => email)).toEqual(emails);
    expect(account.calls()).toHaveLength(2);
  });

  it('leaves out those that are no longer active, and no other', async () => {
    const words: [string, unknown][] = [
      ['none', undefined],
      ['one', 1],
      ['no', 0],
      ['yes', true],
      ['false', false],
      ['word', 'inactive'],
      ['null', null],
    ];
    const data = words.map(([id, status_code]) => ({
      id,
      attributes: { email: 'a@example.com', status_code },
    }));
    const { url } = await standIn({
      'GET /invitations?page%5Bnumber%5D=1&page%5Bsize%5D=100': () => ({ data }),
    });
    const open = await clientFor(url).listInvitations();
    expect(open.map(({ id }) => id)).toEqual(['none', 'one', 'yes', 'word', 'null']);
  });
});
