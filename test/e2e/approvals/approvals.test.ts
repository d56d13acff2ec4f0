import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { BILLING, ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForDeletion, deletions, RequestMessage, toldPrivately, untilTold } from '../support/approving.ts';
import { messageWith } from '../support/seeing.ts';
import { DELIVERY, DELIVERY_MODES, startWorkplace } from '../support/workplace.ts';

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
      `Requested by <@${NORA.id}>`,
      'Reason: Left the company',
      `*Login* \`${ENGINEER.login}\` *Role* engineer *ID* \`${ENGINEER.id}\` *Last active* <!date`,
      '*2FA* on *Locked* no',
      `Needs 1 approval from <@${TOMAS.id}>`,
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
    await request.take(tomas, 'approve');
    const words = await request.until(tomas, `${ENGINEER.name} was deleted`);
    expect(words).toContain('✅ Deleted');
    expect(words).toContain(`Approved by <@${TOMAS.id}>`);
    expect(request.buttons(await tomas.sees())).toEqual([]);
    expect(await deletions(client)).toEqual([PATH]);
    expect(await request.untilInThread(tomas, 'was deleted.')).toEqual([
      expect.stringContaining(`<@${TOMAS.id}> approved`),
      expect.stringContaining(`${ENGINEER.name} ( ${ENGINEER.login} ) was deleted.`),
    ]);
    const told = await untilTold(nora, 'was deleted', 'direct');
    expect(told).toContain(`request ${request.id} in <#${CDN_TEAM.id}>`);
    const confirmation = await tomas.until(
      (sees) => messageWith(sees, AUDIT_TRAIL, 'was deleted'),
      'the confirmation',
    );
    expect(confirmation.text).toContain(`Requested by <@${NORA.id}>. Approved by <@${TOMAS.id}>`);
    expect(JSON.stringify(confirmation.blocks)).toContain('Left the company');
    expect(toldPrivately(await tomas.sees())).toEqual([]);
  });
});

describe('a request to delete a user', () => {
  it.each([
    { how: 'with a reason', reason: 'She only moved to another team' },
    { how: 'without a reason', reason: null },
  ])('ends when it is denied $how, and the requester hears of it', async ({ reason }) => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'deny');
    const form = await tomas.until(
      (sees) => sees.modals.find(({ callbackId }) => callbackId === 'approvals.deny-form'),
      'the form',
    );
    expect(JSON.stringify(form.blocks)).toContain(ENGINEER.login);
    await tomas.submit({ reason });
    const words = await request.until(tomas, `<@${TOMAS.id}> denied the request`);
    expect(words).toContain(`${ENGINEER.name} wasn't deleted`);
    if (reason !== null) expect(words).toContain(reason);
    const sees = await tomas.until((seen) => seen.modals.length === 0 && seen, 'the form to close');
    expect(request.buttons(sees)).toEqual([]);
    const thread = await request.untilInThread(tomas, 'denied the request');
    const told = await untilTold(nora, 'denied the request', 'direct');
    for (const each of [...thread, told]) {
      expect(each).toContain(
        `${ENGINEER.name} ( ${ENGINEER.login} ) wasn't deleted. <@${TOMAS.id}> denied the request`,
      );
      if (reason !== null) expect(each).toContain(reason);
    }
    expect(await deletions(client)).toEqual([]);
  });

  it('ends when the requester takes it back, who needs no message about that', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(nora, 'cancel');
    const words = await request.until(nora, `<@${NORA.id}> cancelled the request`);
    expect(words).toContain(`${ENGINEER.name} wasn't deleted`);
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await request.untilInThread(nora, 'cancelled the request')).toHaveLength(1);
    expect(await deletions(client)).toEqual([]);
    // By the time that she hears of a later one, she would have heard of this.
    const second = await askForDeletion(client, NORA, BILLING);
    await second.take(client.as(TOMAS), 'deny');
    await untilTold(nora, BILLING.name, 'direct');
    expect(toldPrivately(await nora.sees(), 'direct')).toHaveLength(1);
    expect(toldPrivately(await nora.sees())).toEqual([]);
  });

  it('expires when nobody decides in time, and the requester hears of it', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_TTL: '300ms' });
    const nora = client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}`);
    const message = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'The request expired'),
      'the expiry',
    );
    const request = new RequestMessage('', message.ts, CDN_TEAM);
    const sees = await nora.sees();
    expect(request.words(sees)).toContain(`${ENGINEER.name} wasn't deleted`);
    expect(request.buttons(sees)).toEqual([]);
    const words = 'The request expired with 0 of 1 approvals.';
    expect(await request.untilInThread(nora, words)).toHaveLength(1);
    await untilTold(nora, words, 'direct');
    expect(await deletions(client)).toEqual([]);
  });

  it('reminds those who may approve once, in its thread', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REMINDER: '500ms' });
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const reminder = `⏰ <@${TOMAS.id}> : this request still needs approval`;
    expect(await request.untilInThread(tomas, reminder)).toHaveLength(1);
    expect(request.buttons(await tomas.sees())).toContain('approve');
    // By the time that a later one has its reminder, a second one would have come here.
    const second = await askForDeletion(client, NORA, BILLING);
    await second.untilInThread(tomas, reminder);
    expect(request.thread(await tomas.sees())).toHaveLength(1);
  });

  it('can be retried when it went wrong, without another approval', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    const words = await request.until(tomas, "wasn't deleted");
    expect(words).toContain(`${ENGINEER.name} wasn't deleted`);
    expect(words).toContain("Fastly didn't confirm the change. The user still exists.");
    expect(words).toContain('Bot admins can retry until');
    expect(request.buttons(await tomas.sees())).toEqual(['retry', 'cancel']);
    await request.untilInThread(tomas, "wasn't deleted");
    await untilTold(nora, "wasn't deleted", 'direct');
    await request.click(nora, 'retry');
    await request.until(tomas, '✅ Deleted');
    const thread = await request.untilInThread(tomas, 'was deleted.');
    expect(thread).toContainEqual(expect.stringContaining(`<@${NORA.id}> retried`));
    await untilTold(nora, 'was deleted.', 'direct');
    expect(await deletions(client)).toEqual([PATH, PATH]);
  });

  it('can be given up by the requester when it went wrong', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    await request.until(nora, "wasn't deleted");
    await request.take(nora, 'cancel');
    await request.until(nora, 'cancelled the request');
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await deletions(client)).toEqual([PATH]);
  });

  it('can be retried no more when its time is over', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    await request.until(tomas, 'Bot admins can retry');
    await pass(A_WEEK);
    const words = await request.until(tomas, 'The retry window has closed');
    expect(words).toContain('Run /fastly-user delete to make a new request.');
    expect(request.buttons(await tomas.sees())).toEqual([]);
    await request.untilInThread(tomas, 'The retry window has closed');
    expect(await deletions(client)).toEqual([PATH]);
  });

  it('is not carried out when the user is not what was approved any more', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser' }]);
    await request.take(tomas, 'approve');
    const words = await request.until(tomas, "wasn't deleted");
    const why = 'the role was engineer and is now Fastly superuser';
    expect(words).toContain(`${ENGINEER.name} wasn't deleted`);
    expect(words).toContain(why);
    expect(request.buttons(await tomas.sees())).toEqual([]);
    const thread = await request.untilInThread(tomas, "wasn't deleted");
    const told = await untilTold(nora, "wasn't deleted", 'direct');
    for (const each of [thread.at(-1), told]) expect(each).toContain(why);
    expect(await deletions(client)).toEqual([]);
  });
});
