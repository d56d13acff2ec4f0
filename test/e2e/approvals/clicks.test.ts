import { describe, expect, it } from 'vitest';
import { CDN_TEAM, JONAS, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  approveTogether,
  askForDeletion,
  deletions,
  type RequestButton,
  toldPrivately,
  untilRefusedInForm,
  untilTold,
} from '../support/approving.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const THREE_SUPERUSERS = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

describe('a button of a request', () => {
  it.each<RequestButton>(['approve', 'deny'])(
    'does nothing for the requester who clicks %s, and says who decides',
    async (button) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      const request = await askForDeletion(client, NORA, ENGINEER);
      await request.click(nora, button);
      const words = `You can't decide on your own request. <@${TOMAS.id}> can, or you can cancel it.`;
      await untilTold(nora, words);
      expect((await nora.sees()).modals).toEqual([]);
      const sees = await client.as(TOMAS).sees();
      expect(request.words(sees)).toContain('Needs 1 approval');
      expect(toldPrivately(sees)).toEqual([]);
      expect(await deletions(client)).toEqual([]);
    },
  );

  it('does not let another bot admin cancel a request, and says who can', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'cancel');
    await untilTold(tomas, `Only <@${NORA.id}> can cancel this request. You can deny it.`);
    expect(request.words(await tomas.sees())).toContain('Needs 1 approval');
  });

  it.each<RequestButton>(['approve', 'deny', 'cancel', 'lock'])(
    'does nothing for a member who is no superuser and clicks %s, and says whom to ask',
    async (button) => {
      const { client } = await startWorkplace();
      const priya = client.as(PRIYA);
      const request = await askForDeletion(client, NORA, ENGINEER);
      await client.forgetFastlyCalls();
      await request.click(priya, button);
      const told = await untilTold(priya, "You don't have access to this bot");
      expect(told).toContain(`<@${NORA.id}>`);
      const sees = await priya.sees();
      expect(request.words(sees)).toContain('Needs 1 approval');
      expect(sees.modals).toEqual([]);
      expect(await client.fastlyCalls()).toEqual([]);
    },
  );

  it.each<RequestButton>(['approve', 'deny', 'cancel', 'lock'])(
    'does nothing for a member of another company who clicks %s',
    async (button) => {
      const { client } = await startWorkplace();
      const jonas = client.as(JONAS);
      const request = await askForDeletion(client, NORA, ENGINEER);
      await client.share(CDN_TEAM.id);
      await client.invite(CDN_TEAM.id, JONAS.id);
      await client.forgetFastlyCalls();
      await request.click(jonas, button);
      await untilTold(jonas, "don't have access to this bot");
      const sees = await jonas.sees();
      expect(request.words(sees)).toContain('Needs 1 approval');
      expect(sees.modals).toEqual([]);
      expect(await client.fastlyCalls()).toEqual([]);
    },
  );

  it('counts an approval once when it is clicked twice', async () => {
    const { client } = await startWorkplace(DELIVERY, { ...THREE_SUPERUSERS, APPROVALS_REQUIRED: '2' });
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.until(tomas, 'Needs 1 more approval');
    await request.click(tomas, 'approve');
    await untilTold(tomas, 'You already approved this request. Needs 1 more approval from');
    expect(request.words(await tomas.sees())).toContain('Needs 1 more approval');
    expect(await deletions(client)).toEqual([]);
  });

  it('makes one deletion of two superusers who approve at the same moment', async () => {
    const { client } = await startWorkplace(DELIVERY, THREE_SUPERUSERS);
    const both = [client.as(TOMAS), client.as(PRIYA)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.slackFaults({ refuse: { method: 'chat.update', error: 'internal_error', times: 1 } });
    await approveTogether(both.map((who) => ({ who, request })));
    await request.until(client.as(NORA), '✅ Deleted');
    const late = await Promise.any(both.map((who) => untilRefusedInForm(who, 'Too late.')));
    expect(late).toContain(ENGINEER.name);
    expect(await deletions(client)).toHaveLength(1);
  });
});
