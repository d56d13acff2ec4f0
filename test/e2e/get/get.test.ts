import { describe, expect, it } from 'vitest';
import { TIMES } from '../../../src/config/times.ts';
import { CDN_TEAM, GENERAL, NORA, OPS, PARTNERS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import {
  ENGINEER,
  HOSTILE,
  LOCKED_SUPERUSER,
  LONG_NAME,
  NEVER_ACTIVE,
  NORA_USER,
  OWNER,
  PRIYA_USER,
} from '../../sandbox/fastly/people.ts';
import { completeUser } from '../../sandbox/fastly/user.ts';
import { answer } from '../support/answering.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY_MODES, SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

const NO_SUCH_USER = '{"msg":"Record not found"}';

describe.each(DELIVERY_MODES)('get, over %s', (mode) => {
  it('shows the card of a user given by id, by login, by name and by mention to the whole channel', async () => {
    const { client } = await startWorkplace(mode);
    for (const words of [NORA_USER.id, NORA_USER.login, `"${NORA_USER.name}"`, NORA_USER.name, '@nora']) {
      expect(await client.as(TOMAS).command(`get ${words}`)).toMatchObject({ acknowledged: true });
    }
    await client
      .as(PRIYA)
      .until((sees) => messagesIn(sees, CDN_TEAM).length === 5, 'five cards, seen by someone else');
    const cards = messagesIn(await client.as(PRIYA).sees(), CDN_TEAM);
    for (const card of cards) expect(wordsOf(card.blocks)).toContain(`Login* \`${NORA_USER.login}\``);
  });

  it('opens a form with a searching picker when no user is given, and posts the card to the channel it came from', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until((sees) => sees.modals[0]?.title === 'Find a user', 'the form');
    const typed = await nora.typeAhead('user-picker', 'edda mor');
    expect(typed).toMatchObject({ acknowledged: true, options: [{ value: pickerValue(ENGINEER) }] });
    expect(await nora.submit({ 'user-picker': pickerValue(ENGINEER) })).toMatchObject({ acknowledged: true });
    await nora.until(
      (sees) => sees.modals.length === 0 && messageWith(sees, CDN_TEAM, ENGINEER.login),
      'the card, and the form gone',
    );
  });

  it('asks privately which user is meant when several fit, shows that one, and takes the question away', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command('get morton');
    const question = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'users match'), 'the question');
    expect(question.ephemeral).toBe(true);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
    await answer(nora, CDN_TEAM, ENGINEER);
    await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await nora.until((sees) => !messageWith(sees, CDN_TEAM, 'users match'), 'the question to go away');
  });
});

describe('get', () => {
  it('marks the owner, Fastly superusers and who is locked', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`get ${OWNER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Owner of the account'), 'the owner to be marked');
    await nora.command(`get ${LOCKED_SUPERUSER.id}`);
    const locked = await nora.until((sees) => messageWith(sees, CDN_TEAM, '🔒'), 'the lock to be marked');
    expect(wordsOf(locked.blocks)).toContain('Fastly superuser');
    expect(wordsOf(locked.blocks)).not.toContain('Owner of the account');
  });

  it("says 'not set' for null, and leaves out what Fastly did not send", async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`get ${NEVER_ACTIVE.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, NEVER_ACTIVE.login), 'the card');
    expect(wordsOf(card.blocks)).toContain('*Last active* never');
    expect(wordsOf(card.blocks)).toContain('*2FA* not set *Locked* not set');
    await client.putFastlyUsers([
      { id: 'bare1', name: 'Bare Person', login: 'bare@example.com', last_active_at: null },
    ]);
    await client.fastlyFaults({
      fail: {
        match: 'GET /user/bare1',
        status: 200,
        body: '{"id":"bare1","login":"bare@example.com","name":null,"locked":null}',
        contentType: 'application/json',
        times: 2,
      },
    });
    await nora.command('get bare1');
    const bare = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'bare@example.com'), 'the bare card');
    expect(wordsOf(bare.blocks)).toContain('*Locked* not set');
    expect(wordsOf(bare.blocks)).toContain('*Name* not set');
    expect(wordsOf(bare.blocks)).not.toMatch(/Last active|Role|Two-factor|Created/);
  });

  it('fills its rows of two where Fastly sends everything', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers([
      completeUser({ id: 'complete1', login: 'all@example.com', two_factor_setup_required: true }),
    ]);
    const nora = client.as(NORA);
    await nora.command('get complete1');
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'all@example.com'), 'the card');
    const sections = card.blocks.flatMap(({ fields }) =>
      Array.isArray(fields) ? [fields.map((field) => /\*(.*)\*/.exec(wordsOf(field))?.[1])] : [],
    );
    expect(sections).toEqual([
      ['Login', 'Role', 'ID', 'Last active'],
      ['2FA', 'Locked', 'Limited services', 'Password change required', 'Created', 'Updated'],
    ]);
  });

  it.each([
    { enabled: true, demanded: true, says: 'on, required by the account' },
    { enabled: false, demanded: true, says: 'off, required by the account' },
    { enabled: null, demanded: true, says: 'not set, required by the account' },
    { enabled: undefined, demanded: true, says: 'required by the account' },
    { enabled: true, demanded: false, says: 'on *Locked*' },
    { enabled: false, demanded: null, says: 'off *Locked*' },
  ])('says of two-factor: $says', async ({ enabled, demanded, says }) => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers([
      completeUser({ id: 'factors1', login: 'factors@example.com', two_factor_setup_required: demanded }),
    ]);
    const answer = {
      id: 'factors1',
      login: 'factors@example.com',
      locked: false,
      two_factor_auth_enabled: enabled,
      two_factor_setup_required: demanded,
    };
    const body = JSON.stringify(answer);
    await client.fastlyFaults({
      fail: { match: 'GET /user/factors1', status: 200, body, contentType: 'application/json', times: 2 },
    });
    const nora = client.as(NORA);
    await nora.command('get factors1');
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'factors@example.com'), 'the card');
    expect(wordsOf(card.blocks)).toContain(`*2FA* ${says}`);
  });

  it('says so when the e-mail of a mentioned member is no login', async () => {
    const { client } = await startWorkplace();
    await client.removeFastlyUser(PRIYA_USER.id);
    await client.as(NORA).command('get @priya');
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'No user has'), 'the refusal');
  });

  it('shows a hostile and a very long name as they are, within what Slack allows', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`get ${HOSTILE.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, HOSTILE.login), 'the card');
    expect(wordsOf(card.blocks[0])).toContain(HOSTILE.name);
    expect(card.text).not.toMatch(/<!channel>|<@U0TOMAS01>/);
    await nora.command(`get ${LONG_NAME.id}`);
    const long = await nora.until((sees) => messageWith(sees, CDN_TEAM, LONG_NAME.login), 'the long card');
    expect(wordsOf(long.blocks)).toContain(LONG_NAME.name);
  });

  it("calls Fastly's role by its name in the picker, too", async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until(({ modals }) => modals.length > 0, 'the form');
    const offered = await nora.typeAhead('user-picker', NORA_USER.login);
    expect(offered).toMatchObject({
      options: [{ description: { text: `${NORA_USER.login} · Fastly superuser` } }],
    });
  });

  it('answers however long the words and the names are', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const long = { name: '<&>'.repeat(2_000), login: `${'y'.repeat(5_000)}@example.com` };
    await client.putFastlyUsers([
      { id: 'longperson', ...long },
      { id: 'a'.repeat(90), ...long, login: 'z@example.com' },
    ]);
    await nora.command(`get ${'x'.repeat(5_000)}`);
    const nobody = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'No user matches'), 'an answer');
    expect(wordsOf(nobody.blocks)).toContain('within the last minute may not show yet');
    await nora.command('get longperson');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'yyyy'), 'the card');
    await nora.command('get');
    await nora.until((sees) => sees.modals.length === 1, 'the form');
    const typed = await nora.typeAhead('user-picker', '<&>');
    const value = expect.stringMatching(/^longperson y{28}[\w-]{22}$/);
    expect(typed).toMatchObject({ acknowledged: true, options: [{ value }] });
    const detail = 'because '.repeat(1_000);
    await client.fastlyFaults({
      fail: {
        match: 'GET /user/',
        status: 400,
        body: JSON.stringify({ msg: 'Bad request', detail }),
        times: 1,
      },
    });
    await nora.command('get longperson');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Fastly refused this'), 'the refusal');
  });

  it('shows a result to the caller alone with --private, and in a channel shared with another company', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`get ${ENGINEER.id} --private`);
    const alone = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    expect(alone.ephemeral).toBe(true);
    await nora.command(`get ${ENGINEER.id}`, PARTNERS);
    const shared = await nora.until(
      (sees) => messageWith(sees, PARTNERS, 'people of another company'),
      'the card',
    );
    expect(shared.ephemeral).toBe(true);
  });

  it('answers in a public channel it is no member of, and privately in a private one it cannot see', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`get ${ENGINEER.id}`, GENERAL);
    await client.as(TOMAS).until((sees) => messageWith(sees, GENERAL, ENGINEER.login), 'the card in public');
    await nora.command(`get ${ENGINEER.id}`, OPS);
    const hidden = await nora.until((sees) => messageWith(sees, OPS, "can't check who reads it"), 'the card');
    expect(hidden.ephemeral).toBe(true);
  });

  it("sends a form's result as a direct message where the channel does not take it, and says so in the form", async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until((sees) => sees.modals.length === 1, 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await client.slackFaults({ refuse: { method: 'chat.postMessage', error: 'is_archived', times: 1 } });
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      (sees) => messageWith(sees, 'direct', "Slack didn't accept a post"),
      'the direct message',
    );
    expect(wordsOf((await nora.sees()).modals[0]?.blocks)).toContain('in your direct messages');
  });

  it('shows an error in the form, at the field, and takes another choice', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until((sees) => sees.modals.length === 1, 'the form');
    await nora.typeAhead('user-picker', 'morton');
    await client.removeFastlyUser(ENGINEER.id);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    const view = await nora.until(
      (sees) => sees.modals.find((modal) => modal.errors['user-picker']),
      'the error',
    );
    expect(view.errors['user-picker']).toMatch(/Fastly has no such user.*Reference [A-Z0-9]{4}-[A-Z0-9]{4}/);
  });

  it('says it is working when Fastly is slow, then that it is done', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until((sees) => sees.modals.length === 1, 'the form');
    await nora.typeAhead('user-picker', 'morton');
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({
      delay: { match: `GET /user/${ENGINEER.id}`, milliseconds: SLOW_MILLISECONDS },
    });
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Working on it'), 'the working view');
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Done.'), 'the outcome');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
  });

  it('shows the form again, filled in, when a slow Fastly refuses, and writes directly when it was closed', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    const submitSlowly = async () => {
      await nora.command('get');
      await nora.until((sees) => sees.modals.some((view) => view.callbackId === 'get.form'), 'the form');
      await nora.typeAhead('user-picker', 'morton');
      times.answerWithin = SHORT_ANSWER;
      await client.fastlyFaults({
        delay: { match: `GET /user/${ENGINEER.id}`, milliseconds: SLOW_MILLISECONDS },
        fail: { match: `GET /user/${ENGINEER.id}`, status: 404, body: NO_SUCH_USER, times: 2 },
      });
      await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
      await nora.until(
        (sees) => wordsOf(sees.modals[0]?.blocks).includes('Working on it'),
        'the working view',
      );
    };
    await submitSlowly();
    const again = await nora.until(
      (sees) => sees.modals[0]?.callbackId === 'get.form' && sees.modals[0],
      'the form again',
    );
    expect(wordsOf(again.blocks)).toContain('Fastly has no such user');
    await nora.close(true);
    await submitSlowly();
    await nora.close(true);
    await nora.until((sees) => messageWith(sees, 'direct', 'Fastly has no such user'), 'the direct message');
  });

  it('says when the picker cannot reach Fastly, and does not take that for a user', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ down: true });
    await nora.command('get');
    await nora.until((sees) => sees.modals.length === 1, 'the form');
    const typed = await nora.typeAhead('user-picker', 'mor');
    expect(JSON.stringify(typed)).toContain("Users can't be loaded now");
    await nora.submit({ 'user-picker': '-' });
    await nora.until(
      (sees) => sees.modals[0]?.errors['user-picker'] === 'Choose a user from the list.',
      'the error',
    );
  });

  it('says in the picker that Fastly is slow, and has the users when it has answered', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match: 'GET /customer/', milliseconds: SLOW_MILLISECONDS } });
    await nora.command('get');
    await nora.until((sees) => sees.modals.length === 1, 'the form');
    expect(JSON.stringify(await nora.typeAhead('user-picker', 'mor'))).toContain(
      'Fastly is slow. Type again',
    );
    times.answerWithin = TIMES.answerWithin;
    expect(JSON.stringify(await nora.typeAhead('user-picker', 'mort'))).toContain(ENGINEER.login);
    const lists = (await client.fastlyCalls()).filter(({ path }) => path.startsWith('/customer/'));
    expect(lists).toHaveLength(1);
  });
});
