import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForUpdate, untilEditForm, updateOf, updates } from '../support/altering.ts';
import { openRequest, toldPrivately, untilTold } from '../support/approving.ts';
import { clickPromotion, promotedFor, SHORT, untilSaid } from '../support/promotions.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const HOUR = 3_600_000;
const GIVEN = updateOf(PRIYA_USER, { role: 'superuser' });
const TAKEN = updateOf(PRIYA_USER, { role: 'engineer' });

/** How often a member was told that they have no access. */
const refusals = (sees: Sees) =>
  toldPrivately(sees).filter((each) => each.includes("You don't have access")).length;

describe('before its end, a role', () => {
  it('is reminded of where it was asked for, and to the person, who can have it ended and not extended', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const [nora, tomas, priya] = [client.as(NORA), client.as(TOMAS), client.as(PRIYA)];
    const request = await promotedFor(client, PRIYA_USER, '4h');
    await pass(3.5 * HOUR + 1_000);
    await request.untilInThread(tomas, 'has the role Fastly superuser until');
    await untilTold(nora, 'has the role Fastly superuser until', 'direct');
    const told = await priya.until((sees) => messageWith(sees, 'direct', 'Then engineer comes back'), 'it');
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
    await clickPromotion(nora, 'extend');
    const form = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => callbackId === 'promotion.extend-form'),
      'the form',
    );
    expect(wordsOf(form.blocks)).toContain('then engineer');
    await nora.submit({ for: '6h', reason: 'Not done' });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, PRIYA_USER), 'the request');
    expect(request.words(await tomas.sees())).toContain('Extend the role of Priya Halloran?');
    expect(request.words(await tomas.sees())).toContain('for 6 h from when it is set, then engineer');
    await request.take(tomas, 'approve');
    await request.until(tomas, 'Until');
    await pass(5 * HOUR);
    expect(await updates(client)).toEqual([GIVEN]);
    await pass(HOUR);
    await first.untilInThread(tomas, 'Ended: Priya Halloran');
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('ends before a request to extend it is approved, which is refused then', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const nora = client.as(NORA);
    await promotedFor(client, PRIYA_USER, '4h');
    const request = await askForUpdate(client, NORA, PRIYA_USER, '--role superuser --for 2h');
    await pass(4 * HOUR + 1_000);
    const words = await request.until(nora, 'Ask again');
    expect(words).toMatch(/Ended .*Ask again\./);
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('is no button for anybody else', async () => {
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

  it('is ended by nobody whose address Slack does not tell', async () => {
    const { client } = await startWorkplace();
    const priya = client.as(PRIYA);
    await client.as(NORA).command(`update ${PRIYA_USER.id} --role billing --for 30d`);
    await untilSaid(priya, 'Role engineer → billing');
    await client.slackFaults({ fail: { method: 'users.info', status: 500, times: 10 } });
    await clickPromotion(priya, 'end');
    await untilTold(priya, "You don't have access");
    await client.slackFaults({ fail: null });
    await client.changeMember(PRIYA.id, 'guest');
    await clickPromotion(priya, 'end');
    await priya.until((sees) => refusals(sees) === 2, 'both refusals');
    expect(await updates(client)).toEqual([updateOf(PRIYA_USER, { role: 'billing' })]);
    await client.changeMember(PRIYA.id, 'full');
    await clickPromotion(priya, 'end');
    await untilTold(priya, 'Ending…');
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
    await untilSaid(nora, 'Role engineer → billing, until');
    await nora.command(`update ${ENGINEER.id}`);
    const again = await untilEditForm(nora);
    expect(wordsOf(again.blocks)).toContain('If you set another role here, that stays');
    await nora.submit({ for: '300ms' });
    await untilSaid(nora, 'extended the role of Edda Morton');
    await untilTold(nora, 'Ended: Edda Morton', 'direct');
    expect(await updates(client)).toEqual([
      updateOf(ENGINEER, { role: 'billing' }),
      updateOf(ENGINEER, { role: 'engineer' }),
    ]);
  });
});
