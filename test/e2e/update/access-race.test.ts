import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForUpdate, inFastly, updateOf, updates } from '../support/altering.ts';
import { untilTold } from '../support/approving.ts';
import { messageWith } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

describe('what a user has', () => {
  it.each(['--name "Edda Reed"', '--role billing', '--locked yes', '--locked no --name "Edda Reed"'])(
    'is not changed with %s beside an open request about them',
    async (flags) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      await client.putFastlyUsers([{ ...ENGINEER, locked: flags.includes('no') }]);
      const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
      await nora.command(`update ${ENGINEER.id} ${flags}`);
      await untilTold(nora, 'wants to promote');
      expect(await updates(client)).toEqual([]);
      await request.take(nora, 'cancel');
      await request.until(nora, 'cancelled the request');
      await nora.command(`update ${ENGINEER.id} ${flags}`);
      await nora.until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    },
  );

  it('is looked at again right before it is changed: who was promoted meanwhile is not locked', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: 'GET /current_customer', when: 'before', times: 1 } });
    await nora.command(`update ${ENGINEER.id} --locked yes --role billing`);
    await client.untilHeld('fastly');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser' }]);
    await client.fastlyFaults({ hold: null });
    await untilTold(nora, 'has changed in the meantime: Role engineer → Fastly superuser');
    expect(await updates(client)).toEqual([]);
    expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'superuser' });
  });

  it('is not changed by an approved request while another change of them is under way', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: 'PUT /user/', when: 'before', times: 2 } });
    await nora.command(`update ${ENGINEER.id} --locked yes`);
    await client.untilHeld('fastly');
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, 'Starting…');
    expect(await client.held('fastly')).toBe(1);
    // The first one is lost with its connection; the request is not.
    await client.fastlyFaults({ hold: null });
    await request.until(nora, '✅ Promoted');
    expect(await updates(client)).toEqual([
      updateOf(ENGINEER, { locked: 'true' }),
      updateOf(ENGINEER, { role: 'superuser' }),
    ]);
  });
});
