import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { auditEntries, databaseInFile, untilTold } from '../support/approving.ts';
import { ADA, accepted, again, ended, invited, list, withdraw } from '../support/inviting.ts';
import { GRACE, withdrawals } from '../support/newcomers.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('withdrawing an invitation', () => {
  it.each(['in another copy of the list', 'in Fastly itself'])(
    'says so when it is gone already, having ended %s, and draws the list again',
    async (where) => {
      const workplace = await startWorkplace();
      const { client } = workplace;
      const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
      await invited(workplace, [GRACE, ADA]);
      const first = await list(client, '2 invitations are open');
      if (where === 'in Fastly itself') await ended(workplace, ADA);
      else {
        await tomas.command('invitations --private');
        const own = await tomas.until((sees) => messagesIn(sees, CDN_TEAM)[1], 'a list of his own');
        await tomas.click(withdraw(own, ADA));
        await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
      }
      await nora.click(withdraw(first, ADA));
      await untilTold(nora, 'This invitation is no longer open. It was accepted, was withdrawn');
      await nora.until(
        (sees) => wordsOf(again(sees, first)?.blocks).includes('One invitation is open'),
        'the list, drawn again',
      );
      expect(await withdrawals(client)).toHaveLength(1);
    },
  );

  it('does nothing where the invitation is to somebody else than the list showed', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    const [open] = await client.fastlyInvitations();
    const attributes = { email: ADA, role: 'engineer' };
    const body = JSON.stringify({ data: [{ id: open?.id, type: 'invitation', attributes }] });
    await client.fastlyFaults({ fail: { match: 'GET /invitations', status: 200, body, times: 1 } });
    await client.as(NORA).click(withdraw(first, GRACE));
    await untilTold(client.as(NORA), `this invitation is to ${ADA} now. Nothing was withdrawn.`);
    expect(await withdrawals(client)).toEqual([]);
  });

  it('says so when it is gone at this moment', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults({
      fail: { match: 'DELETE /invitations', status: 404, body: '{"msg":"Record not found"}', times: 1 },
    });
    await client.as(NORA).click(withdraw(first, GRACE));
    await untilTold(client.as(NORA), 'This invitation is no longer open');
  });

  it.each<[string, Partial<FastlyFaults>, RegExp]>([
    [
      'refuses',
      { fail: { match: 'DELETE /invitations', status: 400, body: '{"msg":"Not now"}', times: 1 } },
      /Fastly refused this \(it says: Not now\)\. Nothing was changed/,
    ],
    ['is away', { down: true }, /can't be reached\. Try again in a minute/],
    [
      "has used up the hour's limit",
      { rateLimitUsedUp: { reset: 4_102_444_800 } },
      /rate limit is reached until/,
    ],
    [
      'loses the call',
      { drop: { match: 'DELETE /invitations', when: 'before', times: 1 } },
      /may still have gone through\. Check with \/fastly-user invitations/,
    ],
  ])('says so, and leaves the list and its button, when Fastly %s', async (_what, faults, words) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults(faults);
    await nora.click(withdraw(first, GRACE));
    const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[1], 'the failure');
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toMatch(words);
    await client.fastlyFaults({ fail: null, down: false, rateLimitUsedUp: null });
    await nora.click(withdraw(first, GRACE));
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
  });

  it('tells of it as withdrawn when the answer is lost and the invitation is gone', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults({ drop: { match: 'DELETE /invitations', when: 'after', times: 1 } });
    await nora.click(withdraw(first, GRACE));
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
    expect(await withdrawals(client)).toHaveLength(1);
  });

  it('tells that it was accepted, and is not withdrawn, when the answer is lost and they are a user now', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults({ hold: { match: 'DELETE /invitations', when: 'before', times: 1 } });
    await nora.click(withdraw(first, GRACE));
    await client.untilHeld('fastly');
    await accepted(workplace, GRACE);
    await client.fastlyFaults({ hold: null });
    await untilTold(nora, `The invitation of ${GRACE} was accepted before it could be withdrawn`);
    await nora.until(
      (sees) => wordsOf(again(sees, first)?.blocks).includes('No invitation is open'),
      'the list, drawn again',
    );
    expect(messageWith(await nora.sees(), CDN_TEAM, 'withdrew')).toBeUndefined();
    expect((await auditEntries(database)).map(({ event }) => event)).toEqual(['begun', 'failed']);
  });

  it('is recorded as unknown when the answer is lost and the invitation is still open, as the call may still come', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace('socket', database);
    const { client } = workplace;
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults({ drop: { match: 'DELETE /invitations', when: 'before', times: 1 } });
    await client.as(NORA).click(withdraw(first, GRACE));
    await untilTold(client.as(NORA), 'It may still have gone through');
    expect((await auditEntries(database)).map(({ event }) => event)).toEqual(['begun', 'unknown']);
  });

  it('is left as not known when the answer is lost and Fastly does not tell who is there', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults({
      drop: { match: 'DELETE /invitations', when: 'after', times: 1 },
      fail: { match: 'GET /customer/', status: 403, body: '{"msg":"Access denied"}', times: 1 },
    });
    await nora.click(withdraw(first, GRACE));
    await untilTold(nora, 'It may still have gone through');
    expect(messageWith(await nora.sees(), CDN_TEAM, 'withdrew')).toBeUndefined();
  });

  it('says only that it is withdrawn when Fastly does not tell the list afterwards', async () => {
    const workplace = await startWorkplace();
    const { client, log } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await client.fastlyFaults({ delay: { match: 'DELETE /invitations', milliseconds: 1_000 } });
    const clicked = nora.click(withdraw(first, GRACE));
    await expect.poll(() => client.fastlyInvitations()).toEqual([]);
    await client.fastlyFaults({
      fail: { match: 'GET /invitations', status: 403, body: '{"msg":"Access denied"}', times: 1 },
    });
    await clicked;
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
    await log.until('a list of invitations stays as it was');
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toHaveLength(2);
  });
});
