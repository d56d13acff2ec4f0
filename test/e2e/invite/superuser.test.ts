import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { untilTold } from '../support/approving.ts';
import { askFor, GRACE, invitationsSent } from '../support/newcomers.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('inviting a Fastly superuser', () => {
  it('asks for a Fastly superuser, and once another superuser approves invites them', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(
      client,
      `invite ${GRACE} --role superuser --limit-services no --reason "On call"`,
      GRACE,
    );
    const words = request.words(await nora.sees());
    expect(words).toContain(`Invite ${GRACE} as a Fastly superuser?`);
    expect(words).toContain('*Role* Fastly superuser');
    expect(words).toContain('*Limited services* no');
    expect(words).toContain('Reason: On call');
    expect(await invitationsSent(client)).toEqual([]);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Invited as a Fastly superuser');
    await untilTold(nora, `✉️ ${GRACE} was invited as a Fastly superuser.`, 'direct');
    expect(await invitationsSent(client)).toEqual([
      { email: GRACE, role: 'superuser', limit_services: false },
    ]);
    await nora.command('invitations');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, `${GRACE}* · Fastly superuser`), 'the list');
  });
});

describe('inviting a Fastly superuser', () => {
  it('is copied to CONFIRMATIONS_CHANNEL once it is done, with what was asked for', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const request = await askFor(client, `invite ${GRACE} --role superuser --limit-services no`, GRACE);
    await request.take(client.as(TOMAS), 'approve');
    const copy = await client.as(NORA).until((sees) => messageWith(sees, AUDIT_TRAIL, GRACE), 'the copy');
    expect(wordsOf(copy.blocks)).toContain('Role Fastly superuser without an end and Limited services no');
  });

  it('says to approvers, too, that limited services are named nowhere yet', async () => {
    const { client } = await startWorkplace();
    const request = await askFor(client, `invite ${GRACE} --role superuser --limit-services yes`, GRACE);
    expect(request.words(await client.as(TOMAS).sees())).toContain('The invitation names no service.');
  });

  it.each([
    ['becomes a user', 'A user with this login already exists'],
    ['is invited by somebody else', 'An invitation to this address is already open'],
  ])('is refused, with why, when the person %s meanwhile', async (how, why) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `invite ${GRACE} --role superuser`, GRACE);
    if (how === 'becomes a user') await client.putFastlyUsers([{ id: 'grace1', login: GRACE }]);
    else {
      await client.as(TOMAS).command(`invite ${GRACE} --private`);
      await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'that');
    }
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(nora, '⛔')).toContain(why);
  });

  it.each([
    ['after', '✅ Invited', 1],
    ['before', 'There is no such invitation.', 1],
  ] as const)('is looked up when its answer is lost %s the work', async (when, words, calls) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `invite ${GRACE} --role superuser`, GRACE);
    await client.fastlyFaults({ drop: { match: 'POST /invitations', when, times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, words);
    expect(await invitationsSent(client)).toHaveLength(calls);
    if (when === 'after') return;
    await request.click(nora, 'retry');
    await request.until(nora, '✅ Invited');
    expect(await invitationsSent(client)).toHaveLength(2);
  });
});
