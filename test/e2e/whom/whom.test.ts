import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, LIMITED_ENGINEER, NORA_USER } from '../../sandbox/fastly/people.ts';
import { completeUser } from '../../sandbox/fastly/user.ts';
import { answer, untilAsked } from '../support/answering.ts';
import { deliveryTo, startForgedSlack, superuser } from '../support/forged-delivery.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace, type Workplace } from '../support/workplace.ts';

const ASHLEE = completeUser({ id: 'ashlee1', name: 'Ashlee Quill', login: 'ashlee@example.com' });
const THERESA = completeUser({ id: 'theresa1', name: 'Theresa Voss', login: 'theresa@example.com' });

const resetsIn = async ({ client }: Workplace) =>
  (await client.fastlyCalls())
    .filter(({ path }) => path.endsWith('/password/request_reset'))
    .map(({ path }) => decodeURIComponent(path.split('/')[2] ?? ''));

describe('whom a command means', () => {
  async function start(): Promise<Workplace> {
    const workplace = await startWorkplace();
    await workplace.client.putFastlyUsers([ASHLEE, THERESA]);
    return workplace;
  }

  it.each([
    [
      'lee@example.com',
      'No user has the login lee@example.com . Nothing was done. Similar: ashlee@example.com',
    ],
    ['@here', "@here isn't a user. Type a name, an email or an ID."],
    ['edda.morton@example.com silas.morton@example.com', 'Type one email on its own, without other words.'],
    ['edda.morton@example.com left us', 'A reason goes after --reason'],
    ['“Edda Morton', "The quote before Edda Morton isn't closed."],
  ])('refuses to reset %s', async (typed, why) => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await nora.command(`reset ${typed}`);
    const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the refusal');
    expect(wordsOf(told.blocks)).toContain(why);
    expect(told.ephemeral).toBe(true);
    expect(await resetsIn(workplace)).toEqual([]);
  });

  it.each([
    ['(edda.morton@example.com),', ENGINEER],
    ['„Edda Morton“', ENGINEER],
    ['EDDA.MORTON@EXAMPLE.COM', ENGINEER],
    ['@nora,', NORA_USER],
  ])('resets at once who is certain: %s', async (typed, user) => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await nora.command(`reset ${typed}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    expect(await resetsIn(workplace)).toEqual([user.login]);
  });

  it('asks first who only fits, alone, with one button that says what happens', async () => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await nora.command('reset theresa');
    const question = await untilAsked(nora, CDN_TEAM);
    expect(question.ephemeral).toBe(true);
    expect(wordsOf(question.blocks)).toContain('One user matches theresa . Is it the right one?');
    expect(wordsOf(question.blocks)).toContain(THERESA.login);
    expect(wordsOf(question.blocks)).toContain(`Reset ${THERESA.name}`);
    expect(await resetsIn(workplace)).toEqual([]);
    await answer(nora, CDN_TEAM, THERESA);
    await workplace.client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    await nora.until((sees) => !messageWith(sees, CDN_TEAM, 'Is it the right one?'), 'the question to go');
    expect(await resetsIn(workplace)).toEqual([THERESA.login]);
  });

  it('asks anew where the user has another login by then', async () => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await nora.command('reset theresa');
    const question = await untilAsked(nora, CDN_TEAM);
    const renamed = { ...THERESA, login: 'somebody.else@example.com' };
    await workplace.client.putFastlyUsers([renamed]);
    await nora.click({
      channel: CDN_TEAM.id,
      ts: question.ts,
      actionId: 'user.choose',
      blockId: THERESA.id,
    });
    const again = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'has another login now. Nothing was done.'),
      'the question once more',
    );
    expect(wordsOf(again.blocks)).toContain(renamed.login);
    expect(await resetsIn(workplace)).toEqual([]);
    await answer(nora, CDN_TEAM, THERESA);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    expect(await resetsIn(workplace)).toEqual([renamed.login]);
  });
});

describe('a question whom a command means', () => {
  it('is asked anew where only the end of a long login is another', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    const long = `theresa.${'x'.repeat(50)}`;
    await client.putFastlyUsers([{ ...THERESA, login: `${long}@example.com` }]);
    await nora.command('reset theresa');
    await untilAsked(nora, CDN_TEAM);
    await client.putFastlyUsers([{ ...THERESA, login: `${long}@elsewhere.example.com` }]);
    await answer(nora, CDN_TEAM, THERESA);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'has another login now.'), 'the question');
    expect(await resetsIn(workplace)).toEqual([]);
  });

  it('shows a near login without doing anything to it', async () => {
    const workplace = await startWorkplace();
    await workplace.client.putFastlyUsers([ASHLEE]);
    const nora = workplace.client.as(NORA);
    await nora.command('delete lee@example.com');
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Similar:'), 'the near logins');
    await nora.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'user.choose' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, `ID* \`${ASHLEE.id}\``), 'the card');
  });

  it('is a form where more users match than a message has buttons for', async () => {
    const workplace = await startWorkplace();
    const many = Array.from({ length: 7 }, (_, index) =>
      completeUser({ id: `many${index}`, name: `Quimby ${index}`, login: `quimby.${index}@example.com` }),
    );
    await workplace.client.putFastlyUsers(many);
    const nora = workplace.client.as(NORA);
    await nora.command('update quimby --role billing');
    const form = await nora.until((sees) => sees.modals[0], 'the form');
    expect(wordsOf(form.blocks)).toContain('7 users match quimby . Which one do you mean?');
    expect(wordsOf(form.blocks)).toContain('To be set: Role billing.');
    await nora.submit({ 'user-picker': 'many3 quimby.3@example.com' });
    const done = await nora.until((sees) => messageWith(sees, CDN_TEAM, '→ billing'), 'the change');
    expect(wordsOf(done.blocks)).toContain('Quimby 3');
  });

  it('is asked anew after that form, too, where the user has another login by then', async () => {
    const { client } = await startWorkplace();
    const many = Array.from({ length: 7 }, (_, index) =>
      completeUser({ id: `many${index}`, name: `Quimby ${index}`, login: `quimby.${index}@example.com` }),
    );
    await client.putFastlyUsers(many);
    const nora = client.as(NORA);
    await nora.command('update quimby --role billing');
    await nora.until((sees) => sees.modals[0], 'the form');
    const renamed = completeUser({ id: 'many3', name: 'Quimby 3', login: 'somebody.else@example.com' });
    await client.putFastlyUsers([renamed]);
    await nora.submit({ 'user-picker': 'many3 quimby.3@example.com' });
    await nora.until(
      ({ modals }) => wordsOf(modals[0]?.blocks).includes('Answer the question that the bot sent you.'),
      'the form to say so',
    );
    const asked = await nora.until((sees) => messageWith(sees, 'direct', renamed.login), 'the question');
    expect(wordsOf(asked.blocks)).toContain('Is it still the right user?');
    expect((await client.fastlyCalls()).filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('finds the user by the login of now, once a form was refused for that', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await client.putFastlyUsers([THERESA]);
    const nora = client.as(NORA);
    await nora.command('reset');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', 'theresa');
    await nora.fill('user-picker', pickerValue(THERESA));
    const renamed = { ...THERESA, login: 'somebody.else@example.com' };
    await client.putFastlyUsers([renamed]);
    await nora.submit();
    await nora.until(
      ({ modals }) => modals[0]?.errors['user-picker']?.includes('choose the user again'),
      'the refusal',
    );
    const found = await nora.typeAhead('user-picker', 'theresa');
    expect(JSON.stringify(found)).toContain(pickerValue(renamed));
    expect(await resetsIn(workplace)).toEqual([]);
  });

  it('names what is to be set before it is set', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command('update silas --locked yes --reason "On leave"');
    expect(wordsOf((await untilAsked(nora, CDN_TEAM)).blocks)).toContain('To be set: Locked yes.');
    await answer(nora, CDN_TEAM, LIMITED_ENGINEER);
    const done = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Reason: On leave'), 'the change');
    expect(wordsOf(done.blocks)).toContain(LIMITED_ENGINEER.login);
  });
});

describe('what was typed may be a secret', () => {
  const SECRET = 'Hunter2!horse';

  it.each([
    `get ${SECRET}`,
    `${SECRET} --private`,
    `reset ${SECRET}@nowhere.test`,
    `update edda.morton@example.com --role ${SECRET}`,
    `update edda.morton@example.com --Hunter2horse yes`,
    `update edda.morton@example.com --locked ${SECRET}`,
    `whoami ${SECRET}`,
    `invite ${SECRET}`,
    `list --role ${SECRET}`,
    `get "${SECRET}`,
  ])('so a refusal repeats it to the caller alone, and never in the log: %s', async (text) => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(text);
    const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the refusal');
    expect(told.ephemeral).toBe(true);
    const line = await log.until('refused');
    expect(JSON.stringify(line)).not.toMatch(/hunter2/i);
    expect(log.text).not.toMatch(/hunter2/i);
  });

  it('so a direct message, which stays, says the same without it', async () => {
    const slack = await startForgedSlack('http');
    const gone = new URL('/gone', slack.responseUrl).href;
    await slack.deliver(
      deliveryTo({ kind: 'command', id: '/fastly-user' }, superuser, gone, { text: `get ${SECRET}` }),
    );
    const nora = slack.client.as(NORA);
    const told = await nora.until((sees) => messageWith(sees, 'direct', 'No user matches'), 'the refusal');
    expect(wordsOf(told.blocks)).toContain('No user matches what you typed .');
    expect(JSON.stringify(await nora.sees())).not.toMatch(/hunter2/i);
  });

  it('nor does a question there repeat it', async () => {
    const slack = await startForgedSlack('http');
    await slack.client.putFastlyUsers([THERESA]);
    const gone = new URL('/gone', slack.responseUrl).href;
    const typed = { kind: 'command', id: '/fastly-user' } as const;
    await slack.deliver(deliveryTo(typed, superuser, gone, { text: 'reset heresa vos' }));
    const nora = slack.client.as(NORA);
    const asked = await nora.until((sees) => messageWith(sees, 'direct', THERESA.login), 'the question');
    expect(wordsOf(asked.blocks)).toContain('One user matches what you typed . Is it the right one?');
    expect(asked.text).not.toContain('heresa vos ');
  });
});
