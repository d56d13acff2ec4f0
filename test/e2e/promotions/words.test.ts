import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { BILLING, ENGINEER, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import { askForUpdate, inFastly, updateOf, updates } from '../support/altering.ts';
import { untilAsked } from '../support/answering.ts';
import { untilTold } from '../support/approving.ts';
import { promotedFor, SHORT, untilSaid } from '../support/promotions.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('a role that is given for a time', () => {
  it('needs no approval where nobody becomes a Fastly superuser', async () => {
    const copies = { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id };
    const { client } = await startWorkplace(DELIVERY, copies, {}, SHORT);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 500ms`);
    expect(await untilSaid(nora, 'updated')).toContain('Role engineer → billing until');
    await untilTold(nora, 'Ended: Edda Morton', 'direct');
    await untilSaid(nora, 'Ended: Edda Morton', AUDIT_TRAIL);
    expect(await updates(client)).toEqual([
      updateOf(ENGINEER, { role: 'billing' }),
      updateOf(ENGINEER, { role: 'engineer' }),
    ]);
  });

  it.each([
    ['--role superuser --for 5m', 'from 15 min to 30 days'],
    ['--role superuser --for 31d', 'from 15 min to 30 days'],
    ['--role superuser --for soon', 'is no length of time'],
    ['--for 4h', 'Add --role'],
    ['--role engineer --for 4h', 'already'],
  ])('is refused with %s', async (flags, why) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} ${flags}`);
    await untilTold(nora, why);
    expect(await updates(client)).toEqual([]);
  });

  it('is refused where the end would make a Fastly superuser, or could not give back what there was', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${THIRD_SUPERUSER.id} --role engineer --for 4h`);
    await untilTold(nora, 'an end never makes a Fastly superuser');
    const [other, several] = [
      { ...BILLING, role: 'auditor' },
      { ...ENGINEER, roles: ['engineer', 'purger'] },
    ];
    await client.putFastlyUsers([other, several]);
    await nora.command(`update ${BILLING.id} --role superuser --for 4h`);
    await untilTold(nora, "has a role now that the bot can't give back");
    await nora.command(`update ${ENGINEER.id} --role superuser --for 4h`);
    await untilTold(nora, 'has several roles');
    expect(await updates(client)).toEqual([]);
  });

  it('is not there without a time, which the request says', async () => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
    const tomas = client.as(TOMAS);
    expect(request.words(await tomas.sees())).toContain('*Lasts* without an end');
    expect(wordsOf((await request.form(tomas, 'approve')).blocks)).toContain(
      'Role engineer → Fastly superuser without an end',
    );
  });

  it('is closed by another change of the role, and the first role comes back at the end of that', async () => {
    const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 30d`);
    await untilSaid(nora, 'Role engineer → billing');
    await nora.command('update edda --role user');
    expect(wordsOf((await untilAsked(nora, CDN_TEAM)).blocks)).toMatch(
      /The user has the role billing until .*, then engineer\. Once this is done, that end is off, and nothing/,
    );
    await nora.command(`update ${ENGINEER.id} --role engineer --for 1d`);
    await untilTold(nora, 'is the one that comes back');
    await nora.command(`update ${ENGINEER.id} --role user --for 500ms`);
    const given = await untilSaid(nora, 'Role billing → user');
    expect(given).toContain('(then engineer)');
    expect(given).toMatch(/The earlier end .*no longer holds\./);
    await untilTold(nora, 'Ended: Edda Morton', 'direct');
    expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'engineer' });
  });

  it('is kept without approval where that is not needed, which the answer says', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 30d`);
    await untilSaid(nora, 'Role engineer → billing');
    await nora.command(`update ${ENGINEER.id} --role billing`);
    const words = 'Role billing as before, now without an end';
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, words), 'the answer');
    expect(wordsOf(told.blocks)).not.toContain('no longer holds');
    expect(elementsOf(told.blocks)).toEqual([]);
  });

  it('gives back the first role after one that needs approval, too, which the request says', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing --for 30d`);
    await untilSaid(nora, 'Role engineer → billing');
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser --for 4h');
    const tomas = client.as(TOMAS);
    expect(request.words(await tomas.sees())).toContain('for 4 h from when it is set, then engineer');
    expect(wordsOf((await request.form(tomas, 'approve')).blocks)).toContain(
      'that end is off, and engineer comes back at the new end instead.',
    );
  });

  it('is kept by an ordinary request for the same role', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const first = await promotedFor(client, ENGINEER, '4h');
    await nora.command(`get ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Fastly superuser until'), 'the card');
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
    expect(wordsOf((await request.form(tomas, 'approve')).blocks)).toContain('that end is off');
    await tomas.submit();
    await request.until(tomas, '✅ Promoted');
    await request.untilInThread(tomas, 'The earlier end');
    await first.until(tomas, '*Lasted* until the role was changed');
    await client.as(NORA).command(`update ${ENGINEER.id} --role superuser`);
    await untilTold(nora, 'already has these settings');
  });
});
