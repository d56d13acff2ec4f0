import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import {
  BILLING,
  BOT_ACCOUNT,
  ENGINEER,
  LIMITED_ENGINEER,
  OWNER,
  PEOPLE,
  THIRD_SUPERUSER,
  TOMAS_USER,
} from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  buttonsOf,
  deletions,
  type FormStep,
  openRequest,
  type RequestButton,
  takeInForm,
  toldPrivately,
  untilTold,
} from '../support/approving.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

/** Types `/fastly-user approvals` and waits for the list, which begins with `heading`. */
async function list(who: ActingMember, heading: string): Promise<SeenMessage> {
  await who.command('approvals');
  const found = await who.until((sees) => messageWith(sees, CDN_TEAM, heading), `the list '${heading}'`);
  expect(found.ephemeral).toBe(true);
  return found;
}

/** The buttons of each row of a list that has some. */
const rowsOf = ({ blocks }: SeenMessage) =>
  blocks.filter(({ type }) => type === 'actions').map((row) => buttonsOf(row));

/** Takes a step in the form that its button in a list opens. */
async function takeIn(
  who: ActingMember,
  shown: SeenMessage,
  step: FormStep,
  comment: string | null = null,
): Promise<void> {
  await takeInForm(who, step, () => clickIn(who, shown, step), comment);
}

/** Clicks a button in a list that has it once. */
async function clickIn(who: ActingMember, { ts }: SeenMessage, button: RequestButton): Promise<void> {
  await who.click({ channel: CDN_TEAM.id, ts, actionId: `approvals.${button}` });
}

describe('approvals', () => {
  it('says so when nothing waits', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('approvals');
    await untilTold(nora, 'There are no open requests.');
  });

  it('lists what waits, to each with the buttons that are for them', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const first = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
    await askForDeletion(client, TOMAS, BILLING);
    await askForDeletion(client, NORA, THIRD_SUPERUSER);
    const hers = await list(nora, '3 requests are open');
    const his = await list(tomas, '3 requests are open');
    expect(rowsOf(hers)).toEqual([['cancel', 'lock'], ['approve', 'deny', 'lock'], ['cancel']]);
    expect(rowsOf(his)).toEqual([
      ['approve', 'deny', 'lock'],
      ['cancel', 'lock'],
      ['approve', 'deny'],
    ]);
    const words = wordsOf(hers.blocks);
    expect(words).toContain(`<@${NORA.id}> wants to delete ${ENGINEER.name} ( ${ENGINEER.login} )`);
    expect(words).toContain(`request ${first.id} in <#${CDN_TEAM.id}>`);
    expect(words).toContain('Reason: Left the company');
    expect(words).toContain('Needs 1 approval from');
    expect(JSON.stringify(hers.blocks)).toContain(`/archives/${CDN_TEAM.id}/p${first.ts.replace('.', '')}`);
    expect(messagesIn(await client.as(PRIYA).sees(), CDN_TEAM)).toHaveLength(3);
  });

  it('takes an approval in the list, and tells the approver so', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await takeIn(tomas, await list(tomas, 'One request is open'), 'approve');
    await untilTold(tomas, `Now deleting ${ENGINEER.name} ( ${ENGINEER.login} )`);
    await request.until(tomas, '✅ Deleted');
    expect(await deletions(client)).toHaveLength(1);
  });
});

describe('approvals', () => {
  it('takes a denial in the list', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await takeIn(tomas, await list(tomas, 'One request is open'), 'deny', 'Not yet');
    expect(await request.until(tomas, `<@${TOMAS.id}> denied the request`)).toContain('Not yet');
    await tomas.until((sees) => sees.modals.length === 0, 'the form to close');
  });

  it('takes a request back in the list, and tells the requester so', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await takeIn(nora, await list(nora, 'One request is open'), 'cancel');
    await untilTold(nora, `<@${NORA.id}> cancelled the request`);
    await untilTold(nora, 'There are no open requests.');
    expect(toldPrivately(await nora.sees()).join()).not.toContain('One request is open');
    await request.until(nora, 'cancelled the request');
  });

  it('locks from the list', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await takeIn(tomas, await list(tomas, 'One request is open'), 'lock');
    await request.until(tomas, '*Locked* yes');
  });

  it('answers a click in a list that is out of date', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    const old = await list(tomas, 'One request is open');
    await request.take(nora, 'cancel');
    await request.until(nora, 'cancelled the request');
    await clickIn(tomas, old, 'approve');
    expect(await untilTold(tomas, 'Too late.')).toContain('cancelled the request');
  });

  it('offers a retry for what went wrong, and to give it up to who asked', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    await request.until(tomas, "wasn't deleted");
    expect(rowsOf(await list(nora, 'One request is open'))).toEqual([['retry', 'cancel']]);
    const his = await list(tomas, 'One request is open');
    expect(rowsOf(his)).toEqual([['retry']]);
    expect(wordsOf(his.blocks)).toContain('The user still exists.');
    await clickIn(tomas, his, 'retry');
    await request.until(tomas, '✅ Deleted');
  });

  it('says how many approvals there are, and that some wait for more', async () => {
    const { client } = await startWorkplace(DELIVERY, {
      SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(','),
      APPROVALS_REQUIRED: '2',
    });
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await takeIn(tomas, await list(tomas, 'One request is open'), 'approve');
    await untilTold(tomas, `You approved deleting ${ENGINEER.name}`);
    await request.until(tomas, 'Needs 1 more approval');
    const hers = await list(client.as(PRIYA), 'One request is open');
    expect(wordsOf(hers.blocks)).toContain('Needs 1 more approval');
  });

  it('lists the oldest fifteen of very many, and says how many more there are', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const users = PEOPLE.filter(({ id }) => ![OWNER.id, BOT_ACCOUNT.id, TOMAS_USER.id].includes(id)).slice(
      0,
      17,
    );
    for (const { id } of users) await nora.command(`delete ${id}`);
    await nora.until((sees) => users.every((user) => openRequest(sees, CDN_TEAM, user)), 'all requests');
    const shown = await list(nora, '17 requests are open');
    expect(rowsOf(shown)).toHaveLength(15);
    expect(new Set(elementsOf(shown.blocks).map(({ value }) => value)).size).toBe(15);
    expect(wordsOf(shown.blocks)).toContain('These are the oldest 15 of 17.');
  });

  it('takes no words', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await askForDeletion(client, NORA, LIMITED_ENGINEER);
    await nora.command('approvals Silas');
    await untilTold(nora, 'Silas');
    expect(messageWith(await nora.sees(), CDN_TEAM, 'One request is open')).toBeUndefined();
  });
});
