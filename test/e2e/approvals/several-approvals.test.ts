import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, deletions, untilTold } from '../support/approving.ts';
import { messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const TWO_OF_THREE = {
  SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(','),
  APPROVALS_REQUIRED: '2',
};

describe('a request that takes two approvals', () => {
  it('is carried out with the second, and tells how many it has until then', async () => {
    const { client } = await startWorkplace(DELIVERY, TWO_OF_THREE);
    const [tomas, priya] = [client.as(TOMAS), client.as(PRIYA)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    const first = request.words(await tomas.sees());
    expect(first).toContain(`Needs 2 approvals from <@${TOMAS.id}> or <@${PRIYA.id}>`);
    await request.take(tomas, 'approve');
    const second = await request.until(tomas, 'Needs 1 more approval from');
    expect(second).toContain(`Needs 1 more approval from <@${PRIYA.id}>`);
    expect(second).not.toContain(`<@${TOMAS.id}> or`);
    expect(second).toContain(`Approved by <@${TOMAS.id}>`);
    await request.untilInThread(tomas, `<@${TOMAS.id}> approved (1 of 2)`);
    expect(await deletions(client)).toEqual([]);
    await request.take(priya, 'approve');
    const end = await request.until(tomas, '✅ Deleted');
    expect(end).toContain(`Approved by <@${TOMAS.id}> and <@${PRIYA.id}>`);
    await request.untilInThread(tomas, `<@${PRIYA.id}> approved (2 of 2)`);
    expect(await deletions(client)).toHaveLength(1);
  });

  it.each([
    { who: 'the other one', denier: PRIYA },
    { who: 'the one who approved it', denier: TOMAS },
  ])('ends when $who denies it after the first approval', async ({ denier }) => {
    const { client } = await startWorkplace(DELIVERY, TWO_OF_THREE);
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.until(tomas, 'Needs 1 more approval');
    await request.take(client.as(denier), 'deny', 'On second thought');
    const words = await request.until(tomas, `<@${denier.id}> denied the request`);
    expect(words).toContain('On second thought');
    expect(request.buttons(await tomas.sees())).toEqual([]);
    expect(await untilTold(client.as(NORA), 'denied the request', 'direct')).toContain('On second thought');
    expect(await deletions(client)).toEqual([]);
  });

  it('is not carried out with the approval of the requester', async () => {
    const { client } = await startWorkplace(DELIVERY, TWO_OF_THREE);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.until(tomas, 'Needs 1 more approval');
    await request.click(nora, 'approve');
    await untilTold(nora, `<@${PRIYA.id}> can, or you can cancel it`);
    expect(request.words(await nora.sees())).toContain('Needs 1 more approval');
    expect(await deletions(client)).toEqual([]);
  });
});

describe('a request where the requester may approve', () => {
  it('is carried out with their own approval', async () => {
    const { client } = await startWorkplace(DELIVERY, {
      SUPERUSERS: NORA.id,
      ALLOW_SELF_APPROVAL: 'true',
    });
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    expect(request.words(await nora.sees())).toContain(`Needs 1 approval from <@${NORA.id}>`);
    await request.take(nora, 'approve');
    expect(await request.until(nora, '✅ Deleted')).toContain(`Approved by <@${NORA.id}>`);
    expect(await deletions(client)).toHaveLength(1);
    expect(messageWith(await nora.sees(), CDN_TEAM, "You can't decide on your own request")).toBeUndefined();
  });
});
