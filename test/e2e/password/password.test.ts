import { describe, expect, it } from 'vitest';
import { TIMES } from '../../../src/config/times.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER, PASSWORD, TOMAS_USER } from '../../sandbox/fastly/people.ts';
import { auditEntries, databaseInFile, untilTold } from '../support/approving.ts';
import {
  CHOSEN,
  isPasswordOf,
  openPasswordForm,
  PASSWORD_CALL,
  passwordCalls,
  passwordForm,
  submitPasswords,
  type Typed,
  typedInto,
  untilErrorAt,
} from '../support/changing-passwords.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

const refusing = (status: number, body: object): Partial<FastlyFaults> => ({
  fail: { match: PASSWORD_CALL, status, body: JSON.stringify(body), times: 1 },
});
const SLOW = { delay: { match: PASSWORD_CALL, milliseconds: SLOW_MILLISECONDS } };

describe('password', () => {
  it('changes it from the form, and tells the channel who changed whose and when, no more', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    const form = await openPasswordForm(nora);
    expect(wordsOf(form.blocks)).toMatch(
      /You need the current one\..*\/fastly-user reset.*passes through Slack's servers.*neither password/,
    );
    await submitPasswords(nora);
    const confirmation = await workplace.client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, 'changed the password'), 'the confirmation');
    expect(wordsOf(confirmation.blocks).trim()).toBe(
      `🔑  <@${NORA.id}>  changed the password of  ${ENGINEER.login} ,  .`.replace(/\s+/g, ' '),
    );
    expect(JSON.stringify(confirmation.blocks)).toContain('"type":"date"');
    expect((await nora.sees()).modals).toEqual([]);
    expect((await passwordCalls(workplace)).map(({ auth, status }) => [auth, status])).toEqual([
      ['basic', 200],
    ]);
    expect(await isPasswordOf(workplace, ENGINEER.login, CHOSEN)).toBe(true);
  });

  it('shows the form again with empty passwords when a slow Fastly refuses, with errors at its own fields', async () => {
    const workplace = await startWorkplace();
    const { client, times } = workplace;
    const nora = client.as(NORA);
    const first = await openPasswordForm(nora);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults(SLOW);
    await submitPasswords(nora, { current: 'not-The-one-123' });
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Working on it'), 'the working view');
    const again = await nora.until(passwordForm, 'the form again');
    expect(wordsOf(again.blocks)).toContain('Wrong login or current password');
    expect(typedInto(again)).toEqual({
      login: ENGINEER.login,
      'secret.current-password': null,
      'secret.new-password': null,
    });
    const passwordBlocks = (values: object) => Object.keys(values).filter((block) => block !== 'login');
    expect(passwordBlocks(again.values)).toHaveLength(2);
    for (const block of passwordBlocks(again.values)) expect(first.values).not.toHaveProperty([block]);
    await client.fastlyFaults({ delay: null });
    times.answerWithin = TIMES.answerWithin;
    await submitPasswords(nora, { current: 'nor-This-one-123' });
    await untilErrorAt(nora, 'current-password');
    await submitPasswords(nora, { chosen: 'short' });
    await untilErrorAt(nora, 'new-password');
    await submitPasswords(nora);
    await nora.until(
      (sees) => sees.modals.length === 0 && messageWith(sees, CDN_TEAM, 'changed the password'),
      'the confirmation',
    );
  });

  it('refuses words after it without repeating them, and says how to go on', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    const words = ['hunter2', '"hunter2', '--hunter2', '--private=hunter2', '“hunter2 hunter2', '—hunter2'];
    const lines = [...words.map((each) => `password ${each}`), 'password=hunter2', '"password hunter2'];
    for (const line of lines) await nora.command(line);
    const told = await nora.until((sees) => {
      const messages = messagesIn(sees, CDN_TEAM);
      return messages.length === lines.length && messages;
    }, 'every refusal');
    for (const { ephemeral, blocks } of told) {
      expect(ephemeral).toBe(true);
      expect(wordsOf(blocks)).toMatch(/choose another password\. Run \/fastly-user password on its own/);
    }
    expect(JSON.stringify([told, log.lines, await client.slackCalls()])).not.toContain('hunter2');
    expect((await nora.sees()).modals).toEqual([]);
  });
});

describe('password, switched off', () => {
  it('says so, and repeats no words after it either', async () => {
    const { client, log } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'password' });
    const nora = client.as(NORA);
    await nora.command('password "hunter2');
    const told = await untilTold(nora, 'password is disabled in this workspace');
    expect(JSON.stringify([told, log.lines])).not.toContain('hunter2');
  });
});

describe('the form of password', () => {
  it.each<[string, string, Typed, RegExp]>([
    ['a login with a space', 'login', { login: 'edda morton@example.com' }, /can't contain spaces/],
    ['a login with a colon', 'login', { login: 'edda:morton@example.com' }, /can't contain spaces or colons/],
    ['a login of spaces', 'login', { login: '   ' }, /Type the login/],
    [
      'what is no login',
      'login',
      { login: 'quince-Lantern-48' },
      /neither a known login nor an email address/,
    ],
    [
      'the password as the login',
      'login',
      { login: 'a@b-Lantern-4', current: 'a@b-Lantern-4' },
      /the same as/,
    ],
    [
      'an address without a dot',
      'login',
      { login: 'Horse@Battery-77' },
      /neither a known login nor an email address/,
    ],
    [
      'an address that ends in digits',
      'login',
      { login: 'Horse@Battery.77' },
      /neither a known login nor an email address/,
    ],
    [
      'what no domain can have',
      'login',
      { login: 'Horse@Batt_ery!.de' },
      /neither a known login nor an email address/,
    ],
    [
      'the current password and the login swapped',
      'login',
      { login: 'Horse@Battery-77', current: ENGINEER.login },
      /may be mixed up/,
    ],
    [
      'the new password and the login swapped',
      'login',
      { login: 'Horse@Battery.eu', chosen: ` ${ENGINEER.login} ` },
      /may be mixed up/,
    ],
    [
      "a login of another account's as a password",
      'login',
      { login: 'Horse@Battery.eu', current: 'somebody@example.com' },
      /may be mixed up/,
    ],
    ['the login of another user as a password', 'login', { current: TOMAS_USER.login }, /may be mixed up/],
    ['11 characters', 'new-password', { chosen: 'abcdef-1234' }, /^This password is too short\.$/],
    ['no letter', 'new-password', { chosen: '1234-5678-9012' }, /^This password lacks a letter\.$/],
    ['no digit', 'new-password', { chosen: 'abcd-efgh-ijkl' }, /^This password lacks a digit\.$/],
    [
      'no special character',
      'new-password',
      { chosen: 'abcd1234efgh' },
      /^This password lacks a special character such as ! or -\.$/,
    ],
    [
      'two of it missing',
      'new-password',
      { chosen: 'abcdef1' },
      /^This password is too short and lacks a special character such as ! or -\.$/,
    ],
    [
      'all but a special character missing',
      'new-password',
      { chosen: ' ' },
      /^This password is too short and lacks a letter and a digit\.$/,
    ],
    ['the current one', 'new-password', { chosen: PASSWORD }, /is the current password/],
  ])('refuses %s at its field, and asks Fastly for no change', async (_what, field, typed, words) => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const nora = workplace.client.as(NORA);
    await openPasswordForm(nora);
    await submitPasswords(nora, typed);
    expect(await untilErrorAt(nora, field)).toMatch(words);
    expect(await passwordCalls(workplace)).toEqual([]);
    expect(await auditEntries(database)).toEqual([]);
    expect(JSON.stringify(workplace.log.lines)).not.toContain('Horse');
  });

  it('takes a password that looks like an address where the login is a user', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openPasswordForm(nora);
    await submitPasswords(nora, { chosen: 'amber@Thicket-902.example' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'changed the password'), 'the confirmation');
  });

  it.each<[string, string, Typed, Partial<FastlyFaults>, RegExp]>([
    [
      'a wrong current password',
      'current-password',
      { current: 'not-The-one-123' },
      {},
      /^Wrong login or current password\. Nothing was changed\.$/,
    ],
    [
      'a login it does not know',
      'current-password',
      { login: 'nobody@example.com' },
      {},
      /^Wrong login or current password\. Nothing was changed\.$/,
    ],
    [
      'a new password that is too weak',
      'new-password',
      {},
      refusing(400, { msg: 'Record invalid', detail: 'Password is too easy to guess' }),
      /^Fastly rejected this password as too weak\. Nothing was changed\. Choose a longer one, or one that is harder to guess\.$/,
    ],
    [
      'one that was there before',
      'new-password',
      {},
      refusing(422, { title: 'New password must differ from the current password', errors: null }),
      /^This password was used before\. Nothing was changed\. Choose another one\.$/,
    ],
    [
      'the current password in words',
      'current-password',
      {},
      refusing(400, { msg: 'Bad request', detail: 'Old password is not correct' }),
      /^Wrong current password\. Nothing was changed\.$/,
    ],
    [
      'the login, which may not',
      'login',
      {},
      refusing(403, { msg: 'Access denied' }),
      /doesn't let this login change its password through the bot\. Nothing was changed/,
    ],
    [
      'it in words that say nothing about the fields',
      'login',
      {},
      refusing(400, { msg: "Not 'amber-Thicket-902'" }),
      /^Fastly refused this for a reason that isn't shown, .*Nothing was changed\. Change the password in Fastly\.$/,
    ],
    ['more changes this hour', 'login', {}, refusing(429, {}), /rate limit is reached/],
  ])('shows that Fastly refuses %s, at its field', async (_what, field, typed, faults, words) => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const nora = workplace.client.as(NORA);
    await openPasswordForm(nora);
    await workplace.client.fastlyFaults(faults);
    await submitPasswords(nora, typed);
    const error = await untilErrorAt(nora, field);
    expect(error).toMatch(words);
    expect(error).not.toContain("bot's token");
    expect((await auditEntries(database)).map(({ event }) => event)).toEqual(['begun', 'failed']);
    await workplace.client.fastlyFaults({ fail: null });
    await submitPasswords(nora);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'changed the password'), 'the confirmation');
  });

  it('says that single sign-on makes a password of no use before it asks for one', async () => {
    const { client } = await startWorkplace();
    await client.patchFastlyAccount({ force_sso: true });
    expect(wordsOf((await openPasswordForm(client.as(NORA))).blocks)).toContain('single sign-on');
  });

  it('waits while Fastly is slow to tell of the account, and opens where it does not tell', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({
      delay: { match: 'GET /current_customer', milliseconds: 1_000 },
      fail: {
        match: 'GET /current_customer',
        status: 401,
        body: '{"msg":"Provided credentials are missing or invalid"}',
        times: 1,
      },
    });
    await nora.command('password');
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('One moment'), 'the loading view');
    await nora.until(passwordForm, 'the form');
  });

  it('says that it worked when Fastly was slow, and writes directly when it was closed meanwhile', async () => {
    const workplace = await startWorkplace();
    const { client, times } = workplace;
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults(SLOW);
    await openPasswordForm(nora);
    await submitPasswords(nora);
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Done.'), 'the outcome');
    await nora.close(true);
    await openPasswordForm(nora);
    await submitPasswords(nora, { current: PASSWORD });
    await nora.close(true);
    await untilTold(nora, 'Wrong login or current password', 'direct');
  });
});
