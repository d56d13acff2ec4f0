import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import {
  BILLING,
  ENGINEER,
  LIMITED_ENGINEER,
  NEVER_ACTIVE,
  NEW_PASSWORD_REQUIRED,
} from '../../sandbox/fastly/people.ts';
import { inFastly, updateOf, updates } from '../support/altering.ts';
import { answer } from '../support/answering.ts';
import { toldPrivately, untilTold } from '../support/approving.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, forgetStart, startWorkplace } from '../support/workplace.ts';

describe('update', () => {
  it('sends what differs, and tells the channel who changed whom, from what to what, and why', async () => {
    const { client } = await startWorkplace();
    await client
      .as(NORA)
      .command(
        `update ${ENGINEER.login} --name "Edda Sommer" --role billing --locked yes --limit-services no --require-new-password yes --reason "New job"`,
      );
    const told = await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    const words = wordsOf(told.blocks);
    for (const shown of [
      `<@${NORA.id}> updated Edda Morton ( ${ENGINEER.login} )`,
      'Name Edda Morton → Edda Sommer',
      'Role engineer → billing',
      'Locked no → yes',
      'Password change required not set → yes',
      'Reason: New job',
    ]) {
      expect(words).toContain(shown);
    }
    expect(words).not.toContain('Limited services');
    expect(JSON.stringify(told.blocks)).toContain('"type":"date"');
    const sent = { name: 'Edda Sommer', role: 'billing', locked: 'true', require_new_password: 'true' };
    expect(await updates(client)).toEqual([updateOf(ENGINEER, sent)]);
  });

  it('takes a no, and finds who was renamed by the new name right after', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('get Dorian');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, NEW_PASSWORD_REQUIRED.login), 'the card');
    await nora.command('update Dorian --name Dora --require-new-password no');
    await answer(nora, CDN_TEAM, NEW_PASSWORD_REQUIRED);
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Password change required yes → no'),
      'the change',
    );
    const sent = { name: 'Dora', require_new_password: 'false' };
    expect(await updates(client)).toEqual([updateOf(NEW_PASSWORD_REQUIRED, sent)]);
    await nora.command('get Dora');
    await nora.until(
      (sees) => messagesIn(sees, CDN_TEAM).some(({ blocks }) => wordsOf(blocks[0]).trim() === 'Dora'),
      'the card by the new name',
    );
  });

  it('asks privately who is meant where several fit, and then makes the same change', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('update Morton --role billing --locked no --reason "Moves to <finance> & co"');
    const choice = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Which one do you mean'),
      'the choice',
    );
    expect(choice.ephemeral).toBe(true);
    expect(await updates(client)).toEqual([]);
    await answer(nora, CDN_TEAM, LIMITED_ENGINEER);
    const told = await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    expect(wordsOf(told.blocks)).toContain('Reason: Moves to <finance> & co');
    await nora.until((sees) => !messageWith(sees, CDN_TEAM, 'Which one do you mean'), 'the choice to go');
    expect(await updates(client)).toEqual([updateOf(LIMITED_ENGINEER, { role: 'billing' })]);
  });

  it('makes one change of a delivery that comes twice', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    await client.redeliver((await client.deliveries()).at(-1)?.id ?? '');
    await log.until('the same delivery once more is not carried out again');
    expect(await updates(client)).toHaveLength(1);
    expect(toldPrivately(await nora.sees())).toEqual([]);
  });
});

describe('update', () => {
  it('copies the change to CONFIRMATIONS_CHANNEL, also when the caller wanted it alone', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    await client.as(NORA).command(`update ${ENGINEER.id} --role billing --private`);
    const copy = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, AUDIT_TRAIL, 'Role engineer → billing'), 'the copy');
    expect(wordsOf(copy.blocks)).toContain(`in <#${CDN_TEAM.id}>`);
    const own = await client
      .as(NORA)
      .until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the result');
    expect(own.ephemeral).toBe(true);
  });

  it.each([
    {
      when: 'nothing differs, not set being no',
      words: `${NEVER_ACTIVE.id} --role user --locked no --require-new-password no`,
      why: 'No change: Leif Drummond ( leif.drummond@example.com ) already has these settings.',
    },
    {
      when: 'nobody fits',
      words: 'Zebedee --role user',
      why: 'No user matches Zebedee .',
    },
    {
      when: 'there is no such role',
      words: `${ENGINEER.id} --role bill`,
      why: "The bot can't assign the role bill . Did you mean billing ? Choose user , billing , engineer or superuser .",
    },
    {
      when: 'a role is one that is only shown',
      words: `${ENGINEER.id} --role tls_admin`,
      why: "The bot can't assign the role tls_admin .",
    },
    {
      when: 'a switch is neither yes nor no',
      words: `${ENGINEER.id} --locked maybe`,
      why: '--locked takes yes or no , not maybe .',
    },
    {
      when: 'the name is blank',
      words: `${ENGINEER.id} --name " "`,
      why: 'A name must have 1 to 255 characters.',
    },
    {
      when: 'the reason is too long',
      words: `${ENGINEER.id} --role user --reason "${'x'.repeat(241)}"`,
      why: 'The reason has 241 characters. Shorten it to 240.',
    },
    {
      when: 'several fit, and what is wanted does not fit into the choice',
      words: `Morton --role user --name "${'\u0001'.repeat(255)}" --reason "${'\u0001'.repeat(240)}"`,
      why: "too long for a question. Nothing was changed. Type the user's email or ID.",
    },
  ])('says privately why it changes nothing when $when', async ({ words, why }) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${words}`);
    await untilTold(nora, why);
    expect(await updates(client)).toEqual([]);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it.each([
    { flag: '--login edda@example.com', why: "doesn't let the bot change a login" },
    { flag: '--two-factor-auth-enabled no', why: 'Users set it up in their own Fastly profile' },
    { flag: '--two-factor-setup-required yes', why: 'Users set it up in their own Fastly profile' },
  ])('refuses $flag with the reason, before any call', async ({ flag, why }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await forgetStart(workplace);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --role billing ${flag}`);
    await untilTold(nora, why);
    expect(await client.fastlyCalls()).toEqual([]);
  });

  it('says when the user was deleted', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, deleted_at: '2026-01-02T03:04:05Z' }]);
    await nora.command(`update ${ENGINEER.id} --role billing`);
    await untilTold(nora, 'Nothing was changed.');
    expect(await updates(client)).toEqual([]);
  });

  it("repeats Fastly's refusal, with a reference", async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const body = JSON.stringify({ msg: 'Record invalid', detail: 'Name is reserved' });
    await client.fastlyFaults({ fail: { match: 'PUT', status: 400, body, times: 1 } });
    await nora.command(`update ${LIMITED_ENGINEER.id} --name Reserved`);
    const told = await untilTold(nora, 'Record invalid: Name is reserved');
    expect(told).toMatch(/Nothing was changed\..*Reference/);
  });

  it.each([
    { kept: 'all', answer: {}, done: 'had Fastly update', not: 'Name' },
    { kept: 'a part', answer: { name: 'Bea' }, done: 'Name Beatriz Calloway → Bea', not: 'Role billing →' },
  ])('says so where Fastly takes it, but answers that $kept of it is as before', async (given) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const body = JSON.stringify({ ...BILLING, ...given.answer });
    await client.fastlyFaults({ fail: { match: 'PUT', status: 200, body, times: 1 } });
    const name = given.kept === 'all' ? '' : ' --name Bea';
    await nora.command(`update ${BILLING.id} --role engineer${name}`);
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Fastly accepted'), 'the result');
    expect(wordsOf(told.blocks)).toContain(given.done);
    expect(wordsOf(told.blocks)).toContain('Fastly accepted Role engineer, but reports billing.');
    expect(wordsOf(told.blocks)).not.toContain(given.not);
  });

  it.each<{ when: string; faults: Partial<FastlyFaults>; made: boolean; words: RegExp }>([
    {
      when: 'the answer is lost and it was made',
      faults: { drop: { match: 'PUT', when: 'after', times: 2 } },
      made: true,
      words: /updated Edda Morton .*Role engineer → billing/,
    },
    {
      when: 'the connection breaks before it was made, twice',
      faults: { drop: { match: 'PUT', when: 'before', times: 2 } },
      made: false,
      words: /connection to Fastly was lost.*Check with .*get.* before you try again/,
    },
    {
      when: 'Fastly answers 500',
      faults: { fail: { match: 'PUT', status: 500, times: 1 } },
      made: false,
      words: /an error \(500\).*Check with .*get.* before you try again/,
    },
    {
      when: "the hour's limit is used up",
      faults: { rateLimitUsedUp: { reset: 4_102_444_800 } },
      made: false,
      words: /rate limit is reached until.*Nothing was changed/,
    },
  ])('tells what became of it, having looked where that helps, when $when', async (given) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults(given.faults);
    await nora.command(`update ${ENGINEER.id} --role billing`);
    const [told] = await nora.until((sees) => {
      const messages = messagesIn(sees, CDN_TEAM);
      return messages.length > 0 && messages;
    }, 'the result');
    expect(wordsOf(told?.blocks)).toMatch(given.words);
    expect((await inFastly(client, ENGINEER))?.role).toBe(given.made ? 'billing' : 'engineer');
  });
});
