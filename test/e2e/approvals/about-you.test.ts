import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, LIMITED_ENGINEER, NEVER_ACTIVE, TOMAS_USER } from '../../sandbox/fastly/people.ts';
import { askForUpdate, updates } from '../support/altering.ts';
import { askForDeletion, deletions, openRequest, toldPrivately, untilTold } from '../support/approving.ts';
import { deliveryTo, startForgedSlack, superuser } from '../support/forged-delivery.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const THREE = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

it('whoever a request is about neither decides on it nor is asked to', async () => {
  const { client } = await startWorkplace(DELIVERY, THREE);
  const [nora, tomas, priya] = [client.as(NORA), client.as(TOMAS), client.as(PRIYA)];
  // A tag and letter case make it no other mailbox.
  await client.putFastlyUsers([{ ...TOMAS_USER, login: 'Tomas+cdn@example.com', role: 'engineer' }]);
  const request = await askForDeletion(client, NORA, TOMAS_USER);
  const words = request.words(await nora.sees());
  expect(words).toContain(`Needs 1 approval from <@${PRIYA.id}>`);
  expect(words).toContain(`<@${TOMAS.id}> can't decide, because the request is about them.`);
  for (const [index, button] of (['approve', 'deny'] as const).entries()) {
    await request.click(tomas, button);
    const words = "This request is about you, so you can't decide on it.";
    await tomas.until((sees) => toldPrivately(sees).join().split(words).length === index + 2, 'the refusal');
  }
  expect((await tomas.sees()).modals).toEqual([]);
  expect(await deletions(client)).toEqual([]);
  await request.take(priya, 'approve');
  await request.until(nora, '✅ Deleted');
});

it('a request is not filed where nobody else is left to approve it', async () => {
  const { client } = await startWorkplace();
  const nora = client.as(NORA);
  await nora.command(`delete ${TOMAS_USER.id}`);
  await untilTold(nora, "Too few bot admins are left to approve this, because it's about");
  await nora.command('approvals');
  await untilTold(nora, 'There are no open requests');
});

it('a promotion is denied but not approved while Slack does not say who clicks, a deletion is', async () => {
  const { client, log } = await startWorkplace();
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  await client.slackFaults({ lose: { method: 'users.info', when: 'before', times: 99 } });
  const promotion = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
  const deletion = await askForDeletion(client, NORA, LIMITED_ENGINEER);
  await promotion.click(tomas, 'approve');
  await untilTold(tomas, "Slack didn't confirm who you are. Nothing was done.");
  await deletion.take(tomas, 'approve');
  await deletion.until(nora, '✅ Deleted');
  await log.until('whom a request is about is decided by what was filed');
  const other = await askForUpdate(client, NORA, NEVER_ACTIVE, '--role superuser');
  await other.take(tomas, 'deny');
  await other.until(nora, 'denied the request');
  await client.slackFaults({ lose: null });
  await promotion.take(tomas, 'approve');
  await promotion.until(nora, '✅ Promoted');
});

describe('a promotion is not approved by the person whom it is about', () => {
  it.each(['internal_error', 'fatal_error', 'user_not_found'])('while Slack answers %s', async (error) => {
    const { client } = await startWorkplace(DELIVERY, THREE);
    const tomas = client.as(TOMAS);
    await client.putFastlyUsers([{ ...TOMAS_USER, role: 'engineer' }]);
    await client.slackFaults({ refuse: { method: 'users.info', error, times: 99 } });
    const promotion = await askForUpdate(client, NORA, TOMAS_USER, '--role superuser');
    await promotion.click(tomas, 'approve');
    await untilTold(tomas, "Slack didn't confirm who you are");
    expect((await tomas.sees()).modals).toEqual([]);
    expect(await updates(client)).toEqual([]);
  });

  it('while Slack answers about somebody else', async () => {
    const slack = await startForgedSlack(DELIVERY, THREE);
    await slack.client.putFastlyUsers([{ ...TOMAS_USER, role: 'engineer' }]);
    const { id, email, realName } = PRIYA;
    slack.edit('users.info', () => ({ ok: true, user: { id, profile: { email, real_name: realName } } }));
    const command = { text: `update ${TOMAS_USER.id} --role superuser` };
    const typed = { kind: 'command', id: '/fastly-user' } as const;
    await slack.deliver(deliveryTo(typed, superuser, slack.responseUrl, command));
    const nora = slack.client.as(NORA);
    const { id: value } = await nora.until(
      (sees) => openRequest(sees, CDN_TEAM, TOMAS_USER),
      'the request to promote',
    );
    const action = { type: 'button', action_id: 'approvals.approve', block_id: 'b', value };
    const clicked = { kind: 'click', id: 'approvals.approve' } as const;
    const who = { id: TOMAS.id, team_id: TOMAS.teamId };
    const container = { message_ts: '1.2' };
    await slack.deliver(deliveryTo(clicked, who, slack.responseUrl, { actions: [action], container }));
    expect(await slack.nextResponse()).toMatchObject({
      text: expect.stringContaining("Slack didn't confirm who you are"),
    });
  });
});
