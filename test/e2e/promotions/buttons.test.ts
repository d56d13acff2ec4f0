import { describe, expect, it } from 'vitest';
import { NORA, PRIYA } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { untilEditForm, updateOf, updates } from '../support/altering.ts';
import { toldPrivately, untilTold } from '../support/approving.ts';
import { clickPromotion, SHORT, untilSaid } from '../support/promotions.ts';
import { wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const TAKEN = updateOf(PRIYA_USER, { role: 'engineer' });

/** How often a member was told that they have no access. */
const refusals = (sees: Sees) =>
  toldPrivately(sees).filter((each) => each.includes("You don't have access")).length;

describe('the buttons of a role that ends', () => {
  it('are for nobody else', async () => {
    const { client } = await startWorkplace();
    const priya = client.as(PRIYA);
    await client.as(NORA).command(`update ${ENGINEER.id} --role billing --for 30d`);
    await untilSaid(priya, 'Role engineer → billing');
    await clickPromotion(priya, 'end');
    await untilTold(priya, "You don't have access");
    await clickPromotion(priya, 'extend');
    await priya.until((sees) => refusals(sees) === 2, 'both refusals');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { role: 'billing' })]);
  });

  it('have it ended by the person alone, who may be a guest, where Slack tells the address', async () => {
    const { client } = await startWorkplace();
    const priya = client.as(PRIYA);
    await client.as(NORA).command(`update ${PRIYA_USER.id} --role billing --for 30d`);
    await untilSaid(priya, 'Role engineer → billing');
    await untilTold(
      priya,
      'Your Fastly user Priya Halloran ( priya@example.com ) has the role billing until',
      'direct',
    );
    await client.slackFaults({ fail: { method: 'users.info', status: 500, times: 10 } });
    await clickPromotion(priya, 'end');
    await untilTold(priya, "You don't have access");
    await client.slackFaults({ fail: null });
    expect(await updates(client)).toEqual([updateOf(PRIYA_USER, { role: 'billing' })]);
    await client.changeMember(PRIYA.id, 'guest');
    await clickPromotion(priya, 'end', 'direct');
    await untilTold(priya, 'Ending…', 'direct');
    await untilTold(priya, 'Ended by', 'direct');
    expect(await updates(client)).toEqual([updateOf(PRIYA_USER, { role: 'billing' }), TAKEN]);
  });
});

describe('the form', () => {
  it('takes for how long, extends with the role as it is, and says what ends', async () => {
    const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    const form = await untilEditForm(nora);
    expect(wordsOf(form.blocks)).toContain('Leave it empty for a role without an end.');
    await nora.submit({ role: 'billing', for: 'soon' });
    await nora.until(
      ({ modals }) => modals.some(({ errors }) => errors.for?.includes('is no length of time')),
      'the field to refuse',
    );
    await nora.submit({ role: 'billing', for: '1d' });
    await untilSaid(nora, 'Role engineer → billing until');
    await nora.command(`update ${ENGINEER.id}`);
    const again = await untilEditForm(nora);
    expect(wordsOf(again.blocks)).toContain('If you set another role here, it stays');
    await nora.submit({ for: '300ms' });
    await untilSaid(nora, 'moved the end of the role of Edda Morton');
    await untilTold(nora, 'Ended: Edda Morton', 'direct');
    expect(await updates(client)).toEqual([
      updateOf(ENGINEER, { role: 'billing' }),
      updateOf(ENGINEER, { role: 'engineer' }),
    ]);
  });
});
