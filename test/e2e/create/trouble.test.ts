import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { untilTold } from '../support/approving.ts';
import { CANNOT_CREATE, creations, form, GRACE, openForm, working } from '../support/newcomers.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

const SLOW = { match: 'POST /user', milliseconds: SLOW_MILLISECONDS };

describe('create from words, in trouble', () => {
  it.each<[string, Partial<FastlyFaults>, RegExp, number]>([
    ['is away', { down: true }, /can't be reached\. Nothing was changed/, 0],
    [
      "has used up the hour's limit",
      { rateLimitUsedUp: { reset: 4_102_444_800 } },
      /rate limit is reached until.*Nothing was changed/,
      1,
    ],
    [
      'breaks off before the work',
      { drop: { match: 'POST /user', when: 'before', times: 1 } },
      /connection to Fastly was lost.*may still have gone through\. Check with .*get/,
      1,
    ],
    [
      'answers 500',
      { fail: { match: 'POST /user', status: 500, times: 1 } },
      /an error \(500\).*may still have gone through\. Check with .*get/,
      1,
    ],
  ])('says what became of it when Fastly %s', async (_what, faults, words, calls) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults(faults);
    await nora.command(`create ${GRACE}`);
    const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the failure');
    expect(wordsOf(told.blocks)).toMatch(words);
    expect(await creations(client)).toHaveLength(calls);
  });

  it('creates also where Fastly does not tell who is there', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({
      fail: { match: 'GET /customer/', status: 403, body: '{"msg":"Access denied"}', times: 1 },
    });
    await nora.command(`create ${GRACE}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the confirmation');
  });

  it('tells of it as created when the answer is lost and the user is there as wanted', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ drop: { match: 'POST /user', when: 'after', times: 1 } });
    await nora.command(`create ${GRACE} --role engineer --locked no`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the confirmation');
    expect(await creations(client)).toHaveLength(1);
  });

  it.each([
    ['who was there before', ENGINEER.login, ''],
    ['who is there otherwise than wanted', GRACE, ' --role billing'],
  ])('does not take somebody %s for created when the answer is lost', async (_who, login, more) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: 'POST /user', when: 'before', times: 1 } });
    await nora.command(`create ${login}${more}`);
    await client.untilHeld('fastly');
    if (login === GRACE) await client.putFastlyUsers([{ id: 'grace1', login, role: 'engineer' }]);
    await client.fastlyFaults({ hold: null });
    await untilTold(nora, 'It may still have gone through');
    expect(messageWith(await client.as(TOMAS).sees(), CDN_TEAM, 'created')).toBeUndefined();
  });
});

describe('the form of create, in trouble', () => {
  it.each([
    ['there as wanted', true],
    ['not there', false],
  ])('looks after a 500, when the user is %s', async (_there, there) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    // The bot keeps this list for a minute: who comes now was not there before.
    await nora.command('list --private');
    await untilTold(nora, 'users in the Fastly account');
    if (there) await client.putFastlyUsers([{ id: 'grace1', login: GRACE, role: 'engineer' }]);
    await client.fastlyFaults({ fail: { match: 'POST /user', status: 500, times: 1 } });
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE, role: 'engineer' });
    if (there) {
      await nora.until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the result');
      expect((await nora.sees()).modals).toEqual([]);
    } else {
      expect(await nora.until((sees) => sees.modals[0]?.errors.address, 'the error')).toContain(
        'It may still have gone through',
      );
      await nora.submit();
      await nora.until(
        (sees) => sees.modals[0]?.errors.address?.includes('the outcome is unknown'),
        'the refusal to send it again',
      );
    }
    expect(await creations(client)).toHaveLength(1);
  });

  it('comes back filled in, with what Fastly said on top, when a slow Fastly refuses', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: SLOW });
    await openForm(nora, 'create --locked no --require-new-password no');
    const filled = { name: 'Grace', role: 'user', switches: ['limit_services', 'require_new_password'] };
    await nora.submit({ address: GRACE, reason: 'Kept', ...filled });
    await working(nora);
    const again = await form(nora, 'create');
    expect(wordsOf(again.blocks)).toContain("⚠️ Fastly refused this (it says: Record invalid: Role 'user'");
    expect(again.values).toMatchObject({
      address: { address: { value: GRACE } },
      name: { name: { value: 'Grace' } },
      role: { role: { selected_option: { value: 'user' } } },
      switches: {
        switches: { selected_options: [{ value: 'limit_services' }, { value: 'require_new_password' }] },
      },
      reason: { reason: { value: 'Kept' } },
    });
    await client.fastlyFaults({ delay: null });
    await nora.submit({ role: 'engineer' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Reason: Kept'), 'the result');
    expect((await creations(client)).at(-1)).toEqual({
      login: GRACE,
      name: 'Grace',
      role: 'engineer',
      limit_services: 'true',
      locked: 'false',
      require_new_password: 'true',
    });
  });

  it('tells in a direct message what went wrong, or what is offered, when it was closed meanwhile', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    const submitAndClose = async (fields: Parameters<typeof nora.submit>[0]) => {
      await openForm(nora, 'create');
      await nora.submit(fields);
      await working(nora);
      await nora.close();
    };
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: SLOW });
    await submitAndClose({ address: ENGINEER.login });
    await untilTold(nora, 'A user with this login already exists', 'direct');
    await client.fastlyFaults({ directCreation: 405 });
    await submitAndClose({ address: GRACE, role: 'billing' });
    const offer = await nora.until((sees) => messageWith(sees, 'direct', CANNOT_CREATE), 'the offer');
    expect(elementsOf(offer.blocks)).toMatchObject([{ action_id: 'invite.button' }]);
    const direct = (await nora.sees()).channels.find(({ kind }) => kind === 'im')?.id ?? '';
    await nora.click({ channel: direct, ts: offer.ts, actionId: 'invite.button' });
    expect((await form(nora, 'invite')).values).toMatchObject({
      address: { address: { value: GRACE } },
      role: { role: { selected_option: { value: 'billing' } } },
    });
  });

  it('puts the result in the channel although the form was closed meanwhile', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: SLOW });
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE });
    await working(nora);
    await nora.close();
    await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the result');
    expect(messagesIn(await nora.sees(), 'direct')).toEqual([]);
  });
});
