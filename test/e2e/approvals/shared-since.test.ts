import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  databaseInFile,
  deletions,
  openRequests,
  RequestMessage,
  startAnother,
  untilTold,
} from '../support/approving.ts';
import { elementsOf, messagesIn, messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

it('a request goes on elsewhere once another company reads along in its channel, and names nobody there', async () => {
  const database = await databaseInFile();
  const workplace = await startWorkplace(DELIVERY, database);
  const { client } = workplace;
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.share(CDN_TEAM.id);
  // A bot that was started since has no earlier answer of who reads along.
  await startAnother(workplace, database);
  await request.take(tomas, 'approve');
  const words = await request.until(nora, "isn't shown here any more");
  expect(words).not.toContain(ENGINEER.name);
  expect(elementsOf(request.in(await nora.sees())?.blocks)).toEqual([]);
  expect(request.thread(await nora.sees())).toEqual([]);
  await nora.until((sees) => messageWith(sees, 'direct', 'was deleted'), 'the outcome, alone');
  expect(await deletions(client)).toHaveLength(1);
});

it('whoever cancels it then is told so directly, as the message does not show it', async () => {
  const database = await databaseInFile();
  const workplace = await startWorkplace(DELIVERY, database);
  const { client } = workplace;
  const nora = client.as(NORA);
  const request = await askForDeletion(client, NORA, ENGINEER);
  await request.form(nora, 'cancel');
  await client.share(CDN_TEAM.id);
  await startAnother(workplace, database);
  await nora.submit({ reason: 'Wrong person' });
  await untilTold(nora, `<@${NORA.id}> cancelled the request: Wrong person`, 'direct');
  await request.until(nora, "isn't shown here any more");
});

it('the approvers then get the request in direct messages once, and its steps there, the reminder included', async () => {
  const variables = { ...(await databaseInFile()), ...THREE_BOT_ADMINS, APPROVALS_REQUIRED: '2' };
  const workplace = await startWorkplace(DELIVERY, variables);
  const { client } = workplace;
  const [nora, tomas, priya] = [client.as(NORA), client.as(TOMAS), client.as(PRIYA)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.share(CDN_TEAM.id);
  const second = await startAnother(workplace, variables);
  await request.take(tomas, 'approve');
  const [inPriyas] = await untilInDirectMessages(priya, 1);
  const inTomass = await tomas.until(
    (sees) => messageWith(sees, 'direct', 'this request goes on here'),
    'the request',
  );
  expect(inPriyas?.words(await priya.sees())).toContain('Needs 1 more approval');
  expect(inPriyas?.buttons(await priya.sees())).toEqual(['approve', 'deny', 'lock']);
  expect(elementsOf(inTomass.blocks).map(({ action_id }) => action_id)).toEqual([
    'approvals.deny',
    'approvals.lock',
  ]);
  await second.stop();
  remindNow(variables);
  await startAnother(workplace, variables);
  await inPriyas?.untilInThread(priya, 'still needs approval');
  await inPriyas?.take(priya, 'approve');
  await untilTold(nora, 'was deleted', 'direct');
  await inPriyas?.until(priya, '✅ Deleted');
  const told = ['approved (2 of 2)', 'was deleted'].map((words) => expect.stringContaining(words));
  const reminder = expect.stringContaining(`⏰ <@${PRIYA.id}>`);
  expect(await inPriyas?.untilInThread(priya, 'was deleted')).toEqual([reminder, ...told]);
  await tomas.until((sees) => messageWith(sees, 'direct', 'was deleted'), 'the outcome');
  for (const [who, replies] of [
    [tomas, 2],
    [priya, 3],
  ] as const) {
    const direct = async () => messagesIn(await who.sees(), 'direct').filter(({ ephemeral }) => !ephemeral);
    await expect
      .poll(async () => (await direct()).filter(({ threadTs }) => threadTs !== undefined))
      .toHaveLength(replies);
    expect((await direct()).filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
  }
  expect(messagesIn(await nora.sees(), 'direct')).toHaveLength(1);
  expect(request.words(await nora.sees())).not.toContain(ENGINEER.name);
  expect(request.thread(await nora.sees())).toEqual([]);
});

it('a member who is no bot admin any more is shown nothing further in direct messages', async () => {
  const variables = { ...(await databaseInFile()), ...THREE_BOT_ADMINS, APPROVALS_REQUIRED: '2' };
  const workplace = await startWorkplace(DELIVERY, variables);
  const { client } = workplace;
  const [tomas, priya] = [client.as(TOMAS), client.as(PRIYA)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.share(CDN_TEAM.id);
  const second = await startAnother(workplace, variables);
  await request.take(tomas, 'approve', 'Left in May');
  const [inPriyas] = await untilInDirectMessages(priya, 1);
  const before = inPriyas?.words(await priya.sees());
  await second.stop();
  const two = {
    ...variables,
    APPROVALS_REQUIRED: '1',
    SUPERUSERS: [NORA, TOMAS].map(({ id }) => id).join(','),
  };
  const third = await startAnother(workplace, two);
  const inTomass = await tomas.until(
    (sees) => messageWith(sees, 'direct', 'this request goes on here'),
    'the request',
  );
  const direct = { id: `D${TOMAS.id.slice(1)}` };
  await new RequestMessage(request.id, inTomass.ts, direct).take(tomas, 'deny', 'She stays');
  await untilTold(client.as(NORA), 'She stays', 'direct');
  // Once it has stopped, Slack shows everything.
  await third.stop();
  expect(inPriyas?.words(await priya.sees())).toBe(before);
  expect(messageWith(await priya.sees(), 'direct', 'She stays')).toBeUndefined();
});

it('a second message of it in direct messages, as the answer to the first was lost, is brought up to date once clicked', async () => {
  const variables = { ...(await databaseInFile()), ...THREE_BOT_ADMINS, APPROVALS_REQUIRED: '2' };
  const workplace = await startWorkplace(DELIVERY, variables);
  const { client } = workplace;
  const [tomas, priya] = [client.as(TOMAS), client.as(PRIYA)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.share(CDN_TEAM.id);
  await startAnother(workplace, variables);
  await client.slackFaults({ lose: { method: 'chat.postMessage', when: 'after', times: 2 } });
  await request.take(tomas, 'approve');
  const both = await untilInDirectMessages(priya, 2);
  await both[0]?.take(priya, 'approve');
  for (const each of both) await each.until(priya, '✅ Deleted');
  expect(await deletions(client)).toHaveLength(1);
});

it('that a confirmation is missing is told to the requester alone then', async () => {
  const variables = { ...(await databaseInFile()), CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id };
  const workplace = await startWorkplace(DELIVERY, variables);
  const { client } = workplace;
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  for (const { id } of [CDN_TEAM, AUDIT_TRAIL]) await client.share(id);
  await startAnother(workplace, variables);
  await request.take(tomas, 'approve');
  await untilTold(nora, "The confirmation couldn't be posted", 'direct');
  expect(request.thread(await nora.sees())).toEqual([]);
});

const THREE_BOT_ADMINS = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

/** Waits for so many messages of the request, with its buttons, in the member's direct messages. */
async function untilInDirectMessages(who: ActingMember, count: number): Promise<RequestMessage[]> {
  return await who.until((sees) => {
    const direct = sees.channels.find(({ kind }) => kind === 'im');
    const found = direct ? openRequests(sees, direct, ENGINEER) : [];
    return found.length === count && found;
  }, 'the request in direct messages');
}

/** Has the time of all reminders come. No bot runs meanwhile. */
function remindNow({ DATABASE_URL }: { DATABASE_URL: string }): void {
  const database = new DatabaseSync(DATABASE_URL.slice('file:'.length));
  database.exec("update approval_requests set state = json_set(state, '$.remindAt', 1), due_at = 1");
  database.close();
}
