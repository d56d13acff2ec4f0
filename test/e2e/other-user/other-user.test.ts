import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { BOT_ACCOUNT, ENGINEER } from '../../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../../sandbox/fastly/user.ts';
import { askForUpdate } from '../support/altering.ts';
import { approvedAfter, untilTold } from '../support/approving.ts';
import {
  openPasswordForm,
  PASSWORD_CALL,
  submitPasswords,
  untilErrorAt,
} from '../support/changing-passwords.ts';
import { GRACE } from '../support/newcomers.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace, type Workplace } from '../support/workplace.ts';

const ANOTHER = 'Fastly answered about another user than the one asked for.';
const UNCLEAR = 'It may still have gone through.';

const LOOK = `GET /user/${ENGINEER.id}`;
const UPDATE = `PUT /user/${ENGINEER.id}`;
/** Asked about the account or the token, so about nobody by name. */
const ABOUT_NOBODY = [
  'GET /current_user',
  'GET /tokens/self',
  'GET /current_customer',
  `GET /customer/${CUSTOMER_ID}/users`,
  `GET /customer/${CUSTOMER_ID}/tokens`,
  'GET /invitations?page%5Bnumber%5D=1&page%5Bsize%5D=100',
];

/** An update that is answered about somebody else, and not made. */
const NOT_MADE = { match: 'PUT ', status: 200, body: JSON.stringify({ ...ENGINEER, id: 'another1' }) };

/** A Fastly that answers about somebody else: always, or to requests that begin so. */
async function mistaken(otherUser: true | { match: string }): Promise<Workplace> {
  const workplace = await startWorkplace();
  await workplace.client.fastlyFaults({ otherUser });
  return workplace;
}

/** The calls about a user or an address, oldest first. */
async function callsAboutSomebody(client: ControlClient): Promise<string[]> {
  const lines = (await client.fastlyCalls()).map(({ method, path }) => `${method} ${path}`);
  return lines.filter((line) => !ABOUT_NOBODY.includes(line));
}

describe('where Fastly answers about another user than asked', () => {
  it.each([
    `get ${ENGINEER.login}`,
    `get ${ENGINEER.id}`,
    `reset ${ENGINEER.login}`,
    `reset ${ENGINEER.id}`,
    `update ${ENGINEER.login} --locked yes`,
    `update ${ENGINEER.id} --role superuser`,
    `delete ${ENGINEER.login}`,
    `delete ${ENGINEER.id}`,
  ])('%s says so, and goes no further', async (typed) => {
    const { client, log } = await mistaken(true);
    const nora = client.as(NORA);
    await nora.command(typed);
    expect(await untilTold(nora, ANOTHER)).toContain("Tell the bot's operator.");
    expect(await callsAboutSomebody(client)).toEqual([LOOK]);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
    expect(await log.until('Fastly answered about somebody else')).toMatchObject({ level: 50 });
  });

  it.each(['reset', 'delete'])('%s believes nothing about another account', async (subcommand) => {
    const { client } = await mistaken({ match: 'GET /current_customer' });
    const nora = client.as(NORA);
    await nora.command(`${subcommand} ${ENGINEER.login}`);
    await untilTold(nora, "Fastly answered about another account than the bot's. Tell the bot's operator.");
    const calls = await callsAboutSomebody(client);
    expect(calls.filter((line) => line !== LOOK)).toEqual([]);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it('takes nobody else for the user of its token, who is never deleted', async () => {
    const { client } = await mistaken({ match: 'GET /current_user' });
    const nora = client.as(NORA);
    await nora.command(`delete ${BOT_ACCOUNT.id}`);
    await untilTold(nora, ANOTHER);
    await client.fastlyFaults({ otherUser: false });
    await nora.command(`delete ${BOT_ACCOUNT.id}`);
    await untilTold(nora, 'The bot signs in to Fastly as this user.');
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it('whoami says so of the account', async () => {
    const { client } = await mistaken({ match: 'GET /current_customer' });
    const nora = client.as(NORA);
    await nora.command('whoami');
    const told = "as this user. Fastly answered about another account than the bot's.";
    await nora.until((sees) => messageWith(sees, CDN_TEAM, told), 'the words');
  });

  it('does not carry out a deletion that was approved', async () => {
    const { client } = await startWorkplace();
    const request = await approvedAfter(client, () => client.fastlyFaults({ otherUser: true }));
    await request.until(client.as(NORA), ANOTHER);
    expect((await callsAboutSomebody(client)).filter((line) => line.startsWith('DELETE'))).toEqual([]);
  });
});

describe('where Fastly answers a change about another user', () => {
  it('looks an update up by its id, and tells it as done where it is', async () => {
    const { client } = await mistaken({ match: 'PUT ' });
    await client.as(NORA).command(`update ${ENGINEER.login} --locked yes`);
    await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the confirmation');
    const calls = await callsAboutSomebody(client);
    expect(calls.slice(calls.indexOf(UPDATE))).toEqual([UPDATE, LOOK]);
  });

  it('tells an update as unclear where it does not show', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ fail: { ...NOT_MADE, times: 1 } });
    await nora.command(`update ${ENGINEER.login} --locked yes`);
    const told = await untilTold(nora, ANOTHER);
    expect(told).toContain(UNCLEAR);
    expect(told).not.toContain('Nothing was changed');
    const calls = await callsAboutSomebody(client);
    expect(calls.slice(calls.indexOf(UPDATE))).toEqual([UPDATE, LOOK]);
  });

  it('does not send an approved update again', async () => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
    await client.fastlyFaults({ fail: { ...NOT_MADE, times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), ANOTHER);
    const calls = await callsAboutSomebody(client);
    expect(calls.slice(calls.indexOf(UPDATE))).toEqual([UPDATE, LOOK]);
  });

  it.each([
    { subcommand: 'create', creates: 'POST /user', done: 'created' },
    { subcommand: 'invite', creates: 'POST /invitations', done: 'invited' },
  ])('looks for whom $subcommand was about, and tells it as done', async ({ subcommand, creates, done }) => {
    const { client } = await mistaken(true);
    await client.as(NORA).command(`${subcommand} ${GRACE} --role engineer`);
    const confirmation = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, done), 'the confirmation');
    expect(wordsOf(confirmation.blocks)).toContain(GRACE);
    expect(await callsAboutSomebody(client)).toEqual([creates]);
  });

  it('tells a password as unclear', async () => {
    const { client } = await mistaken(true);
    const nora = client.as(NORA);
    await openPasswordForm(nora);
    await submitPasswords(nora);
    const told = await untilErrorAt(nora, '');
    expect(told).toContain(ANOTHER);
    expect(told).toContain(UNCLEAR);
    expect(told).toContain('Check which of the two passwords works');
    expect(await callsAboutSomebody(client)).toEqual([PASSWORD_CALL]);
  });
});
