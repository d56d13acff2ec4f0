import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { untilTold } from '../support/approving.ts';
import { deliveryTo, startForgedSlack, superuser } from '../support/forged-delivery.ts';
import { ADA, actionsOn, again, invited, list, listed, many, withdraw } from '../support/inviting.ts';
import { form, GRACE, withdrawals } from '../support/newcomers.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('invitations', () => {
  it('says that there is none, with the button that invites', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const none = await list(client, 'No invitation is open.');
    expect(none.ephemeral).toBe(false);
    expect(wordsOf(none.blocks)).toContain('Run /fastly-user invite to send one.');
    expect(actionsOn(none)).toEqual(['invite.button']);
    await nora.click({ channel: CDN_TEAM.id, ts: none.ts, actionId: 'invite.button' });
    expect((await form(nora, 'invite')).values).toMatchObject({ address: { address: { value: null } } });
    await nora.submit({ address: GRACE });
    await client.as(PRIYA).until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the result');
  });

  it('withdraws one after asking, tells the channel, and draws the list again', async () => {
    const workplace = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    await invited(workplace, [GRACE, ADA]);
    const [ada] = (await client.fastlyInvitations()).filter(({ attributes }) =>
      JSON.stringify(attributes).includes(ADA),
    );
    const first = await list(client, '2 invitations are open , newest first');
    expect(listed(first)).toEqual([ADA, GRACE]);
    const [button] = elementsOf(first.blocks);
    expect(wordsOf(button?.confirm)).toContain(`The link that Fastly emailed to ${ADA} will stop working.`);
    await tomas.click({ ...withdraw(first, ADA), confirm: 'no' });
    expect(await withdrawals(client)).toEqual([]);
    await tomas.click(withdraw(first, ADA));
    const told = await client
      .as(PRIYA)
      .until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
    expect(wordsOf(told.blocks)).toContain(`↩️ <@${TOMAS.id}> withdrew the invitation of ${ADA} ,`);
    expect(JSON.stringify(told.blocks)).toContain('"type":"date"');
    await tomas.until((sees) => messageWith(sees, AUDIT_TRAIL, 'withdrew'), 'the copy');
    const left = await tomas.until(
      (sees) => wordsOf(again(sees, first)?.blocks).includes('One invitation is open') && again(sees, first),
      'the list, drawn again',
    );
    expect(listed(left)).toEqual([GRACE]);
    expect(await withdrawals(client)).toEqual([`/invitations/${ada?.id}`]);
  });

  it('turns its pages to the end and back, in the place of the first', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await invited(workplace, many(45));
    const latestFirst = many(45).toReversed();
    const first = await list(client, '45 invitations are open , newest first (page 1 of 3)');
    const tomas = client.as(TOMAS);
    const turn = async (actionId: string, page: number) => {
      await tomas.click({ channel: CDN_TEAM.id, ts: first.ts, actionId });
      return await tomas.until(
        (sees) => wordsOf(again(sees, first)?.blocks).includes(`(page ${page} of 3)`) && again(sees, first),
        `page ${page}`,
      );
    };
    const buttons = (message: SeenMessage) => actionsOn(message).filter((id) => !id.endsWith('withdraw'));
    expect(listed(first)).toEqual(latestFirst.slice(0, 20));
    expect(buttons(first)).toEqual(['invitations.older', 'invite.button']);
    const second = await turn('invitations.older', 2);
    expect(listed(second)).toEqual(latestFirst.slice(20, 40));
    expect(buttons(second)).toEqual(['invitations.newer', 'invitations.older', 'invite.button']);
    const last = await turn('invitations.older', 3);
    expect(listed(last)).toEqual(latestFirst.slice(40));
    expect(buttons(last)).toEqual(['invitations.newer', 'invite.button']);
    expect(buttons(await turn('invitations.newer', 2))).toHaveLength(3);
    expect(messagesIn(await tomas.sees(), CDN_TEAM)).toHaveLength(1);
  });
});

describe('invitations', () => {
  it('shows to whom each went, as what, and until when it is good', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`invite ${GRACE} --role billing --limit-services yes --private`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the confirmation');
    const [invitation] = await client.fastlyInvitations();
    const one = await list(client, 'One invitation is open');
    expect(wordsOf(one.blocks)).toContain(`*${GRACE}* · billing · limited services · expires <!date^`);
    const sent = Date.parse(String(JSON.stringify(invitation).match(/created_at":"([^"]+)/)?.[1]));
    const weekLater = sent / 1000 + 7 * 24 * 3600;
    expect(wordsOf(one.blocks)).toContain(`<!date^${weekLater}^`);
  });

  it('leaves out what has expired', async () => {
    const workplace = await startWorkplace();
    await invited(workplace, [GRACE]);
    await workplace.client.advanceClock(7 * 24 * 3_600_000);
    await invited(workplace, [ADA]);
    expect(listed(await list(workplace.client, 'One invitation is open'))).toEqual([ADA]);
  });

  it("shows all of Fastly's pages", async () => {
    const workplace = await startWorkplace();
    await invited(workplace, many(102));
    const first = await list(workplace.client, '102 invitations are open');
    expect(listed(first)[0]).toBe(many(102).at(-1));
    expect(wordsOf(first.blocks)).toContain('(page 1 of 6)');
  });

  it('stays on its page when one is withdrawn there, and goes to the last that is left', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, many(41));
    const first = await list(client, '(page 1 of 3)');
    for (const page of [2, 3]) {
      await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'invitations.older' });
      await nora.until(
        (sees) => wordsOf(again(sees, first)?.blocks).includes(`(page ${page} of 3)`),
        `page ${page}`,
      );
    }
    for (const left of [40, 39]) {
      const shown = again(await nora.sees(), first) ?? first;
      await nora.click(withdraw(shown, listed(shown).at(-1) ?? ''));
      await nora.until(
        (sees) => wordsOf(again(sees, first)?.blocks).includes(`${left} invitations are open`),
        'one less',
      );
      expect(wordsOf(again(await nora.sees(), first)?.blocks)).toContain('(page 2 of 2)');
    }
  });

  it('is for the caller alone with --private, and so is what its buttons do', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, many(22));
    const first = await list(client, '(page 1 of 2)', ' --private');
    expect(first.ephemeral).toBe(true);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'invitations.older' });
    const second = await nora.until((sees) => messageWith(sees, CDN_TEAM, '(page 2 of 2)'), 'page 2');
    await nora.click(withdraw(second, listed(second)[0] ?? ''));
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
    expect(told.ephemeral).toBe(true);
    const left = await nora.until((sees) => messageWith(sees, CDN_TEAM, '21 invitations'), 'the list');
    await nora.click({ channel: CDN_TEAM.id, ts: left.ts, actionId: 'invite.button' });
    await form(nora, 'invite');
    await nora.submit({ address: GRACE });
    await nora.until((sees) => messageWith(sees, 'direct', 'invited '), 'the result');
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it('refuses words that mean nothing', async () => {
    const { client } = await startWorkplace();
    await client.as(NORA).command('invitations grace');
    await untilTold(client.as(NORA), "invitations doesn't take grace");
  });

  it('is in the audit log', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await invited(workplace, [GRACE]);
    const first = await list(client, 'One invitation is open');
    await nora.click(withdraw(first, GRACE));
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
    await nora.command('audit --private');
    const words = await untilTold(nora, 'The latest changes');
    expect(words).toContain(`↩️ <@${NORA.id}> withdrew the invitation of ${GRACE}`);
  });

  it.each([
    'invitations.withdraw',
    'invitations.show',
    'invitations.newer',
    'invitations.older',
    'invite.button',
  ])('does nothing for a button %s that carries something else, and says where to start', async (id) => {
    const { client, deliver, responseUrl, nextResponse } = await startForgedSlack(DELIVERY);
    const garbage = [
      undefined,
      '',
      'null',
      '{}',
      '{"page":0,"private":false}',
      '{"page":1.5,"private":false}',
      '{"page":1,"private":"no","invitation":"abc"}',
      '{"page":1,"private":false,"invitation":"../user/abc"}'.replace(
        '1',
        id.endsWith('withdraw') ? '1' : '-1',
      ),
      '{"private":false,"email":5,"settings":{}}',
      '{"private":false,"email":"a@example.com","settings":{"role":1}}',
      `{"private":false,"email":"${'a'.repeat(255)}","settings":{}}`,
    ];
    for (const value of garbage) {
      const actions = [
        { type: 'button', action_id: id, block_id: 'b', ...(value !== undefined && { value }) },
      ];
      await deliver(deliveryTo({ kind: 'click', id }, superuser, responseUrl, { actions }));
      expect(JSON.stringify(await nextResponse())).toMatch(/This button no longer works/);
    }
    expect(await client.fastlyCalls()).toEqual([]);
  });
});
