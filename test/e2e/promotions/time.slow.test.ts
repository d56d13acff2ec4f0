import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForUpdate, updateOf, updates } from '../support/altering.ts';
import { openRequest, untilTold } from '../support/approving.ts';
import { clickPromotion, promotedFor } from '../support/promotions.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const HOUR = 3_600_000;
const GIVEN = updateOf(PRIYA_USER, { role: 'superuser' });
const TAKEN = updateOf(PRIYA_USER, { role: 'engineer' });

describe('as time passes, a role', () => {
  it('says for how long, then until when, and is taken back once, and told', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForUpdate(client, NORA, PRIYA_USER, '--role superuser --for 4h');
    expect(request.words(await tomas.sees())).toContain('for 4 h from when it is set, then engineer');
    expect(wordsOf((await request.form(tomas, 'approve')).blocks)).toContain(
      'Role engineer → Fastly superuser for 4 h from when it is set',
    );
    await tomas.submit();
    await request.until(tomas, 'Until');
    expect(await updates(client)).toEqual([updateOf(PRIYA_USER, { role: 'superuser' })]);
    await pass(4 * HOUR + 1_000);
    await request.untilInThread(tomas, 'Ended: Priya Halloran');
    await untilTold(nora, 'Ended: Priya Halloran', 'direct');
    await untilTold(client.as(PRIYA), 'Ended: Your Fastly user Priya Halloran', 'direct');
    expect(await updates(client)).toEqual([
      updateOf(PRIYA_USER, { role: 'superuser' }),
      updateOf(PRIYA_USER, { role: 'engineer' }),
    ]);
  });

  it('is reminded of where it was asked for, and to the person, who can have it ended and not extended', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const [nora, tomas, priya] = [client.as(NORA), client.as(TOMAS), client.as(PRIYA)];
    const request = await promotedFor(client, PRIYA_USER, '4h');
    await pass(3.5 * HOUR + 1_000);
    await request.untilInThread(tomas, 'has the role Fastly superuser until');
    await untilTold(nora, 'has the role Fastly superuser until', 'direct');
    const told = await priya.until(
      (sees) => messageWith(sees, 'direct', 'Then the role engineer comes back'),
      'it',
    );
    expect(elementsOf(told.blocks).map(({ action_id }) => action_id)).toEqual(['promotion.end']);
    expect(await updates(client)).toEqual([GIVEN]);
    await clickPromotion(priya, 'end', 'direct');
    await untilTold(priya, 'Ending…', 'direct');
    const ended = await request.untilInThread(tomas, 'Ended by');
    expect(ended.at(-1)).toContain(`Ended by <@${PRIYA.id}> : Priya Halloran`);
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
    await pass(HOUR);
    await clickPromotion(tomas, 'end');
    await untilTold(tomas, 'Ended');
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('is extended by a request, and keeps the first role before', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const first = await promotedFor(client, PRIYA_USER, '4h');
    await pass(3.6 * HOUR);
    await first.untilInThread(tomas, 'has the role Fastly superuser until');
    await untilTold(nora, 'has the role Fastly superuser until', 'direct');
    await clickPromotion(nora, 'extend', 'direct');
    const form = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => callbackId === 'promotion.extend-form'),
      'the form',
    );
    expect(wordsOf(form.blocks)).toContain('then engineer');
    expect(wordsOf(form.blocks)).toContain(
      'from 15m to 30d. Counted from the approval, not from the present end.',
    );
    await nora.submit({ for: '15m', reason: 'Not done' });
    const again = await nora.until(
      ({ modals }) => modals.find(({ blocks }) => wordsOf(blocks).includes('Ends earlier than now: ')),
      'the form again',
    );
    expect(wordsOf(again.blocks)).toContain('Nothing was changed. If you mean that, send the form again.');
    await nora.submit({ for: '6h', reason: 'Not done' });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, PRIYA_USER), 'the request');
    expect(request.words(await tomas.sees())).toContain('Move the end of the role of Priya Halloran?');
    expect(request.words(await tomas.sees())).toContain('for 6 h from when it is set, then engineer');
    expect(request.words(await tomas.sees())).toMatch(/\*Lasts now\* until/);
    expect(request.words(await tomas.sees())).not.toContain('Ends earlier');
    expect(wordsOf((await request.form(tomas, 'approve')).blocks)).toContain('Ends later than now: ');
    await tomas.submit();
    const moved = await request.until(tomas, 'Until');
    expect(moved).toContain('The end of the role of Priya Halloran was moved');
    await first.until(tomas, '*Lasts* extended until');
    await pass(5 * HOUR);
    expect(await updates(client)).toEqual([GIVEN]);
    await pass(HOUR);
    await first.untilInThread(tomas, 'Ended: Priya Halloran');
    for (const each of [first, request]) {
      const words = await each.until(tomas, '*Lasted* until');
      expect(words).toContain(', then engineer');
      expect(words).not.toContain('Until');
    }
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('ends before a request to extend it is approved, which is refused then', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const nora = client.as(NORA);
    await promotedFor(client, PRIYA_USER, '4h');
    const request = await askForUpdate(client, NORA, PRIYA_USER, '--role superuser --for 2h');
    expect(request.words(await nora.sees())).toContain('⚠️ Ends earlier than now: ');
    await pass(4 * HOUR + 1_000);
    const words = await request.until(nora, 'Ask again');
    expect(words).toMatch(
      /Ended .*Ask again\. To give it again, run \/fastly-user update priya@example\.com --role superuser --for 2h/,
    );
    expect(words).not.toContain('Lasts now');
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });
});
