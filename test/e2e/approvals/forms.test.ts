import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  auditEntries,
  databaseInFile,
  deletions,
  type FormStep,
  openedForm,
  startAnother,
  untilRefusedInForm,
  untilTold,
  untilToldInForm,
} from '../support/approving.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import {
  DELIVERY,
  SHORT_ANSWER,
  SLOW_MILLISECONDS,
  startWorkplace,
  type Workplace,
} from '../support/workplace.ts';

const THREE = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };
const WHO = `${ENGINEER.name} ( ${ENGINEER.login} )`;

const untilClosed = (who: ActingMember) =>
  who.until(({ modals }) => modals.length === 0, 'the form to close');

/** The users that Fastly was asked to change, by path. */
async function updates({ client }: Workplace): Promise<string[]> {
  return (await client.fastlyCalls()).filter(({ method }) => method === 'PUT').map(({ path }) => path);
}

describe('the form of a step', () => {
  it.each<{ step: FormStep; by: typeof NORA; title: string; submit: string; close: string; says: string[] }>([
    {
      step: 'approve',
      by: TOMAS,
      title: 'Approve a request',
      submit: 'Approve',
      close: 'Not now',
      says: [
        `${WHO} will be deleted from the Fastly account. This can't be undone.`,
        `Requested by <@${NORA.id}>`,
        'Reason: Left the company',
      ],
    },
    {
      step: 'deny',
      by: TOMAS,
      title: 'Deny a request',
      submit: 'Deny',
      close: 'Not now',
      says: [`This closes the request to delete ${WHO}.`],
    },
    {
      step: 'cancel',
      by: NORA,
      title: 'Cancel a request',
      submit: 'Cancel request',
      close: 'Keep request',
      says: [`This closes your request to delete ${WHO}. It can't be reopened.`, 'Nothing will change'],
    },
    {
      step: 'lock',
      by: TOMAS,
      title: 'Lock a user',
      submit: 'Lock now',
      close: 'Not now',
      says: [
        `${WHO} will be locked in Fastly at once, without approval. The lock stays, however the request ends. You can unlock the user later.`,
        'The request to delete the user stays open.',
      ],
    },
  ])(
    'to $step names the user and says what will happen, and does nothing until it is sent',
    async (given) => {
      const workplace = await startWorkplace();
      const { client } = workplace;
      const who = client.as(given.by);
      const request = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
      const form = await request.form(who, given.step);
      expect(form).toMatchObject({ title: given.title, submit: given.submit, close: given.close });
      for (const words of given.says) expect(wordsOf(form.blocks)).toContain(words);
      await who.close();
      expect(request.words(await who.sees())).toContain('Needs 1 approval');
      expect(await deletions(client)).toEqual([]);
      expect(await updates(workplace)).toEqual([]);
    },
  );

  it('takes a comment of each approver, which message, thread, confirmation and audit log show', async () => {
    const database = await databaseInFile();
    const variables = { ...THREE, ...database, CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id };
    const { client } = await startWorkplace(DELIVERY, { ...variables, APPROVALS_REQUIRED: '2' });
    const [nora, tomas, priya] = [client.as(NORA), client.as(TOMAS), client.as(PRIYA)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    const form = await request.form(tomas, 'approve');
    expect(wordsOf(form.blocks)).toContain('After yours, 1 more approval is needed.');
    await tomas.submit({ reason: ' Left in <!here> May ' });
    await request.until(tomas, `Approved by <@${TOMAS.id}> : Left in <!here> May`);
    await request.take(priya, 'approve', 'Checked with HR');
    const both = `Approved by <@${TOMAS.id}> and <@${PRIYA.id}> . <@${TOMAS.id}> : Left in <!here> May <@${PRIYA.id}> : Checked with HR`;
    expect(await request.until(nora, '✅ Deleted')).toContain(both);
    const thread = await request.untilInThread(nora, 'was deleted');
    expect(thread).toEqual([
      expect.stringContaining(`✅ <@${TOMAS.id}> approved (1 of 2): Left in <!here> May`),
      expect.stringContaining(`✅ <@${PRIYA.id}> approved (2 of 2): Checked with HR`),
      expect.stringContaining('was deleted'),
    ]);
    const copy = await nora.until(
      (sees) => messageWith(sees, AUDIT_TRAIL, 'was deleted'),
      'the confirmation',
    );
    expect(wordsOf(copy.blocks)).toContain(both);
    const approvals = (await auditEntries(database)).filter(({ event }) => event === 'approved');
    expect(approvals.map(({ details }) => details.comment)).toEqual([
      'Left in <!here> May',
      'Checked with HR',
    ]);
    await nora.command(`audit ${ENGINEER.id}`);
    const log = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'approved the request'), 'the log');
    expect(wordsOf(log.blocks)).toContain('Checked with HR');
  });

  it('takes a comment of whoever cancels or locks, which the thread shows', async () => {
    const database = await databaseInFile();
    const { client } = await startWorkplace(DELIVERY, database);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'lock', 'Until it is decided');
    await request.untilInThread(tomas, `<@${TOMAS.id}> locked ${WHO}: Until it is decided`);
    const locked = (await auditEntries(database)).find(
      ({ change, event }) => `${change} ${event}` === 'lock done',
    );
    expect(locked?.details.reason).toBe('Until it is decided');
    await request.take(nora, 'cancel', 'Wrong person');
    await request.untilInThread(nora, `<@${NORA.id}> cancelled the request: Wrong person`);
    expect(await request.until(nora, 'cancelled the request')).toContain('Wrong person');
  });
});

describe('a form that was left open', () => {
  it.each<{ step: FormStep; by: typeof NORA }>([
    { step: 'approve', by: PRIYA },
    { step: 'cancel', by: NORA },
    { step: 'lock', by: PRIYA },
  ])(
    'to $step does nothing once somebody else has decided, says so, and keeps what was typed',
    async (given) => {
      const workplace = await startWorkplace(DELIVERY, THREE);
      const { client } = workplace;
      const [who, tomas] = [client.as(given.by), client.as(TOMAS)];
      const request = await askForDeletion(client, NORA, ENGINEER);
      await request.form(who, given.step);
      await request.take(tomas, 'deny', 'She stays');
      await request.until(who, 'She stays');
      await who.submit({ reason: 'My words' });
      const told = await untilRefusedInForm(who, 'Too late.');
      expect(told).toContain('denied the request: She stays');
      expect(JSON.stringify((await who.sees()).modals[0]?.values)).toContain('My words');
      expect(await deletions(client)).toEqual([]);
      expect(await updates(workplace)).toEqual([]);
    },
  );

  it('does nothing for a bot admin who is none any more', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, { ...THREE, ...database });
    const { client } = workplace;
    const priya = client.as(PRIYA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.form(priya, 'approve');
    await startAnother(workplace, database);
    await priya.submit();
    await untilToldInForm(priya, "You don't have access to this bot");
    expect(request.words(await priya.sees())).toContain('Needs 1 approval');
    expect(await deletions(client)).toEqual([]);
  });

  it('is one approval when it is delivered twice, also after a restart', async () => {
    const variables = { ...THREE, ...(await databaseInFile()), APPROVALS_REQUIRED: '2' };
    const workplace = await startWorkplace(DELIVERY, variables);
    const { client, log } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve', 'Left in May');
    await request.until(tomas, 'Needs 1 more approval');
    const delivery = (await client.deliveries()).at(-1)?.id ?? '';
    await client.redeliver(delivery);
    await log.until('the same delivery once more is not carried out again');
    const another = await startAnother(workplace, variables);
    await client.redeliver(delivery);
    await another.log.until('refused');
    expect(request.words(await tomas.sees())).toContain('Needs 1 more approval');
    const recorded = (await auditEntries(variables)).map(({ event }) => event);
    expect(recorded).toEqual(['filed', 'approved']);
  });
});

describe('a form that was opened from a list', () => {
  it.each<{ step: FormStep; by: typeof NORA; told: string; list: string }>([
    { step: 'approve', by: TOMAS, told: 'You approved deleting', list: 'Needs 1 more approval' },
    { step: 'deny', by: TOMAS, told: 'denied the request', list: 'There are no open requests.' },
    { step: 'cancel', by: NORA, told: 'cancelled the request', list: 'There are no open requests.' },
    { step: 'lock', by: TOMAS, told: `locked ${WHO}`, list: 'Needs 2 approvals' },
  ])('to $step closes, tells the result beside the list, and has it show what is', async (given) => {
    const { client } = await startWorkplace(DELIVERY, { ...THREE, APPROVALS_REQUIRED: '2' });
    const who = client.as(given.by);
    await askForDeletion(client, NORA, ENGINEER);
    await who.command('approvals');
    const { ts } = await who.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the list');
    const actionId = `approvals.${given.step}`;
    await openedForm(who, given.step, () => who.click({ channel: CDN_TEAM.id, ts, actionId }));
    await who.submit();
    await untilTold(who, given.told);
    await untilClosed(who);
    await who.until((sees) => {
      const list = messagesIn(sees, CDN_TEAM).find((each) => each.ts === ts);
      const shows = wordsOf(list?.blocks).includes(given.list);
      return shows && !JSON.stringify(list?.blocks).includes(`"${actionId}"`);
    }, 'the list as it is now');
  });

  it('tells the result directly where the list takes no more answers', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await tomas.command('approvals');
    const { ts } = await tomas.until(
      (sees) => messageWith(sees, CDN_TEAM, 'One request is open'),
      'the list',
    );
    const click = () => tomas.click({ channel: CDN_TEAM.id, ts, actionId: 'approvals.approve' });
    await openedForm(tomas, 'approve', click);
    // A response URL lives for 30 minutes.
    await client.advanceClock(31 * 60_000);
    await tomas.submit();
    await untilTold(tomas, `Now deleting ${WHO}`, 'direct');
    await untilToldInForm(tomas, 'Done. The result is in your direct messages');
    await request.until(tomas, '✅ Deleted');
  });
});

it('a form whose answer takes long says so, and comes back filled in when it is refused in the end', async () => {
  const workplace = await startWorkplace();
  const { client, times } = workplace;
  const tomas = client.as(TOMAS);
  const request = await askForDeletion(client, NORA, ENGINEER);
  await request.form(tomas, 'lock');
  times.answerWithin = SHORT_ANSWER;
  await client.fastlyFaults({
    delay: { match: null, milliseconds: SLOW_MILLISECONDS },
    fail: { match: 'PUT /user/', status: 403, body: '{"msg":"Access denied"}', times: 1 },
  });
  const before = (await tomas.sees()).modals[0]?.id;
  await tomas.submit({ reason: 'Until it is decided' });
  await untilToldInForm(tomas, 'Working on it…');
  const again = await tomas.until(
    ({ modals }) => modals.find(({ callbackId }) => callbackId === 'approvals.lock-form'),
    'the form again',
  );
  expect(again.id).toBe(before);
  expect(wordsOf(again.blocks)).toContain("doesn't allow");
  expect(wordsOf(again.blocks)).toContain(`${WHO} will be locked`);
  expect(JSON.stringify(again.values)).toContain('Until it is decided');
  await client.fastlyFaults({ delay: null });
  await tomas.submit();
  await request.untilInThread(tomas, `<@${TOMAS.id}> locked ${WHO}: Until it is decided`);
});
