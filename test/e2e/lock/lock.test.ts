import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import {
  BOT_ACCOUNT,
  ENGINEER,
  LOCKED_SUPERUSER,
  OWNER,
  THIRD_SUPERUSER,
} from '../../sandbox/fastly/people.ts';
import { inFastly, updateOf, updates } from '../support/altering.ts';
import {
  askForDeletion,
  auditEntries,
  databaseInFile,
  openRequest,
  untilRefusedInForm,
  untilTold,
} from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const SECOND_SESSION = { ...SESSION, id: 'session2' };

/** A workplace in which the engineer has two browser sessions, and a token that a program uses. */
async function startWithSessions(variables: Record<string, string> = {}): Promise<Workplace> {
  const workplace = await startWorkplace(DELIVERY, variables);
  await workplace.client.putFastlyTokens([SESSION, SECOND_SESSION, CI_PURGE]);
  return workplace;
}

/** The calls that changed something, in their order. */
async function changes({ client }: Workplace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

async function untilSaid(who: ActingMember, words: string): Promise<SeenMessage> {
  return await who.until((sees) => messageWith(sees, CDN_TEAM, words), `'${words}'`);
}

const actionsOf = ({ blocks }: SeenMessage) => elementsOf(blocks).map(({ action_id }) => action_id);

const EMAILED = `✉️ Fastly emails a password reset to ${ENGINEER.login}`;
const RESET = `POST /user/${encodeURIComponent(ENGINEER.login)}/password/request_reset`;

describe('lock', () => {
  it('locks at once, says what stays, and offers to unlock', async () => {
    const workplace = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`lock ${ENGINEER.login} --reason "Lost laptop"`);
    const told = await untilSaid(tomas, `🔒 <@${NORA.id}> locked ${ENGINEER.name}`);
    const words = wordsOf(told.blocks);
    expect(words).toContain('Browser sessions and API tokens of a locked user may go on working.');
    expect(words).toContain('Reason: Lost laptop');
    expect(words).toContain('Unlock');
    await nora.until((sees) => messageWith(sees, AUDIT_TRAIL, `locked ${ENGINEER.name}`), 'the copy');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { locked: 'true' })]);
    await tomas.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'update.undo' });
    const undone = await tomas.until(
      (sees) => messageWith(sees, CDN_TEAM, `Undone by <@${TOMAS.id}>`),
      'Undo',
    );
    expect(undone.ts).toBe(told.ts);
    expect(wordsOf(undone.blocks)).toContain('Reason: Lost laptop');
    expect((await inFastly(client, ENGINEER))?.locked).toBe(false);
    await untilSaid(tomas, 'Unlocking brings back no browser session and no API token that has ended.');
  });

  it('ends the browser sessions and emails a reset after the lock, in one message that fills', async () => {
    const database = await databaseInFile();
    const workplace = await startWithSessions(database);
    const { client } = workplace;
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: 'DELETE /tokens/session1', when: 'after', times: 1 } });
    await nora.command(`lock ${ENGINEER.id} --end-sessions --email-reset`);
    await client.untilHeld('fastly');
    const begun = await untilSaid(nora, '⏳ Ending browser sessions…');
    await client.fastlyFaults({ hold: null });
    const done = await untilSaid(nora, EMAILED);
    expect(done.ts).toBe(begun.ts);
    const words = wordsOf(done.blocks);
    expect(words).toContain('✅ 2 browser sessions ended.');
    expect(words).toContain('API tokens of a locked user may go on working.');
    expect(words).not.toContain('⏳');
    expect(actionsOf(done)).toEqual(['update.undo']);
    const [lock, ...rest] = await changes(workplace);
    expect(lock).toBe(`PUT /user/${ENGINEER.id}`);
    expect(rest.slice(0, 2).toSorted()).toEqual(['DELETE /tokens/session1', 'DELETE /tokens/session2']);
    expect(rest.slice(2)).toEqual([RESET]);
    expect((await client.fastlyTokens()).map(({ id }) => id)).toContain(CI_PURGE.id);
    await nora.click({ channel: CDN_TEAM.id, ts: done.ts, actionId: 'update.undo' });
    const undone = await untilSaid(nora, `Undone by <@${NORA.id}>`);
    expect(undone.ts).toBe(done.ts);
    expect(wordsOf(undone.blocks)).toContain('✅ 2 browser sessions ended.');
    const entries = (await auditEntries(database)).slice(0, 6);
    expect(entries.map(({ change, event }) => `${change} ${event}`)).toEqual([
      ...['lock begun', 'lock done', 'end-sessions begun', 'end-sessions done', 'reset begun', 'reset done'],
    ]);
    expect(entries.at(2)?.details.tokens).toEqual(expect.arrayContaining(['session1', 'session2']));
  });

  it.each([
    { whom: "the bot's own user", user: BOT_ACCOUNT, why: 'The bot signs in to Fastly as this user.' },
    { whom: "the account's owner", user: OWNER, why: 'This user owns the Fastly account.' },
  ])('is refused for $whom, whose sessions are left alone', async ({ user, why }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await client.putFastlyTokens([{ ...SESSION, user_id: user.id }]);
    await client.patchFastlyAccount({ owner_id: OWNER.id });
    await client.putFastlyUsers([{ ...user, role: 'user' }]);
    await client.as(NORA).command(`lock ${user.id} --end-sessions`);
    await untilTold(client.as(NORA), why);
    expect(await changes(workplace)).toEqual([]);
  });

  it('is a request for a Fastly superuser', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await nora.command(`lock ${THIRD_SUPERUSER.id}`);
    await nora.until((sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER), 'the request');
    expect(await changes(workplace)).toEqual([]);
  });

  it('refuses a reset where it is of no use, before anything is done', async () => {
    const workplace = await startWithSessions();
    await workplace.client.patchFastlyAccount({ force_sso: true });
    await workplace.client.as(NORA).command(`lock ${ENGINEER.id} --email-reset`);
    await untilTold(workplace.client.as(NORA), 'requires single sign-on. Nothing was done.');
    expect(await changes(workplace)).toEqual([]);
  });

  it('asks for a reason that the request to revoke needs, before anything is done', async () => {
    const workplace = await startWithSessions({ REASON_REQUIRED_FOR: 'revoke' });
    const nora = workplace.client.as(NORA);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens`);
    await untilTold(nora, 'A reason is needed. Nothing was done.');
    expect(await changes(workplace)).toEqual([]);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens --reason "Lost laptop"`);
    await untilSaid(nora, `🔒 <@${NORA.id}> locked ${ENGINEER.name}`);
  });

  it('is noted by the request to delete the same user', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await nora.command(`lock ${ENGINEER.id}`);
    await request.until(nora, '*Locked* yes');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Deleted');
  });

  it('does not lock again who is locked, but still ends the sessions', async () => {
    const workplace = await startWithSessions();
    const { client } = workplace;
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, locked: true }]);
    await nora.command(`lock ${ENGINEER.id}`);
    await untilTold(nora, 'is already locked');
    expect(await changes(workplace)).toEqual([]);
    await nora.command(`lock ${ENGINEER.id} --end-sessions`);
    const done = await untilSaid(nora, '✅ 2 browser sessions ended.');
    expect(actionsOf(done)).toEqual([]);
  });
});

describe('to revoke tokens after a lock', () => {
  const untilRequest = (who: ActingMember) =>
    who.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');

  it('is a request that waits, with the user locked already', async () => {
    const workplace = await startWithSessions();
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens --reason "Lost laptop"`);
    const told = await untilSaid(nora, "asks to revoke 1 API token. What isn't revoked may go on working.");
    const request = await untilRequest(nora);
    expect(wordsOf(told.blocks)).toContain(`🔑 Request ${request.id}`);
    expect(request.words(await nora.sees())).toContain('Lost laptop');
    expect(await changes(workplace)).toEqual([`PUT /user/${ENGINEER.id}`]);
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Revoked');
    expect(await changes(workplace)).toEqual([`PUT /user/${ENGINEER.id}`, `DELETE /tokens/${CI_PURGE.id}`]);
  });

  it('is done at once where that needs no approval', async () => {
    const workplace = await startWithSessions({ APPROVAL_REQUIRED_FOR: 'delete' });
    const nora = workplace.client.as(NORA);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens`);
    await untilSaid(nora, '✅ Revoked');
    expect(await changes(workplace)).toEqual([`PUT /user/${ENGINEER.id}`, `DELETE /tokens/${CI_PURGE.id}`]);
  });

  it('tells of tokens that were made since', async () => {
    const { client } = await startWithSessions();
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: 'POST /user/', when: 'after', times: 1 } });
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens --email-reset`);
    await client.untilHeld('fastly');
    await client.putFastlyTokens([{ ...CI_PURGE, id: 'late1', name: 'just-made' }]);
    await client.fastlyFaults({ hold: null });
    await untilSaid(nora, '⚠️ 1 API token made since: just-made');
  });

  it('says so where there is none', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens`);
    await untilSaid(nora, '✅ There was no API token to revoke.');
    expect(await changes(workplace)).toEqual([`PUT /user/${ENGINEER.id}`]);
  });

  it('is refused before the lock where nobody could see the request', async () => {
    const workplace = await startWithSessions();
    const nora = workplace.client.as(NORA);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens --private`);
    await untilTold(nora, "Approvers can't see a private request.");
    expect(await changes(workplace)).toEqual([]);
  });

  it('is told to have failed, and offered again, where another request about the user is open', async () => {
    const workplace = await startWithSessions();
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const deletion = await askForDeletion(client, NORA, ENGINEER);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens`);
    const told = await untilSaid(nora, "Revoking API tokens wasn't requested.");
    expect(wordsOf(told.blocks)).toContain('A request about this user is already open');
    expect(actionsOf(told)).toEqual(['update.undo', 'lock.revoke']);
    await deletion.take(tomas, 'deny');
    await deletion.until(nora, 'denied the request');
    await tomas.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'lock.revoke' });
    const done = await untilSaid(tomas, 'asks to revoke 1 API token');
    expect(done.ts).toBe(told.ts);
    expect(actionsOf(done)).toEqual(['update.undo']);
  });
});

describe('a step that fails', () => {
  it('leaves the others told as done, and is offered again', async () => {
    const workplace = await startWithSessions();
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.fastlyFaults({
      fail: { match: 'DELETE /tokens/', status: 403, body: '{"msg":"Access denied"}', times: 2 },
    });
    await nora.command(`lock ${ENGINEER.id} --end-sessions --email-reset`);
    const told = await untilSaid(nora, EMAILED);
    expect(wordsOf(told.blocks)).toContain('⚠️ Not all browser sessions were ended.');
    expect(actionsOf(told)).toEqual(['update.undo', 'lock.end-sessions']);
    await tomas.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'lock.end-sessions' });
    const done = await untilSaid(tomas, '✅ 2 browser sessions ended.');
    expect(done.ts).toBe(told.ts);
    expect(actionsOf(done)).toEqual(['update.undo']);
    expect((await changes(workplace)).filter((each) => each === RESET)).toHaveLength(1);
  });

  it('tells, once it is done, of tokens made since the request to revoke the others', async () => {
    const { client } = await startWithSessions();
    const nora = client.as(NORA);
    await client.fastlyFaults({
      fail: { match: 'DELETE /tokens/', status: 403, body: '{"msg":"Access denied"}', times: 2 },
    });
    await nora.command(`lock ${ENGINEER.id} --end-sessions --revoke-tokens`);
    const told = await untilSaid(nora, 'asks to revoke 1 API token');
    expect(wordsOf(told.blocks)).not.toContain('made since');
    await client.putFastlyTokens([{ ...CI_PURGE, id: 'late1', name: 'just-made' }]);
    await nora.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'lock.end-sessions' });
    await untilSaid(nora, '⚠️ 1 API token made since: just-made');
  });

  it('is looked up where the answer is lost, and then done', async () => {
    const workplace = await startWithSessions();
    const { client } = workplace;
    await client.fastlyFaults({ drop: { match: 'DELETE /tokens/', when: 'after', times: 2 } });
    await client.as(NORA).command(`lock ${ENGINEER.id} --end-sessions`);
    await untilSaid(client.as(NORA), '✅ 2 browser sessions ended.');
    expect((await changes(workplace)).filter((each) => each.startsWith('DELETE'))).toHaveLength(2);
  });

  it('is not offered again where an email may have been sent', async () => {
    const { client } = await startWithSessions();
    await client.fastlyFaults({ drop: { match: 'POST /user/', when: 'after', times: 1 } });
    await client.as(NORA).command(`lock ${ENGINEER.id} --email-reset`);
    const told = await untilSaid(client.as(NORA), "It's unclear whether the password reset was sent.");
    expect(actionsOf(told)).toEqual(['update.undo']);
  });

  it('is left as it is once the user is unlocked', async () => {
    const workplace = await startWithSessions();
    const { client } = workplace;
    const nora = client.as(NORA);
    await client.fastlyFaults({ tokensUnreadable: true });
    await nora.command(`lock ${ENGINEER.id} --end-sessions`);
    const told = await untilSaid(nora, '⚠️ Not all browser sessions were ended.');
    await client.fastlyFaults({ tokensUnreadable: false });
    await client.putFastlyUsers([ENGINEER]);
    await nora.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'lock.end-sessions' });
    await untilTold(nora, "isn't locked any more. Nothing was done.");
    expect(await changes(workplace)).toEqual([`PUT /user/${ENGINEER.id}`]);
  });
});

describe('the form to lock a user', () => {
  const untilForm = (who: ActingMember) =>
    who.until(({ modals }) => modals.find(({ callbackId }) => callbackId === 'lock.form'), 'the form');
  const ticked = (...steps: string[]) => ({ steps, reason: null });

  it("says in a direct message why API tokens can't be revoked from there", async () => {
    const { client } = await startWithSessions();
    const nora = client.as(NORA);
    const direct = `D${NORA.id.slice(1)}`;
    await nora.command(`get ${ENGINEER.id}`, direct);
    await untilTold(nora, ENGINEER.login, 'direct');
    await nora.click({ channel: direct, actionId: 'lock.button' });
    const words = wordsOf((await untilForm(nora)).blocks);
    expect(words).not.toContain('Revoke API tokens');
    expect(words).toContain("API tokens can't be revoked from here. Approvers can't see this conversation.");
  });

  it('opens from the card, says what locking does, and takes ticks', async () => {
    const workplace = await startWithSessions();
    const nora = workplace.client.as(NORA);
    await nora.command(`get ${ENGINEER.id}`);
    await untilSaid(nora, ENGINEER.login);
    await nora.click({ channel: CDN_TEAM.id, actionId: 'lock.button' });
    const words = wordsOf((await untilForm(nora)).blocks);
    expect(words).toContain("Fastly says only that a locked user can't be edited.");
    expect(words).toContain('2 browser sessions now');
    expect(words).toContain('1 token that programs use: ci-purge');
    expect(words).toContain(
      `Sends a link to ${ENGINEER.login} . Anyone who can read that mailbox can set a new password.`,
    );
    expect(words).not.toContain('Whoever reads the mailbox');
    expect(words).toContain('1 token now. Waits for approval.');
    expect(words).toContain('Revoking API tokens is a request, filed once the user is locked.');
    await nora.submit(ticked('end-sessions', 'revoke'));
    await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    await untilSaid(nora, '✅ 2 browser sessions ended.');
    expect(await changes(workplace)).not.toContain(RESET);
  });

  it('opens for words that only fit, with their ticks', async () => {
    const workplace = await startWithSessions();
    const nora = workplace.client.as(NORA);
    await nora.command('lock edda --end-sessions');
    await untilForm(nora);
    expect(await changes(workplace)).toEqual([]);
    await nora.submit();
    await untilSaid(nora, '✅ 2 browser sessions ended.');
  });

  it('follows the choice of a user', async () => {
    const { client } = await startWithSessions();
    const nora = client.as(NORA);
    await nora.command('lock');
    await nora.until(
      ({ modals }) => modals.some(({ callbackId }) => callbackId === 'lock.pick'),
      'the picker',
    );
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await untilForm(nora);
    await nora.submit();
    await untilSaid(nora, `locked ${ENGINEER.name}`);
  });

  it.each([{ force_sso: true }, { can_reset_passwords: false }])(
    'offers no reset where the account has %o',
    async (account) => {
      const { client } = await startWithSessions();
      await client.patchFastlyAccount(account);
      await client.as(NORA).command('lock edda');
      const words = wordsOf((await untilForm(client.as(NORA))).blocks);
      expect(words).toContain('End browser sessions');
      expect(words).not.toContain('password');
    },
  );

  it('offers nothing that Fastly does not say, and still locks', async () => {
    const workplace = await startWithSessions();
    const nora = workplace.client.as(NORA);
    await workplace.client.fastlyFaults({ tokensUnreadable: true });
    await nora.command('lock edda');
    const words = wordsOf((await untilForm(nora)).blocks);
    expect(words).toContain("couldn't read the user's browser sessions and API tokens");
    expect(words).not.toContain('End browser sessions');
    await nora.submit();
    await untilSaid(nora, `locked ${ENGINEER.name}`);
  });

  it('says at its comment what is wrong', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('lock edda');
    await untilForm(nora);
    await client.putFastlyUsers([{ ...ENGINEER, locked: true }]);
    await nora.submit();
    await untilRefusedInForm(nora, 'is already locked');
  });
});

describe('unlock', () => {
  it('unlocks, and says what it does not bring back', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, locked: true }]);
    await nora.command(`unlock ${ENGINEER.login}`);
    await untilSaid(nora, `🔓 <@${NORA.id}> unlocked`);
    await untilSaid(nora, 'Unlocking brings back no browser session and no API token that has ended.');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { locked: 'false' })]);
  });

  it('is on the card of who is locked, and in a form', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, locked: true }]);
    await nora.command(`get ${ENGINEER.id}`);
    const card = await untilSaid(nora, ENGINEER.login);
    expect(actionsOf(card)).toContain('unlock.button');
    expect(actionsOf(card)).not.toContain('lock.button');
    await nora.click({ channel: CDN_TEAM.id, actionId: 'unlock.button' });
    await untilSaid(nora, `🔓 <@${NORA.id}> unlocked`);
    await nora.command('unlock');
    const says = 'brings back no browser session';
    await nora.until(({ modals }) => wordsOf(modals.map(({ blocks }) => blocks)).includes(says), 'the form');
  });

  it('is refused for who is not locked, and is a request for a Fastly superuser', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const nora = client.as(NORA);
    await nora.command(`unlock ${ENGINEER.id}`);
    await untilTold(nora, "isn't locked");
    await nora.command(`unlock ${LOCKED_SUPERUSER.id}`);
    await nora.until((sees) => openRequest(sees, CDN_TEAM, LOCKED_SUPERUSER), 'the request');
    expect(await changes(workplace)).toEqual([]);
    expect(messagesIn(await nora.sees(), CDN_TEAM)).not.toEqual([]);
  });
});
