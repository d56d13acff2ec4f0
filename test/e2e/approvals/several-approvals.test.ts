import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForDeletion, deletions, untilTold } from '../support/approving.ts';
import { messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const HOUR = 3_600_000;
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
    expect(first).toContain('Waiting for approvals (0 of 2) until');
    expect(first).toContain(`<@${TOMAS.id}> or <@${PRIYA.id}> can approve`);
    await request.click(tomas, 'approve');
    const second = await request.until(tomas, 'Waiting for approvals (1 of 2) until');
    expect(second).toContain(`<@${PRIYA.id}> can approve`);
    expect(second).not.toContain(`<@${TOMAS.id}> or`);
    expect(second).toContain(`Approved by <@${TOMAS.id}>`);
    await request.untilInThread(tomas, `<@${TOMAS.id}> approved: 1 of 2`);
    expect(await deletions(client)).toEqual([]);
    await request.click(priya, 'approve');
    const end = await request.until(tomas, '✅ Deleted');
    expect(end).toContain(`Approved by <@${TOMAS.id}> and <@${PRIYA.id}>`);
    await request.untilInThread(tomas, `<@${PRIYA.id}> approved: 2 of 2`);
    expect(await deletions(client)).toHaveLength(1);
  });

  it.each([
    { who: 'the other one', denier: PRIYA },
    { who: 'the one who approved it', denier: TOMAS },
  ])('ends when $who denies it after the first approval', async ({ denier }) => {
    const { client } = await startWorkplace(DELIVERY, TWO_OF_THREE);
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'approve');
    await request.until(tomas, '1 of 2');
    await request.deny(client.as(denier), 'On second thought');
    const words = await request.until(tomas, `Denied by <@${denier.id}>`);
    expect(words).toContain('On second thought');
    expect(request.buttons(await tomas.sees())).toEqual([]);
    expect(await untilTold(client.as(NORA), 'denied deleting', 'direct')).toContain('On second thought');
    expect(await deletions(client)).toEqual([]);
  });

  it('is not carried out with the approval of the requester', async () => {
    const { client } = await startWorkplace(DELIVERY, TWO_OF_THREE);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'approve');
    await request.until(tomas, '1 of 2');
    await request.click(nora, 'approve');
    await untilTold(nora, `it is for <@${PRIYA.id}> to decide`);
    expect(request.words(await nora.sees())).toContain('1 of 2');
    expect(await deletions(client)).toEqual([]);
  });

  it('says how many approvals it had when it expires', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, { ...TWO_OF_THREE, ...variables });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'approve');
    await request.until(tomas, '1 of 2');
    await pass(7 * 24 * HOUR);
    const words = await request.until(nora, 'Expired');
    expect(words).toContain(`Approved by <@${TOMAS.id}>`);
    await untilTold(nora, 'had 1 of 2 approvals when its time was over', 'direct');
    expect(await deletions(client)).toEqual([]);
  });

  it('reminds only those who have not approved yet', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, {
      ...TWO_OF_THREE,
      ...variables,
      APPROVAL_REMINDER: '1h',
    });
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(tomas, 'approve');
    await request.until(tomas, '1 of 2');
    await pass(HOUR);
    const reminder = (await request.untilInThread(tomas, '⏰')).at(-1);
    expect(reminder).toContain(`<@${PRIYA.id}>`);
    expect(reminder).not.toContain(`<@${TOMAS.id}>`);
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
    expect(request.words(await nora.sees())).toContain(`<@${NORA.id}> can approve`);
    await request.click(nora, 'approve');
    expect(await request.until(nora, '✅ Deleted')).toContain(`Approved by <@${NORA.id}>`);
    expect(await deletions(client)).toHaveLength(1);
    expect(messageWith(await nora.sees(), CDN_TEAM, 'You asked for this yourself')).toBeUndefined();
  });
});
