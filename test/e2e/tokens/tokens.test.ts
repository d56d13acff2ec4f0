import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, LIMITED_ENGINEER, OWNER, UNSETTABLE_ROLE } from '../../sandbox/fastly/people.ts';
import { answer } from '../support/answering.ts';
import { untilTold } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, DAY, EXPIRED, fromNow, LAPTOP, SESSION, tokenRows } from '../support/tokens.ts';
import { startWorkplace } from '../support/workplace.ts';

const MINE = [CI_PURGE, LAPTOP, SESSION, EXPIRED];
const NAME = `${ENGINEER.name} ( ${ENGINEER.login} )`;

const latestList = (sees: Sees): SeenMessage | undefined =>
  messagesIn(sees, CDN_TEAM).findLast(({ blocks }) => JSON.stringify(blocks).includes('tokens.filter'));

/** What `tokens` and the words come to in #cdn-team. */
async function listed(client: ControlClient, words: string): Promise<SeenMessage> {
  const nora = client.as(NORA);
  const before = messagesIn(await nora.sees(), CDN_TEAM).length;
  await nora.command(`tokens ${words}`);
  return await nora.until((sees) => messagesIn(sees, CDN_TEAM)[before], `the answer to tokens ${words}`);
}

describe('tokens', () => {
  it('shows the channel all tokens that programs use: whose, what they may, when used, until when', async () => {
    const { client, fastly } = await startWorkplace();
    await client.putFastlyTokens(MINE);
    await client.as(NORA).command('tokens');
    const message = await client.as(PRIYA).until(latestList, 'the list, seen by someone else');
    const rows = tokenRows(message);
    expect(rows).toHaveLength(fastly.tokens().length - 2);
    expect(wordsOf(message.blocks)).toContain(`${rows.length} API tokens in the Fastly account`);
    expect(wordsOf(message.blocks)).toContain("2 browser sessions aren't listed.");
    expect(rows).toContainEqual(expect.stringMatching(/^ci-purge Edda Morton purge_all 3 .* never$/));
    expect(rows).toContainEqual(expect.stringMatching(/^old-ci Edda Morton global all never expired$/));
    expect(rows).toContainEqual(expect.stringMatching(`^terraform ${OWNER.name} global all .* never$`));
    expect(rows.at(-1)).toMatch(/^deploy-bot no user purge_select all .* never$/);
    expect(JSON.stringify(message)).not.toContain(fastly.token);
  });

  it.each([ENGINEER.id, ENGINEER.login, `"${ENGINEER.name}"`])("shows one user's tokens: %s", async (who) => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens(MINE);
    const message = await listed(client, who);
    expect(wordsOf(message.blocks)).toContain(`3 API tokens of ${NAME}`);
    expect(wordsOf(message.blocks)).toContain("1 browser session isn't listed.");
    expect(tokenRows(message).map((row) => row.split(' ')[0])).toEqual(['ci-purge', 'laptop', 'old-ci']);
  });

  it("counts the token of a user who is gone as nobody's", async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens([{ ...CI_PURGE, user_id: 'gone1' }]);
    const message = await listed(client, '');
    expect(tokenRows(message)).toContainEqual(expect.stringMatching(/^ci-purge no user purge_all /));
  });

  it('asks privately who is meant where several fit, and keeps the filter', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens(MINE);
    const nora = client.as(NORA);
    await nora.command('tokens Morton --unused 90d');
    await answer(nora, CDN_TEAM, ENGINEER);
    const message = await nora.until(latestList, 'the list');
    expect(wordsOf(message.blocks)).toContain(`1 of 3 API tokens of ${NAME}: unused for 90 days`);
    expect(tokenRows(message)).toEqual([expect.stringMatching(/^laptop /)]);
  });

  it('comes from the card, as private as that', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens(MINE);
    const nora = client.as(NORA);
    await nora.command(`get ${ENGINEER.id} --private`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await nora.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'tokens.button' });
    const message = await nora.until(latestList, 'the list');
    expect(message.ephemeral).toBe(true);
    expect(tokenRows(message)).toHaveLength(3);
  });

  it.each([
    ['--unused 90d', ['laptop', 'unused-since-made'], 'unused for 90 days'],
    ['--unused 90', ['laptop', 'unused-since-made'], 'unused for 90 days'],
    ['--expiring 14d', ['soon'], 'expiring within 14 days'],
    ['--global', ['laptop', 'made-lately', 'old-ci', 'soon', 'unused-since-made'], 'scope global'],
    ['--unused 90d --global --expiring 1d', [], 'unused for 90 days · expiring within 1 day · scope global'],
  ])('shows only those with %s', async (flags, names, told) => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens([
      ...MINE,
      {
        id: 'soon1',
        user_id: ENGINEER.id,
        name: 'soon',
        created_at: fromNow(0),
        expires_at: fromNow(9 * DAY),
      },
      { id: 'made1', user_id: ENGINEER.id, name: 'made-lately', created_at: fromNow(-80 * DAY) },
      { id: 'made2', user_id: ENGINEER.id, name: 'unused-since-made', created_at: fromNow(-91 * DAY) },
    ]);
    const message = await listed(client, `${ENGINEER.id} ${flags}`);
    expect(tokenRows(message).map((row) => row.split(' ')[0])).toEqual(names);
    expect(wordsOf(message.blocks)).toContain(`${names.length} of 6 API tokens of ${NAME}: ${told}`);
  });

  it('names apart what Fastly tells too little about', async () => {
    const { client } = await startWorkplace();
    const body = [
      { id: 'old1', user_id: ENGINEER.id, name: 'old', last_used_at: fromNow(-100 * DAY) },
      { id: 'untold1', user_id: ENGINEER.id, name: 'untold' },
      { id: 'untold2', user_id: 'gone1', name: 'made-at-an-unknown-time', last_used_at: null },
    ];
    const fail = { match: 'GET /customer/', status: 200, times: 1 };
    await listed(client, '');
    await client.fastlyFaults({ fail: { ...fail, body: JSON.stringify(body) } });
    const message = await listed(client, '--unused 90d');
    expect(tokenRows(message)).toEqual([expect.stringMatching(/^old /)]);
    expect(wordsOf(message.blocks)).toContain(
      "Fastly doesn't tell enough to know whether 2 other tokens fit: untold (Edda Morton) and made-at-an-unknown-time (no user).",
    );
  });

  it('says that a user has none, and that none fit', async () => {
    const { client } = await startWorkplace();
    const none = await listed(client, LIMITED_ENGINEER.id);
    expect(wordsOf(none.blocks)).toContain('has no API tokens that programs use.');
    const unfit = await listed(client, `${UNSETTABLE_ROLE.id} --expiring 1d`);
    expect(wordsOf(unfit.blocks)).toContain(
      'expiring within 1 day. To see more, remove a filter with Filter…',
    );
  });

  it('shows fifty at a time, with buttons to the others', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens(
      Array.from({ length: 60 }, (_, index) => {
        const number = String(index).padStart(2, '0');
        return { id: `many${number}`, user_id: ENGINEER.id, name: `token-${number}` };
      }),
    );
    const nora = client.as(NORA);
    const first = await listed(client, ENGINEER.id);
    expect(tokenRows(first)).toHaveLength(50);
    expect(wordsOf(first.blocks)).toContain('Showing 1 to 50.');
    const at = { channel: CDN_TEAM.id, ts: first.ts };
    await nora.click({ ...at, actionId: 'tokens.next' });
    const second = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Showing 51 to 60.'), 'page 2');
    expect(tokenRows(second)[0]).toMatch(/^token-50 /);
    expect(elementsOf(second.blocks).map(({ action_id }) => action_id)).toEqual([
      'tokens.previous',
      'tokens.filter',
      'revoke.button',
    ]);
    await nora.click({ ...at, actionId: 'tokens.previous' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Showing 1 to 50.'), 'page 1 again');
  });

  it('has a form for another list', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens(MINE);
    const nora = client.as(NORA);
    const list = await listed(client, '--unused 30d');
    await nora.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'tokens.filter' });
    await nora.until(({ modals }) => modals[0]?.callbackId === 'tokens.form', 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ unused: 'long' });
    const error = await nora.until(({ modals }) => modals[0]?.errors.unused, 'the error');
    expect(error).toContain('Enter a number of days, such as 90.');
    await nora.submit({ 'user-picker': pickerValue(ENGINEER), unused: '', global: ['global'] });
    const message = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, `2 of 3 API tokens of ${NAME}: scope global`),
      "the form's list",
    );
    expect(tokenRows(message)).toHaveLength(2);
  });

  it.each(['--unused never', '--expiring 0d', '--unused -3', '--unused 99999d'])(
    'refuses %s',
    async (flag) => {
      const { client } = await startWorkplace();
      await client.as(NORA).command(`tokens ${flag}`);
      expect(await untilTold(client.as(NORA), 'takes a number of days')).toContain('such as 90d');
    },
  );

  it('says so where Fastly does not show the list', async () => {
    const { client } = await startWorkplace();
    await client.fastlyFaults({ tokensUnreadable: true });
    await client.as(NORA).command('tokens');
    const told = await untilTold(client.as(NORA), 'Fastly');
    expect(told).not.toContain('Nothing was changed');
  });
});
