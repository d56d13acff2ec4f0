import { describe, expect, it } from 'vitest';
import { GENERAL, NORA, PRIYA, TEAM, TOMAS } from '../../sandbox/cast.ts';
import { BILLING, ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, deletions, toldPrivately, untilTold } from '../support/approving.ts';
import { deliveryTo, postSigned, startForgedSlack } from '../support/forged-delivery.ts';
import {
  clickAtHome,
  openHome,
  rowsOf,
  sectionOf,
  takeAtHome,
  untilAtHome,
  untilGoneFromHome,
} from '../support/home-tab.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('a button on the Home tab', () => {
  it('approves, tells the approver directly, and goes away', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await openHome(tomas);
    await takeAtHome(tomas, request.id, 'approve');
    await untilTold(tomas, `Now deleting ${ENGINEER.name} ( ${ENGINEER.login} )`, 'direct');
    await untilGoneFromHome(tomas, 'Waiting for you', request.id);
    await request.until(tomas, '✅ Deleted');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('denies in a form, and tells so directly', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await openHome(tomas);
    await takeAtHome(tomas, request.id, 'deny', 'Not yet');
    await untilTold(tomas, `<@${TOMAS.id}> denied the request`, 'direct');
    await request.until(tomas, 'Not yet');
    await untilGoneFromHome(tomas, 'Waiting for you', request.id);
    const said = (sees: Parameters<typeof wordsOf>[0]) => wordsOf(sees).includes('in your direct messages');
    await tomas.until(({ modals }) => said(modals), 'the form to say where the result is');
  });
});

describe('a button on the Home tab', () => {
  it('takes a request back', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await openHome(nora);
    await takeAtHome(nora, request.id, 'cancel');
    await untilTold(nora, `<@${NORA.id}> cancelled the request`, 'direct');
    await untilAtHome(nora, 'Your open requests', 'You have no open requests.');
  });

  it('locks, and stays there without the lock', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await openHome(tomas);
    await takeAtHome(tomas, request.id, 'lock');
    await untilTold(tomas, 'locked', 'direct');
    await untilAtHome(tomas, 'Latest changes', `🔒 <@${TOMAS.id}> locked`);
    const rows = (sees: Parameters<typeof rowsOf>[0]) => rowsOf(sees, 'Waiting for you')[0]?.join(' ');
    await tomas.until((sees) => rows(sees) === 'approve deny', 'the lock to be gone');
  });

  it('retries what failed', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    await untilAtHome(tomas, 'Waiting for you', "wasn't deleted");
    await clickAtHome(tomas, request.id, 'retry');
    await untilTold(tomas, 'Now deleting', 'direct');
    await untilAtHome(tomas, 'Latest changes', 'was deleted');
  });

  it('that is out of date says what has happened, and changes nothing', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await openHome(tomas);
    await client.slackFaults({ refuse: { method: 'views.publish', error: 'internal_error', times: 1_000 } });
    await request.take(client.as(NORA), 'cancel');
    await request.until(tomas, 'cancelled the request');
    await clickAtHome(tomas, request.id, 'approve');
    expect(await untilTold(tomas, 'Too late.', 'direct')).toContain('cancelled the request');
    await clickAtHome(tomas, request.id, 'deny');
    await expect
      .poll(async () =>
        toldPrivately(await tomas.sees(), 'direct').filter((each) => each.includes('Too late.')),
      )
      .toHaveLength(2);
    expect((await tomas.sees()).modals).toEqual([]);
    expect(await deletions(client)).toEqual([]);
  });

  it('clicked twice approves once', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await openHome(tomas);
    await client.slackFaults({ refuse: { method: 'views.publish', error: 'internal_error', times: 1_000 } });
    await takeAtHome(tomas, request.id, 'approve');
    await clickAtHome(tomas, request.id, 'approve');
    await untilTold(tomas, 'You already approved this request', 'direct');
    await request.until(tomas, '✅ Deleted');
    expect(await deletions(client)).toHaveLength(1);
  });

  it.each([
    ['cancel', TOMAS, 'Only <@U0NORA001>'],
    ['approve', NORA, "You can't decide on your own request"],
  ] as const)('%s of somebody whose it is not is refused', async (button, who, words) => {
    const { client, slack, requestUrl } = await startForgedSlack('http');
    await client.setRequestUrl(requestUrl);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const place = { channel: undefined, message: undefined, response_url: undefined, view: HOME };
    const actions = [{ type: 'button', action_id: `approvals.${button}`, block_id: 'b', value: request.id }];
    const listener = { kind: 'click' as const, id: `approvals.${button}` };
    const sender = { id: who.id, team_id: TEAM.id };
    await (
      await postSigned(
        requestUrl,
        slack.signingSecret,
        deliveryTo(listener, sender, '', { ...place, actions }),
      )
    ).text();
    await untilTold(client.as(who), words, 'direct');
    expect(await deletions(client)).toEqual([]);
  });

  it('of who is no superuser shows why their Home is empty', async () => {
    const { client, deliver } = await startForgedSlack('http');
    const place = { channel: undefined, message: undefined, response_url: undefined, view: HOME };
    const priya = { id: PRIYA.id, team_id: TEAM.id };
    await deliver(deliveryTo({ kind: 'click', id: 'home.get' }, priya, '', place));
    const home = await client.as(PRIYA).until((sees) => sees.home, 'the Home');
    expect(wordsOf(home.blocks)).toContain("don't have access to this bot");
    expect((await client.as(PRIYA).sees()).modals).toEqual([]);
  });

  it('is taken where commands are taken in other channels only', async () => {
    const { client } = await startWorkplace(DELIVERY, { COMMAND_CHANNELS: GENERAL.id });
    const nora = client.as(NORA);
    await openHome(nora);
    await nora.click({ view: 'home', actionId: 'home.get' });
    await nora.until(({ modals }) => modals[0]?.callbackId === 'get.form', 'the form');
  });
});

describe('a form from the Home tab', () => {
  it('shows the user directly', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openHome(nora);
    await nora.click({ view: 'home', actionId: 'home.get' });
    await nora.until(({ modals }) => modals[0]?.callbackId === 'get.form', 'the form');
    await nora.typeAhead('user-picker', BILLING.login);
    await nora.submit({ 'user-picker': pickerValue(BILLING) });
    const card = await nora.until((sees) => messageWith(sees, 'direct', BILLING.login), 'the card');
    const notice = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => !callbackId),
      'the notice',
    );
    expect(wordsOf(notice.blocks)).toContain('Done. The result is in your direct messages with the bot .');
    const direct = (await nora.sees()).channels.find(({ kind }) => kind === 'im')?.id;
    const address = `https://${TEAM.domain}.slack.com/archives/${direct}/p${card.ts.replace('.', '')}`;
    expect(JSON.stringify(notice.blocks)).toContain(`"url":"${address}"`);
  });

  it('says where the result of a form is also where Slack gives no link to it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openHome(nora);
    await client.slackFaults({ refuse: { method: 'chat.getPermalink', error: 'internal_error', times: 9 } });
    await nora.click({ view: 'home', actionId: 'home.get' });
    await nora.until(({ modals }) => modals[0]?.callbackId === 'get.form', 'the form');
    await nora.typeAhead('user-picker', BILLING.login);
    await nora.submit({ 'user-picker': pickerValue(BILLING) });
    const notice = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => !callbackId),
      'the notice',
    );
    expect(wordsOf(notice.blocks)).toContain('Done. The result is in your direct messages with the bot.');
  });

  it('resets a password, and the Home shows it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openHome(nora);
    await nora.click({ view: 'home', actionId: 'home.reset' });
    await nora.until(({ modals }) => modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', BILLING.login);
    await nora.submit({ 'user-picker': pickerValue(BILLING) });
    await untilTold(nora, `sent a password reset to ${BILLING.name}`, 'direct');
    await untilAtHome(nora, 'Latest changes', `sent a password reset to ${BILLING.name}`);
    expect(sectionOf(await nora.sees(), 'Quick actions')).toHaveLength(1);
  });
});

const HOME = { id: 'V0FORGED2', type: 'home', callback_id: '', private_metadata: '' };
