import { describe, expect, it } from 'vitest';
import { NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, TOMAS_USER } from '../../sandbox/fastly/people.ts';
import { askForUpdate, updates } from '../support/altering.ts';
import {
  askForDeletion,
  deletions,
  toldPrivately,
  untilRefusedInForm,
  untilTold,
} from '../support/approving.ts';
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

it('no decision counts while Slack does not say who clicks', async () => {
  const { client } = await startWorkplace();
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const deletion = await askForDeletion(client, NORA, ENGINEER);
  for (const step of ['approve', 'deny'] as const) {
    await deletion.form(tomas, step);
    await client.slackFaults({ lose: { method: 'users.info', when: 'before', times: 99 } });
    await tomas.submit();
    await untilRefusedInForm(tomas, "Slack didn't confirm who you are. Nothing was done.");
    await tomas.close();
    await client.slackFaults({ lose: null });
  }
  expect(deletion.words(await nora.sees())).toContain('Needs 1 approval');
  await deletion.take(tomas, 'approve');
  await deletion.until(nora, '✅ Deleted');
});

describe('a promotion is not approved by the person whom it is about', () => {
  it.each([
    ['internal_error', "couldn't be verified"],
    ['fatal_error', "couldn't be verified"],
    ['user_not_found', 'Only full members of this workspace'],
  ])('while Slack answers %s', async (error, words) => {
    const { client, times } = await startWorkplace(DELIVERY, THREE);
    const tomas = client.as(TOMAS);
    await client.putFastlyUsers([{ ...TOMAS_USER, role: 'engineer' }]);
    const promotion = await askForUpdate(client, NORA, TOMAS_USER, '--role superuser');
    times.botAdmins = { fresh: 0, away: 0 };
    await client.slackFaults({ refuse: { method: 'users.info', error, times: 99 } });
    await promotion.click(tomas, 'approve');
    await untilTold(tomas, words);
    expect((await tomas.sees()).modals).toEqual([]);
    expect(await updates(client)).toEqual([]);
  });
});
