import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { BILLING, ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForDeletion, deletions, RequestMessage, toldPrivately, untilTold } from '../support/approving.ts';
import { messageWith } from '../support/seeing.ts';
import { DELIVERY_MODES, startWorkplace } from '../support/workplace.ts';

const PATH = `/user/${ENGINEER.id}`;
/** Longer than any request waits, in milliseconds. */
const A_WEEK = 7 * 24 * 3_600_000;

describe.each(DELIVERY_MODES)('over %s, a request to delete a user', (mode) => {
  it('shows who asks, whom it concerns, why, how long it waits and who can approve', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
    const sees = await client.as(TOMAS).sees();
    const words = request.words(sees);
    for (const shown of [
      `Delete ${ENGINEER.name}?`,
      `<@${NORA.id}> asked to delete this Fastly user`,
      'Reason: Left the company',
      `*Login* \`${ENGINEER.login}\` *Role* engineer *ID* \`${ENGINEER.id}\` *Last active* <!date`,
      '*Two-factor* on *Locked* no',
      'Waiting for an approval (0 of 1) until',
      `<@${TOMAS.id}> can approve`,
      request.id,
    ]) {
      expect(words).toContain(shown);
    }
    expect(request.buttons(sees)).toEqual(['approve', 'deny', 'cancel', 'lock']);
    expect(request.thread(sees)).toEqual([]);
    expect(toldPrivately(await nora.sees())).toEqual([]);
    expect(await deletions(client)).toEqual([]);
  });

  it('deletes the user once another superuser approves, and tells everyone concerned', async () => {
    const { client } = await startWorkplace(mode, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
    await request.click(tomas, 'approve');
    const words = await request.until(tomas, `${ENGINEER.name} was deleted`);
    expect(words).toContain('✅ Deleted');
    expect(words).toContain(`Approved by <@${TOMAS.id}>`);
    expect(request.buttons(await tomas.sees())).toEqual([]);
    expect(await deletions(client)).toEqual([PATH]);
    expect(await request.untilInThread(tomas, 'is deleted.')).toEqual([
      expect.stringContaining(`<@${TOMAS.id}> approved`),
      expect.stringContaining(`${ENGINEER.name} ( ${ENGINEER.login} ) is deleted.`),
    ]);
    const told = await untilTold(nora, 'is deleted', 'direct');
    expect(told).toContain(`request ${request.id} in <#${CDN_TEAM.id}>`);
    const confirmation = await tomas.until(
      (sees) => messageWith(sees, AUDIT_TRAIL, 'was deleted'),
      'the confirmation',
    );
    expect(confirmation.text).toContain(`<@${NORA.id}> asked for it. Approved by <@${TOMAS.id}>`);
    expect(JSON.stringify(confirmation.blocks)).toContain('Left the company');
    expect(toldPrivately(await tomas.sees())).toEqual([]);
  });

  it.each([
    { how: 'with a reason', reason: 'She only moved to another team' },
    { how: 'without a reason', reason: null },
  ])('ends when it is denied $how, and the requester hears of it', async ({ reason }) => {
    const { client } = await startWorkplace(mode);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'deny');
    const form = await tomas.until(
      (sees) => sees.modals.find(({ callbackId }) => callbackId === 'approvals.deny-form'),
      'the form',
    );
    expect(JSON.stringify(form.blocks)).toContain(ENGINEER.login);
    await tomas.submit({ reason });
    const words = await request.until(tomas, `Denied by <@${TOMAS.id}>`);
    expect(words).toContain(`${ENGINEER.name} was not deleted`);
    if (reason !== null) expect(words).toContain(reason);
    const sees = await tomas.until((seen) => seen.modals.length === 0 && seen, 'the form to close');
    expect(request.buttons(sees)).toEqual([]);
    const thread = await request.untilInThread(tomas, 'denied deleting');
    const told = await untilTold(nora, 'denied deleting', 'direct');
    for (const each of [...thread, told]) {
      expect(each).toContain(`<@${TOMAS.id}> denied deleting ${ENGINEER.name}`);
      if (reason !== null) expect(each).toContain(reason);
    }
    expect(await deletions(client)).toEqual([]);
  });

  it('ends when the requester takes it back, who needs no message about that', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(nora, 'cancel');
    const words = await request.until(nora, `Taken back by <@${NORA.id}>`);
    expect(words).toContain(`${ENGINEER.name} was not deleted`);
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await request.untilInThread(nora, 'took the request back')).toHaveLength(1);
    expect(await deletions(client)).toEqual([]);
    // By the time that she hears of a later one, she would have heard of this.
    const second = await askForDeletion(client, NORA, BILLING);
    await second.deny(client.as(TOMAS));
    await untilTold(nora, BILLING.name, 'direct');
    expect(toldPrivately(await nora.sees(), 'direct')).toHaveLength(1);
    expect(toldPrivately(await nora.sees())).toEqual([]);
  });

  it('expires when nobody decides in time, and the requester hears of it', async () => {
    const { client } = await startWorkplace(mode, { APPROVAL_TTL: '300ms' });
    const nora = client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}`);
    const message = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Expired'), 'the expiry');
    const request = new RequestMessage('', message.ts, CDN_TEAM);
    const sees = await nora.sees();
    expect(request.words(sees)).toContain(`${ENGINEER.name} was not deleted`);
    expect(request.buttons(sees)).toEqual([]);
    const words = `Nobody approved deleting ${ENGINEER.name}`;
    expect(await request.untilInThread(nora, words)).toHaveLength(1);
    await untilTold(nora, words, 'direct');
    expect(await deletions(client)).toEqual([]);
  });

  it('reminds those who may approve once, in its thread', async () => {
    const { client } = await startWorkplace(mode, { APPROVAL_REMINDER: '500ms' });
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const reminder = `⏰ <@${TOMAS.id}> : this still waits for approval`;
    expect(await request.untilInThread(tomas, reminder)).toHaveLength(1);
    expect(request.buttons(await tomas.sees())).toContain('approve');
    // By the time that a later one has its reminder, a second one would have come here.
    const second = await askForDeletion(client, NORA, BILLING);
    await second.untilInThread(tomas, reminder);
    expect(request.thread(await tomas.sees())).toHaveLength(1);
  });

  it('can be retried when it went wrong, without another approval', async () => {
    const { client } = await startWorkplace(mode);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.click(tomas, 'approve');
    const words = await request.until(tomas, 'It went wrong');
    expect(words).toContain(`${ENGINEER.name} could not be deleted`);
    expect(words).toContain('Fastly gave no clear answer, so I looked: they are still there.');
    expect(words).toContain('Any superuser can retry until');
    expect(request.buttons(await tomas.sees())).toEqual(['retry', 'cancel']);
    await request.untilInThread(tomas, 'could not be deleted');
    await untilTold(nora, 'could not be deleted', 'direct');
    await request.click(nora, 'retry');
    await request.until(tomas, '✅ Deleted');
    const thread = await request.untilInThread(tomas, 'is deleted.');
    expect(thread).toContainEqual(expect.stringContaining(`<@${NORA.id}> has me try again`));
    await untilTold(nora, 'is deleted.', 'direct');
    expect(await deletions(client)).toEqual([PATH, PATH]);
  });

  it('can be given up by the requester when it went wrong', async () => {
    const { client } = await startWorkplace(mode);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.click(tomas, 'approve');
    await request.until(nora, 'It went wrong');
    await request.click(nora, 'cancel');
    await request.until(nora, 'Taken back');
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await deletions(client)).toEqual([PATH]);
  });

  it('can be retried no more when its time is over', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(mode, variables);
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.click(tomas, 'approve');
    await request.until(tomas, 'Any superuser can retry');
    await pass(A_WEEK);
    const words = await request.until(tomas, 'The time for a retry is over');
    expect(words).toContain('/fastly-user delete asks again');
    expect(request.buttons(await tomas.sees())).toEqual([]);
    await request.untilInThread(tomas, 'The time for a retry is over');
    expect(await deletions(client)).toEqual([PATH]);
  });

  it('is not carried out when the user is not what was approved any more', async () => {
    const { client } = await startWorkplace(mode);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser' }]);
    await request.click(tomas, 'approve');
    const words = await request.until(tomas, 'Not carried out');
    const why = 'the role was engineer and is now Fastly superuser';
    expect(words).toContain(`${ENGINEER.name} was not deleted`);
    expect(words).toContain(why);
    expect(request.buttons(await tomas.sees())).toEqual([]);
    const thread = await request.untilInThread(tomas, 'I did not delete');
    const told = await untilTold(nora, 'I did not delete', 'direct');
    for (const each of [thread.at(-1), told]) expect(each).toContain(why);
    expect(await deletions(client)).toEqual([]);
  });
});
