import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { actionsOn, invited, listed, many, withdraw } from '../support/inviting.ts';
import { GRACE, withdrawals } from '../support/newcomers.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** The table of all users, or of those that fit. */
async function users({ client }: Workplace, words = '') {
  await client.as(NORA).command(`list ${words}`);
  return await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'users'), 'the list');
}

describe('below the list of users', () => {
  it('stand the latest invitations, with the way to all of them, for the clicker alone', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await invited(workplace, [GRACE, ...many(6)]);
    const words = wordsOf((await users(workplace)).blocks);
    expect(words).toContain('✉️ 7 invitations are open');
    const shown = many(6).toReversed().slice(0, 5);
    const places = shown.map((email) => words.indexOf(email));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(words).toContain('and 2 more.');
    expect(words).not.toContain(GRACE);
    const tomas = client.as(TOMAS);
    await tomas.click({
      channel: CDN_TEAM.id,
      ts: (await users(workplace)).ts,
      actionId: 'invitations.show',
    });
    const all = await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'newest first'), 'all of them');
    expect(all.ephemeral).toBe(true);
    expect(listed(all)).toEqual([...many(6).toReversed(), GRACE]);
    expect(wordsOf((await users(workplace)).blocks)).toContain('users in the Fastly account');
    await tomas.click(withdraw(all, GRACE));
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'withdrew'), 'the confirmation');
    await tomas.until(
      (sees) => messageWith(sees, CDN_TEAM, '6 invitations are open , newest'),
      'the list left',
    );
    expect(await withdrawals(client)).toHaveLength(1);
  });

  it('stands one in words of its own, and none without a word', async () => {
    const workplace = await startWorkplace();
    const none = await users(workplace);
    expect(wordsOf(none.blocks)).not.toContain('✉️');
    expect(actionsOn(none)).toEqual(['list.filter']);
    await invited(workplace, [GRACE]);
    await workplace.client.as(NORA).command('list');
    const one = await workplace.client
      .as(NORA)
      .until((sees) => messageWith(sees, CDN_TEAM, '✉️ One invitation is open'), 'the next list');
    expect(wordsOf(one.blocks)).toContain(`${GRACE} · engineer · expires`);
  });

  it('stand none where the list is filtered, or invitations are switched off', async () => {
    const workplace = await startWorkplace();
    await invited(workplace, [GRACE]);
    expect(wordsOf((await users(workplace, 'morton')).blocks)).not.toContain('✉️');
    const without = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'invitations' });
    await invited(without, [GRACE]);
    expect(wordsOf((await users(without)).blocks)).not.toContain('✉️');
    const calls = await without.client.fastlyCalls();
    expect(calls.filter(({ method, path }) => method === 'GET' && path.startsWith('/invitations'))).toEqual(
      [],
    );
  });

  it.each<[string, Partial<FastlyFaults>]>([
    [
      'refuses to tell',
      { fail: { match: 'GET /invitations', status: 403, body: '{"msg":"Access denied"}', times: 1 } },
    ],
    [
      'has none',
      { fail: { match: 'GET /invitations', status: 404, body: '{"msg":"Record not found"}', times: 1 } },
    ],
    ['answers nonsense', { fail: { match: 'GET /invitations', status: 200, body: '<html>', times: 1 } }],
  ])('it says so in a line where Fastly %s, and the users are there all the same', async (_how, faults) => {
    const workplace = await startWorkplace();
    await workplace.client.fastlyFaults(faults);
    const message = await users(workplace);
    expect(wordsOf(message.blocks)).toContain("Open invitations couldn't be read from Fastly.");
    expect(message.blocks.some(({ type }) => type === 'data_table')).toBe(true);
    expect(messagesIn(await workplace.client.as(NORA).sees(), CDN_TEAM)).toHaveLength(1);
  });
});
