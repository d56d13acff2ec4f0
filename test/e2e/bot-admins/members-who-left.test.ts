import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  deletions,
  openRequest,
  toldPrivately,
  untilRefusedInForm,
  untilTold,
} from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

/** The bot reads the list again and again. */
const LOOKING = { botAdminsLook: { after: 0, every: 100 } };
const THREE = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

describe.each(['deactivated', 'guest'] as const)('a listed member who is %s', (standing) => {
  it('is named in no request, and may do nothing', async () => {
    const { client } = await startWorkplace(DELIVERY, THREE);
    await client.changeMember(TOMAS.id, standing);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const words = request.words(await client.as(NORA).sees());
    expect(words).toContain(`Needs 1 approval from <@${PRIYA.id}>`);
    expect(words).not.toContain(TOMAS.id);
    await client.as(TOMAS).command('whoami');
    await untilTold(client.as(TOMAS), 'Only full members of this workspace can use this bot');
  });

  it('leaves nobody to approve, so that nothing is requested in words or a form', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.changeMember(TOMAS.id, standing);
    const because = `because <@${TOMAS.id}> is ${standing === 'guest' ? 'a guest' : 'deactivated'} in Slack`;
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, because);
    await nora.command('delete');
    await nora.until(({ modals }) => modals[0]?.submit, 'the form');
    await nora.typeAhead('user-picker', ENGINEER.name);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      ({ modals }) => JSON.stringify(modals[0]?.errors).includes('Too few bot admins are left'),
      'the refusal in the form',
    );
    await nora.close();
    await nora.command(`update ${ENGINEER.id} --role superuser`);
    await untilTold(nora, because);
    expect(openRequest(await nora.sees(), CDN_TEAM, ENGINEER)).toBeUndefined();
  });
});

it('a decision counts only while Slack calls the approver an active member', async () => {
  const { client } = await startWorkplace(DELIVERY, THREE);
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  await request.form(tomas, 'approve');
  await client.changeMember(TOMAS.id, 'guest');
  await tomas.submit();
  await untilRefusedInForm(tomas, "You can't use this bot any more. Nothing was done.");
  expect(request.words(await nora.sees())).toContain('Needs 1 approval');
  expect(await deletions(client)).toEqual([]);
});

it('an approval counts no more at execution whose approver has left', async () => {
  const { client } = await startWorkplace(DELIVERY, THREE);
  const nora = client.as(NORA);
  await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
  const request = await askForDeletion(client, NORA, ENGINEER);
  await request.take(client.as(TOMAS), 'approve');
  await nora.until((sees) => request.buttons(sees).includes('retry'), 'the button to retry');
  await client.changeMember(TOMAS.id, 'deactivated');
  await request.click(client.as(PRIYA), 'retry');
  await request.until(nora, '⛔');
  expect(await deletions(client)).toHaveLength(1);
});

it('says once, in the thread and to the requester, that nobody is left who can approve', async () => {
  const { client, times } = await startWorkplace(DELIVERY, {}, {}, LOOKING);
  const nora = client.as(NORA);
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.changeMember(TOMAS.id, 'deactivated');
  times.botAdmins = { fresh: 0, away: 600_000 };
  await request.until(nora, 'no one is left to approve');
  const words = `because <@${TOMAS.id}> is deactivated in Slack`;
  await request.untilInThread(nora, words);
  await untilTold(nora, words, 'direct');
  await client.changeMember(TOMAS.id, 'full');
  await request.until(nora, `Needs 1 approval from <@${TOMAS.id}>`);
  await client.changeMember(TOMAS.id, 'deactivated');
  await request.until(nora, 'no one is left to approve');
  const sees = await nora.sees();
  expect(request.thread(sees).filter((each) => each.includes(words))).toHaveLength(1);
  expect(toldPrivately(sees, 'direct').filter((each) => each.includes(words))).toHaveLength(1);
});
